const CACHE = 'model';
const ADDRESS = 'model/file';

/** Of the browser, where the page came over HTTPS or from this machine; elsewhere the model is there as long as the page is. */
const cache = () => self.caches?.open(CACHE) ?? { match: () => undefined, put: () => {} };

const bytesOf = async response => new Uint8Array(await response.arrayBuffer());

/** @returns {Promise<{bytes: Uint8Array, tag: string} | null>} the model file of an earlier visit; null where there is none */
export async function keptModel() {
  const kept = await (await cache()).match(ADDRESS);
  return kept ? { bytes: await bytesOf(kept), tag: kept.headers.get('ETag') } : null;
}

/**
 * Fetches the model file that serves now, and keeps it.
 * @param {Record<string, string>} headers that the service wants
 * @param {string} [tag] of the file that is there already: its hash
 * @returns {Promise<{bytes: Uint8Array, tag: string} | null>} null where that is the one, or it can't be fetched
 */
export async function newerModel(headers, tag) {
  const response = await fetch(ADDRESS, { headers: tag ? { ...headers, 'If-None-Match': tag } : headers, cache: 'no-cache' }).catch(() => null);
  if (!response?.ok) return null;

  await (await cache()).put(ADDRESS, response.clone());
  return { bytes: await bytesOf(response), tag: response.headers.get('ETag') };
}
