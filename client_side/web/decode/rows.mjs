// Rows: one frame as a plain object. For looking at and for rare messages; columns are for many. Pure.

import { readBits } from "./bits.mjs";
import { copyBytes } from "./columns.mjs";
import { product } from "./places.mjs";

/** @typedef {import("./kinds.mjs").Kind} Kind */
/** @typedef {import("./structs.mjs").Field} Field */
/** @typedef {import("./structs.mjs").Struct} Struct */

/**
 * Reads a message. Numbers are numbers (64-bit integers BigInt), arrays of numbers typed arrays,
 * enums their names where they have one, texts strings, complex numbers [real, imaginary]. A union
 * is its bytes: which member is meant, only the program knows. So is a text that is not UTF-8, or
 * goes on behind a NUL.
 *
 * @param {Struct} struct
 * @param {DataView} view
 * @param {number} at Where it begins.
 * @param {number} size Bytes of the message: where a tail ends.
 * @returns {Record<string, any>}
 */
export function readRow(struct, view, at, size) {
  if (!struct.union) return readStruct(struct, view, at, size);
  /** @type {Record<string, any>} */
  const row = {};
  put(row, "_union", copyBytes(view, at, struct.size));
  return row;
}

/**
 * Reads a struct that is no union.
 *
 * @param {Struct} struct
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 * @returns {Record<string, any>}
 */
export function readStruct(struct, view, at, size) {
  /** @type {Record<string, any>} */
  const row = {};
  fill(row, struct, view, at, size);
  return row;
}

/**
 * Puts the members of a struct into a row, those of anonymous structs among them.
 *
 * @param {Record<string, any>} row
 * @param {Struct} struct
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
function fill(row, struct, view, at, size) {
  for (const member of struct.members) {
    const inner = member.type.struct;
    if (member.anonymous && inner && !inner.union) {
      fill(row, inner, view, at + member.offset, size - member.offset);
    } else put(row, member.name, readField(member, view, at, size));
  }
}

/**
 * @param {Record<string, any>} row
 * @param {string} name A driver's choice: `__proto__` must not become the prototype.
 * @param {any} value
 */
function put(row, name, value) {
  Object.defineProperty(row, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/**
 * @param {Field} field
 * @param {DataView} view
 * @param {number} at Where its struct begins.
 * @param {number} size
 */
function readField({ type, shape, bits, tail, stride, offset }, view, at, size) {
  if (bits) return type.value(readBits(view, at, bits, type.code.wide));
  const start = at + offset;
  const rest = size - offset;
  if (type.struct?.tail) return readStruct(type.struct, view, start, rest);
  if (tail && !shape.length) return type.readTail(view, start, rest);
  if (tail) return readArray(type, [Math.floor(rest / stride), ...shape], view, start);
  return shape.length ? readArray(type, shape, view, start) : type.read(view, start);
}

/**
 * @param {Kind} type
 * @param {number[]} shape
 * @param {DataView} view
 * @param {number} start
 * @returns {any}
 */
function readArray(type, shape, view, start) {
  const [length, ...inner] = shape;
  if (!inner.length) return type.readArray(view, start, length);
  const step = product(inner) * type.size;
  return Array.from({ length }, (_, index) => readArray(type, inner, view, start + index * step));
}
