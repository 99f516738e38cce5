// Values of actions (PROTOCOL.md): JSON, and objects whose name begins with $ for what it lacks. Pure.

import { halfValues } from "../decode/half.mjs";

const DEEPEST = 64;
/** Types of numpy that a typed array stands for, and its class. Complex numbers are two floats. */
const CLASSES = /** @type {const} */ ({
  "|b1": Uint8Array,
  "|i1": Int8Array,
  "|u1": Uint8Array,
  "<i2": Int16Array,
  "<u2": Uint16Array,
  "<i4": Int32Array,
  "<u4": Uint32Array,
  "<i8": BigInt64Array,
  "<u8": BigUint64Array,
  "<f2": Uint16Array, // then looked up: a Float32Array
  "<f4": Float32Array,
  "<f8": Float64Array,
  "<c8": Float32Array,
  "<c16": Float64Array,
});
const DTYPES = new Map(
  /** @type {[string, string][]} */ ([
    ["Int8Array", "|i1"],
    ["Uint8ClampedArray", "|u1"],
    ["Int16Array", "<i2"],
    ["Uint16Array", "<u2"],
    ["Int32Array", "<i4"],
    ["Uint32Array", "<u4"],
    ["BigInt64Array", "<i8"],
    ["BigUint64Array", "<u8"],
    ["Float16Array", "<f2"],
    ["Float32Array", "<f4"],
    ["Float64Array", "<f8"],
  ]),
);

/**
 * A typed array as numpy has it: in C order, with two properties of its own. Without them it is an
 * array of one dimension, and a Uint8Array is bytes.
 *
 * @typedef {Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array
 *   | Uint32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array} TypedArray
 */
/** @typedef {TypedArray & {shape: number[], dtype: string}} NumpyArray */

/**
 * Says what a typed array is to numpy.
 *
 * @template {TypedArray} T
 * @param {T} array Its elements in C order; of complex numbers real and imaginary parts in turn.
 * @param {number[]} [shape]
 * @param {string} [dtype] Where the class does not say it: `|u1` or `|b1` of a Uint8Array, else bytes;
 *   `<c8` of a Float32Array; `<c16` of a Float64Array.
 * @returns {T & {shape: number[], dtype: string}} The same array.
 */
export function numpy(array, shape, dtype = typeOf(array, shape !== undefined)) {
  const parts = dtype.startsWith("<c") ? 2 : 1;
  shape ??= [array.length / parts];
  if (parts * product(shape) !== array.length)
    throw new TypeError(`the shape [${shape}] is not that of ${array.length / parts} values`);
  const value = { value: shape, configurable: true };
  Object.defineProperties(array, { shape: value, dtype: { ...value, value: dtype } });
  return /** @type {any} */ (array);
}

/**
 * @param {any} array
 * @param {boolean} [shaped]
 */
function typeOf(array, shaped = false) {
  if (array.dtype) return array.dtype;
  if (array instanceof Uint8Array) return shaped ? "|u1" : "bytes";
  return DTYPES.get(array.constructor.name) ?? "";
}

/** @param {number[]} shape */
function product(shape) {
  return shape.reduce((size, one) => size * one, 1);
}

/**
 * Writes a value.
 *
 * @param {any} value
 * @returns {{data: any, arrays: Uint8Array[]}} What goes as JSON, and the bytes of arrays 1, 2, …
 * @throws {TypeError} It has something that cannot be sent; the text says where.
 */
export function encodeValue(value) {
  /** @type {Map<object, number>} The same array twice is one. */
  const numbers = new Map();
  /** @type {Uint8Array[]} */
  const arrays = [];

  /** @param {any} array */
  function encodeArray(array) {
    if (array instanceof ArrayBuffer || array instanceof DataView) array = bytesOf(array);
    const dtype = typeOf(array);
    if (!dtype) throw new TypeError(`${array.constructor.name} cannot be sent`);
    const bytes = bytesOf(array);
    if (!numbers.has(array)) numbers.set(array, arrays.push(bytes));
    return { $array: numbers.get(array), dtype, shape: array.shape ?? [array.length] };
  }

  /**
   * @param {any} one
   * @param {string} path
   * @param {number} depth
   * @returns {any}
   */
  function encode(one, path, depth) {
    const kind = typeof one;
    if (one === null || kind === "string" || kind === "boolean") return one;
    if (kind === "number") {
      if (Number.isFinite(one)) return one;
      return { $float: Number.isNaN(one) ? "nan" : one > 0 ? "inf" : "-inf" };
    }
    if (kind === "bigint") {
      const near = Number(one);
      return Number.isSafeInteger(near) ? near : { $int: String(one) };
    }
    if (depth === DEEPEST)
      throw new TypeError(`${path} is nested ${DEEPEST} deep, or contains itself`);
    if (one instanceof ArrayBuffer || ArrayBuffer.isView(one)) return encodeArray(one);
    if (Array.isArray(one))
      return one.map((part, at) => encode(part ?? null, `${path}[${at}]`, depth + 1));
    const prototype = kind === "object" ? Object.getPrototypeOf(one) : undefined;
    if (prototype !== null && prototype !== Object.prototype)
      throw new TypeError(`${path} is ${described(one)}: plain objects, arrays, numbers and texts`);
    return Object.fromEntries(
      Object.entries(one)
        .filter(([, part]) => part !== undefined)
        .map(([name, part]) => [
          name.startsWith("$") ? `$${name}` : name,
          encode(part, `${path}.${name}`, depth + 1),
        ]),
    );
  }

  return { data: encode(value, "data", 0), arrays };
}

/** @param {any} value */
function described(value) {
  return typeof value === "object" ? `a ${value.constructor?.name}` : `a ${typeof value}`;
}

/**
 * @param {any} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Reads a value. Integers beyond 2^53 are BigInt; arrays of numpy are typed arrays with `shape` and
 * `dtype`, half floats as a Float32Array, bytes as a Uint8Array.
 *
 * @param {any} data
 * @param {ReadonlyMap<number, Uint8Array<ArrayBuffer>>} arrays
 * @returns {any}
 * @throws {TypeError} It is not as the protocol has it.
 */
export function decodeValue(data, arrays) {
  if (Array.isArray(data)) return data.map((part) => decodeValue(part, arrays));
  if (data === null || typeof data !== "object") return data;
  if ("$int" in data) return BigInt(data.$int);
  if ("$float" in data) return { nan: NaN, inf: Infinity, "-inf": -Infinity }[String(data.$float)];
  if ("$array" in data) return decodeArray(data, arrays);
  return Object.fromEntries(
    Object.entries(data).map(([name, part]) => [
      name.startsWith("$") ? name.slice(1) : name,
      decodeValue(part, arrays),
    ]),
  );
}

/**
 * @param {any} data
 * @param {ReadonlyMap<number, Uint8Array<ArrayBuffer>>} arrays
 */
function decodeArray({ $array: number, dtype, shape }, arrays) {
  const bytes = arrays.get(number);
  if (!bytes) throw new TypeError(`array ${number} has not come`);
  if (dtype === "bytes") return bytes;
  const Class = CLASSES[/** @type {keyof typeof CLASSES} */ (dtype)];
  if (!Class || !Array.isArray(shape)) throw new TypeError(`array ${number} is of no known type`);
  const size = Number(dtype.slice(2));
  if (bytes.length !== size * product(shape))
    throw new TypeError(`array ${number} has ${bytes.length} bytes, not those of its shape`);
  // Bytes that came by themselves begin at a multiple of 8.
  let array = /** @type {TypedArray} */ (
    new Class(bytes.buffer, bytes.byteOffset, bytes.length / Class.BYTES_PER_ELEMENT)
  );
  if (dtype === "<f2") {
    const halves = halfValues();
    array = Float32Array.from(/** @type {Uint16Array} */ (array), (bits) => halves[bits]);
  }
  if (!shape.length && dtype[1] !== "c") return dtype === "|b1" ? array[0] !== 0 : array[0];
  return numpy(array, shape, dtype);
}
