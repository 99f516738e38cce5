// The numbers of a schema: numpy's type strings to readers and typed arrays. Pure.

/** Whether this machine is little-endian: only then are typed arrays views of `<` numbers. */
export const HOST_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
 *   | BigInt64Array | BigUint64Array | Float32Array | Float64Array} TypedArray
 */
/**
 * @typedef {{new (length: number): TypedArray,
 *   new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray}} ArrayOf
 */

/**
 * How a number is read.
 *
 * @typedef {object} NumberCode
 * @property {number} size Bytes of one; of a complex number, of one part.
 * @property {number} parts 2 for a complex number, else 1.
 * @property {boolean} little
 * @property {boolean} direct Whether an array of these, in this machine's byte order, is a view.
 * @property {boolean} wide Whether it is a BigInt.
 * @property {ArrayOf} array What a column of these is.
 * @property {(view: DataView, at: number) => number | bigint} read One (one part) of them.
 */

/** @type {Record<string, [number, ArrayOf, (view: DataView, at: number, little: boolean) => number | bigint]>} */
const READERS = {
  i1: [1, Int8Array, (view, at) => view.getInt8(at)],
  i2: [2, Int16Array, (view, at, little) => view.getInt16(at, little)],
  i4: [4, Int32Array, (view, at, little) => view.getInt32(at, little)],
  i8: [8, BigInt64Array, (view, at, little) => view.getBigInt64(at, little)],
  u1: [1, Uint8Array, (view, at) => view.getUint8(at)],
  u2: [2, Uint16Array, (view, at, little) => view.getUint16(at, little)],
  u4: [4, Uint32Array, (view, at, little) => view.getUint32(at, little)],
  u8: [8, BigUint64Array, (view, at, little) => view.getBigUint64(at, little)],
  f2: [2, Float32Array, (view, at, little) => halfToNumber(view.getUint16(at, little))],
  f4: [4, Float32Array, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, Float64Array, (view, at, little) => view.getFloat64(at, little)],
  b1: [1, Uint8Array, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
};
const PARTS = new Map([
  ["c8", "f4"],
  ["c16", "f8"],
]);
const NOT_VIEWS = new Set(["f2", "b1"]); // their columns are made of other numbers

/** @type {Map<string, NumberCode>} */
const CODES = new Map();
for (const [code, [size, array, get]] of Object.entries(READERS)) {
  for (const little of [true, false]) {
    CODES.set(`${size === 1 ? "|" : little ? "<" : ">"}${code}`, {
      size,
      parts: 1,
      little,
      direct: !NOT_VIEWS.has(code) && (size === 1 || little === HOST_LITTLE),
      wide: code === "i8" || code === "u8",
      array,
      read: (view, at) => get(view, at, little),
    });
  }
}
for (const [code, part] of PARTS) {
  for (const order of "<>") {
    const number = /** @type {NumberCode} */ (CODES.get(order + part));
    CODES.set(order + code, { ...number, parts: 2 });
  }
}

/**
 * @param {string} np numpy's type string: `<f8`, `|u1`.
 * @returns {NumberCode | undefined} undefined: no schema has it.
 */
export function numberCode(np) {
  return CODES.get(np);
}

/**
 * A half-precision float (IEEE 754 binary16).
 *
 * @param {number} bits
 */
function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Where the bits of a bit field are: see `bitRange`.
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
 * @param {number} offset In bits from the start of the struct.
 * @param {number} width
 * @param {boolean} little The schema's byte order.
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
 * Reads a bit field as a BigInt.
 *
 * @param {DataView} view
 * @param {number} at Where its struct begins.
 * @param {BitRange} bits
 */
export function readBits(view, at, bits) {
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
 * The same as a number, several times faster; for fields of at most 32 bits in at most 6 bytes.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {BitRange} bits
 */
export function readSmallBits(view, at, bits) {
  const { start, bytes, shift, width, little, signed } = bits;
  let raw = 0; // below 2^48: exact
  for (let index = 0; index < bytes; index++) {
    const place = little ? bytes - 1 - index : index;
    raw = raw * 256 + view.getUint8(at + start + place);
  }
  const value = Math.floor(raw / 2 ** shift) % 2 ** width;
  return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
}
