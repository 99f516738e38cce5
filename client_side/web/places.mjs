// Where the values of a path lie in a payload: "samples", "acquisition.level", "channels[1].shape".
// Pure.

import { numberCode, readBits, readSmallBits } from "./numbers.mjs";

/** @typedef {import("./schema.mjs").Field} Field */
/** @typedef {import("./schema.mjs").Struct} Struct */
/** @typedef {import("./schema.mjs").Type} Type */

const BYTE = /** @type {import("./numbers.mjs").NumberCode} */ (numberCode("|u1"));
const STEP = /^(?:\.?([A-Za-z_]\w*)|\[(\d+)\])/;

/** A place that a message does not have, or that has no column. */
export class PathError extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = "PathError";
  }
}

/**
 * Where the values are.
 *
 * @typedef {object} Place
 * @property {Field} field The last field of the path: its unit, docs, enum.
 * @property {number} offset Of the first value in the payload; of bits, of their struct.
 * @property {number[]} shape Per frame; a tail's first length is -1.
 * @property {number} tailStart Where the tail begins in the payload, if the path goes through it.
 * @property {number[]} strides Bytes between neighbours in each dimension.
 * @property {boolean} dense The values of a frame stand side by side.
 * @property {boolean} textual Values are strings.
 * @property {import("./numbers.mjs").NumberCode} code Of a text: bytes.
 * @property {(view: DataView, at: number) => number | bigint} read
 */

/**
 * @param {Struct} struct
 * @param {string} path
 * @param {string} message Its name, for people.
 * @returns {Place}
 * @throws {PathError}
 */
export function findPlace(struct, path, message) {
  /** @type {Field | undefined} */
  let field;
  /** @type {Struct | undefined} */
  let inside = struct;
  let offset = 0;
  /** @type {number[]} */
  let shape = [];
  /** @type {number[]} */
  let strides = [];
  let tailStart = 0;
  let open = 0; // dimensions at the end that an index may choose from
  for (let rest = path; rest !== "" || field === undefined; ) {
    const step = STEP.exec(rest);
    if (!step) throw new PathError(`${message}: cannot read the path "${path}" from "${rest}" on`);
    rest = rest.slice(step[0].length);
    if (step[2] !== undefined) {
      const length = shape[shape.length - open];
      if (!open || length < 0) throw new PathError(`${message}: ${path}: nothing of a fixed length to choose from`);
      if (Number(step[2]) >= length) throw new PathError(`${message}: ${path}: there are only ${length}`);
      offset += Number(step[2]) * strides[strides.length - open];
      shape.splice(shape.length - open, 1);
      strides.splice(strides.length - open, 1);
      open -= 1;
      continue;
    }
    field = inside?.fields.get(step[1]);
    if (!field || !inside) {
      const known = inside ? `it has ${[...inside.fields.keys()].join(", ")}` : "it has no members";
      throw new PathError(`${message} has no ${path}; where ${step[1]} is looked for, ${known}`);
    }
    if (!field.bits) offset += field.offset;
    if (field.tail) tailStart = offset;
    const inner = field.tail ? [-1] : field.shape;
    open = inner.length;
    shape = [...shape, ...inner];
    strides = [...strides, ...inner.map((_, index) => stride(field, index))];
    inside = field.type.struct;
  }
  return { ...place(field, shape, strides, `${message}: ${path}`), offset, tailStart };
}

/**
 * @param {Field} field
 * @param {number} dimension
 */
function stride({ shape, type }, dimension) {
  return shape.slice(dimension + 1).reduce((all, length) => all * length, type.size);
}

/**
 * @param {Field} field
 * @param {number[]} shape
 * @param {number[]} strides
 * @param {string} where
 * @returns {Omit<Place, "offset" | "tailStart">}
 */
function place(field, shape, strides, where) {
  const { type, bits } = field;
  const textual = type.kind === "char";
  if (type.struct && !type.struct.union) {
    const names = [...type.struct.fields.keys()].join(", ");
    throw new PathError(`${where} is a struct; name one of its members: ${names}`);
  }
  if (type.struct) return bytes(field, [...shape, type.size], [...strides, 1]);
  if (textual && field.tail) return bytes(field, [], []); // one text, not one of each char
  const code = type.code ?? BYTE;
  return {
    field,
    shape,
    strides,
    dense: !bits && isDense(shape, strides, type.size),
    textual,
    code,
    read: bits ? bitReader(bits, code.wide) : code.read,
  };
}

/**
 * @param {Field} field
 * @param {number[]} shape
 * @param {number[]} strides
 * @returns {Omit<Place, "offset" | "tailStart">}
 */
function bytes(field, shape, strides) {
  const textual = field.type.kind === "char";
  return { field, shape, strides, dense: isDense(shape, strides, 1), textual, code: BYTE, read: BYTE.read };
}

/**
 * @param {number[]} shape
 * @param {number[]} strides
 * @param {number} size
 */
function isDense(shape, strides, size) {
  for (let index = shape.length - 1; index >= 0; index--) {
    if (strides[index] !== size) return false;
    size *= shape[index];
  }
  return true;
}

/**
 * @param {import("./numbers.mjs").BitRange} bits
 * @param {boolean} wide Whether a BigInt is wanted.
 * @returns {Place["read"]}
 */
function bitReader(bits, wide) {
  if (bits.width > 32 || bits.bytes > 6) {
    return wide ? (view, at) => readBits(view, at, bits) : (view, at) => Number(readBits(view, at, bits));
  }
  if (wide) return (view, at) => BigInt(readSmallBits(view, at, bits));
  return (view, at) => readSmallBits(view, at, bits);
}
