/** @type {Uint32Array} of a byte, for CRC-32 */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

/** @param {Uint8Array} bytes */
const crc32 = bytes => ~bytes.reduce((crc, byte) => REMAINDERS[(crc ^ byte) & 255] ^ (crc >>> 8), -1);

/**
 * Packs files into a ZIP archive, stored as they are: a PNG doesn't get smaller.
 * @param {{name: string, bytes: Uint8Array}[]} files names in ASCII
 * @returns {Blob}
 */
export function zip(files) {
  const encoder = new TextEncoder();
  const [locals, entries] = [[], []];
  let offset = 0;
  for (const { name, bytes } of files) {
    const path = encoder.encode(name);
    // version, flags, method: stored; time 0:00 and date 1980-01-01; checksum; both sizes; length of the name; no extra field
    const common = [[2, 20], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, path.length], [2, 0]];
    const local = record([[4, 0x04034b50], ...common]);
    locals.push(local, path, bytes);
    entries.push(record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), path);
    offset += local.length + path.length + bytes.length;
  }
  const length = entries.reduce((sum, part) => sum + part.length, 0);
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, length], [4, offset], [2, 0]]);
  return new Blob([...locals, ...entries, end], { type: 'application/zip' });
}

/** @param {[size: number, value: number][]} fields in little endian */
function record(fields) {
  return Uint8Array.from(fields.flatMap(([size, value]) => Array.from({ length: size }, (_, byte) => value >>> (8 * byte))));
}
