/**
 * What the visitor chose, kept by the browser; by this page alone where the browser keeps nothing.
 * @param {'localStorage' | 'sessionStorage'} name
 */
function createStorage(name) {
  const unkept = new Map();
  return {
    /** @param {string} key @returns {string | null} */
    get(key) {
      try {
        return unkept.get(key) ?? self[name].getItem(key);
      } catch {
        return null; // even to name it may be forbidden
      }
    },

    /** @param {string} key @param {string} value empty for none */
    set(key, value) {
      unkept.delete(key);
      try {
        if (value) self[name].setItem(key, value);
        else self[name].removeItem(key);
      } catch {
        unkept.set(key, value);
      }
    },
  };
}

export const forever = createStorage('localStorage');
export const thisTab = createStorage('sessionStorage');
