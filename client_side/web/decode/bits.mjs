// Bit fields: where their bits are, and the integers that these make. Pure.

/**
 * The place of a bit field: see `bitRange`.
 *
 * @typedef {object} BitRange
 * @property {number} start Its first byte in the struct.
 * @property {number} bytes How many bytes it is in.
 * @property {number} shift How far left it stands in the integer of these bytes.
 * @property {number} width
 * @property {boolean} little
 * @property {boolean} signed
 */

/**
 * Finds the bytes that hold a bit field.
 *
 * @param {number} offset In bits from the start of the struct.
 * @param {number} width
 * @param {boolean} little The field's byte order.
 * @param {boolean} signed
 * @returns {BitRange}
 */
export function bitRange(offset, width, little, signed) {
  const start = Math.floor(offset / 8);
  const stop = Math.floor((offset + width + 7) / 8);
  const shift = little ? offset - 8 * start : 8 * stop - offset - width;
  return { start, bytes: stop - start, shift, width, little, signed };
}

/**
 * Reads a bit field.
 *
 * @param {DataView} view
 * @param {number} at Where its struct begins.
 * @param {BitRange} bits
 * @param {boolean} wide Whether a BigInt is wanted.
 * @returns {number | bigint}
 */
export function readBits(view, at, bits, wide) {
  if (bits.width > 32 || bits.bytes > 6) {
    const exact = readLargeBits(view, at, bits);
    return wide ? exact : Number(exact);
  }
  const value = readSmallBits(view, at, bits);
  return wide ? BigInt(value) : value;
}

/**
 * Reads any bit field, as a BigInt.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {BitRange} bits
 */
function readLargeBits(view, at, bits) {
  const { start, bytes, shift, width, little, signed } = bits;
  let raw = 0n;
  for (let index = 0; index < bytes; index++) {
    const place = little ? bytes - 1 - index : index;
    raw = (raw << 8n) | BigInt(view.getUint8(at + start + place));
  }
  raw >>= BigInt(shift);
  return signed ? BigInt.asIntN(width, raw) : BigInt.asUintN(width, raw);
}

/**
 * Reads a field of at most 32 bits in at most 6 bytes as a number: several times faster.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {BitRange} bits
 */
function readSmallBits(view, at, bits) {
  const { start, bytes, shift, width, little, signed } = bits;
  let raw = 0; // below 2^48: exact
  for (let index = 0; index < bytes; index++) {
    const place = little ? bytes - 1 - index : index;
    raw = raw * 256 + view.getUint8(at + start + place);
  }
  const value = Math.floor(raw / 2 ** shift) % 2 ** width;
  return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
}
