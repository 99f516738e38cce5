// Rows: one frame as a plain object. For looking at and for rare messages; columns are for many. Pure.

import { readText } from "./columns.mjs";
import { readBits, readSmallBits } from "./numbers.mjs";

/** @typedef {import("./structs.mjs").Field} Field */
/** @typedef {import("./structs.mjs").Struct} Struct */
/** @typedef {import("./structs.mjs").Type} Type */

/**
 * Numbers are numbers (64-bit integers BigInt), arrays of numbers typed arrays, enums their names
 * where they have one, texts strings, complex numbers [real, imaginary]. A union is its bytes:
 * which member is meant, only the program knows.
 *
 * @param {Struct} struct
 * @param {DataView} view
 * @param {number} at Where it begins.
 * @param {number} size Bytes of the message: where a tail ends.
 * @returns {Record<string, any>}
 */
export function readRow(struct, view, at, size) {
  /** @type {Record<string, any>} */
  const row = {};
  if (struct.union) put(row, "_union", readBytes(view, at, struct.size));
  else fill(row, struct, view, at, size);
  return row;
}

/**
 * @param {Record<string, any>} row
 * @param {Struct} struct
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
function fill(row, struct, view, at, size) {
  for (const member of struct.members) {
    const inner = member.type.struct;
    if (member.anonymous && inner && !inner.union) fill(row, inner, view, at + member.offset, size);
    else put(row, member.name, readField(member, view, at, size));
  }
}

/**
 * @param {Record<string, any>} row
 * @param {string} name A driver's choice: `__proto__` must not become the prototype.
 * @param {any} value
 */
function put(row, name, value) {
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * @param {Field} field
 * @param {DataView} view
 * @param {number} at Where its struct begins.
 * @param {number} size
 */
function readField(field, view, at, size) {
  const { type, shape, bits } = field;
  if (bits) {
    const exact =
      bits.width > 32 || bits.bytes > 6 ? readBits(view, at, bits) : readSmallBits(view, at, bits);
    return named(type, type.code?.wide ? BigInt(exact) : Number(exact));
  }
  const start = at + field.offset;
  if (!field.tail)
    return shape.length ? readArray(type, shape, view, start) : readOne(type, view, start);
  if (type.kind === "char") return readText(view, start, at + size - start);
  return readArray(type, [Math.floor((at + size - start) / type.size)], view, start);
}

/**
 * @param {Type} type
 * @param {number[]} shape
 * @param {DataView} view
 * @param {number} start
 * @returns {any}
 */
function readArray(type, shape, view, start) {
  const [length, ...inner] = shape;
  if (!inner.length && ["int", "uint", "float"].includes(type.kind))
    return readNumbers(type, length, view, start);
  const step = inner.reduce((all, one) => all * one, type.size);
  return Array.from({ length }, (_, index) =>
    inner.length
      ? readArray(type, inner, view, start + index * step)
      : readOne(type, view, start + index * step),
  );
}

/**
 * @param {Type} type
 * @param {number} length
 * @param {DataView} view
 * @param {number} start
 */
function readNumbers(type, length, view, start) {
  const { array, read, size } = /** @type {import("./numbers.mjs").NumberCode} */ (type.code);
  /** @type {any} */
  const numbers = new array(length);
  for (let index = 0; index < length; index++) numbers[index] = read(view, start + index * size);
  return numbers;
}

/**
 * @param {Type} type
 * @param {DataView} view
 * @param {number} start
 * @returns {any}
 */
function readOne(type, view, start) {
  const { kind, struct, code, size } = type;
  if (struct) {
    if (struct.union) return readBytes(view, start, size);
    /** @type {Record<string, any>} */
    const row = {};
    fill(row, struct, view, start, size);
    return row;
  }
  if (!code) return readText(view, start, size);
  if (kind === "complex") return [code.read(view, start), code.read(view, start + code.size)];
  return named(type, code.read(view, start));
}

/**
 * @param {Type} type
 * @param {number | bigint} value
 */
function named(type, value) {
  if (type.kind === "bool") return value !== 0;
  return type.enum?.label(value) ?? value;
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
function readBytes(view, at, size) {
  return new Uint8Array(view.buffer, view.byteOffset + at, size).slice();
}
