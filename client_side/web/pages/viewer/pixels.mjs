// The pixels of a tile: numbers of any type, as they came. Pure.

import { halfValues } from "../../decode/half.mjs";

/** @typedef {import("../../decode/kinds.mjs").TypedArray} TypedArray */
/**
 * A type of pixels.
 *
 * @typedef {object} Format
 * @property {string} name numpy's.
 * @property {new (buffer: ArrayBufferLike, at?: number, length?: number) => any} array What holds them.
 * @property {boolean} half Whether the array has the bits of 16-bit floats.
 */

/** @type {Map<string, Format>} By numpy's name. */
export const FORMATS = new Map(
  Object.entries({
    int8: Int8Array,
    uint8: Uint8Array,
    int16: Int16Array,
    uint16: Uint16Array,
    int32: Int32Array,
    uint32: Uint32Array,
    int64: BigInt64Array,
    uint64: BigUint64Array,
    float16: Uint16Array,
    float32: Float32Array,
    float64: Float64Array,
  }).map(([name, array]) => [name, { name, array, half: name === "float16" }]),
);

/** A rectangle of pixels, row by row. */
export class Pixels {
  /**
   * @param {string} format A key of FORMATS; numbers of 64 bits become float64.
   * @param {any} data Their array; of float16, the bits.
   * @param {number} width
   * @param {number} height
   */
  constructor(format, data, width, height) {
    const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
    this.format = wide ? "float64" : format;
    /** @type {Exclude<TypedArray, BigInt64Array | BigUint64Array>} */
    this.data = wide ? Float64Array.from(data, Number) : data;
    this.width = width;
    this.height = height;
    this.half = format === "float16";
  }

  get bytes() {
    return this.data.byteLength;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  value(x, y) {
    const stored = this.data[y * this.width + x];
    return this.half ? halfValues()[stored] : stored;
  }
}

/**
 * Reads the pixels of a field that holds the bytes of another type.
 *
 * @param {string} name numpy's name of the type, in any case.
 * @param {Uint8Array} bytes
 * @returns {{format: string, data: any} | null} null: there is no such type.
 */
export function fromBytes(name, bytes) {
  const format = FORMATS.get(name.toLowerCase());
  if (!format) return null;
  const size = /** @type {any} */ (format.array).BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const length = Math.floor(bytes.byteLength / size);
  return {
    format: format.name,
    data: new format.array(aligned.buffer, aligned.byteOffset, length),
  };
}

/**
 * The name of the type of an array's numbers.
 *
 * @param {TypedArray} array
 */
export function formatOf(array) {
  for (const { name, array: of, half } of FORMATS.values()) {
    if (!half && array instanceof of) return name;
  }
  throw new TypeError("no array of numbers");
}

/**
 * Cuts a rectangle out of the beginning of rows that are longer.
 *
 * @param {any} data
 * @param {number} stride Numbers in a row.
 * @param {number} width
 * @param {number} height
 */
export function cropped(data, stride, width, height) {
  if (stride === width) return data.subarray(0, width * height);
  const cut = new data.constructor(width * height);
  for (let row = 0; row < height; row++) {
    cut.set(data.subarray(row * stride, row * stride + width), row * width);
  }
  return cut;
}
