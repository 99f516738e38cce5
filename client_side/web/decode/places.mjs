// Finds where the values of a path lie in a payload: "samples", "acquisition.level",
// "channels[1].shape", "volts[:]". Python reads the same paths (`schema/paths.py`). Pure.

import { readBits } from "./bits.mjs";

/** @typedef {import("./structs.mjs").Field} Field */
/** @typedef {import("./structs.mjs").Struct} Struct */

const STEP = /^(?:\.?([\p{L}_][\p{L}\p{N}_]*)|\[\s*(\d+|:)\s*\])/u;

/** A path to what a message does not have, or to what has no column. */
export class PathError extends Error {
  name = "PathError";
}

/**
 * The place of the values of a path.
 *
 * @typedef {object} Place
 * @property {Field} field The last field of the path: its unit, docs, enum.
 * @property {number} offset Of the first value in the payload; of bits, of their struct.
 * @property {number[]} shape Per frame; a tail's first length is -1.
 * @property {number} tailStart Where the tail begins in the payload, if the path goes through it.
 * @property {number[]} strides Bytes between neighbours in each dimension.
 * @property {number} each Values of a frame; -1: it depends on the length of the tail.
 * @property {boolean} dense The values of a frame stand side by side.
 * @property {import("./kinds.mjs").NumberCode} code What a column consists of; of texts: bytes.
 * @property {(view: DataView, at: number) => number | bigint} read Reads one (one part) of them.
 */

/**
 * Finds the values of a path.
 *
 * @param {Struct} struct
 * @param {string} path
 * @param {string} message Its name, for people.
 * @returns {Place}
 * @throws {PathError}
 */
export function findPlace(struct, path, message) {
  const where = `${message}: ${path}`;
  /** @type {Field | undefined} */
  let last;
  /** @type {Struct | undefined} */
  let inside = struct;
  let offset = 0;
  let tailStart = 0;
  /** @type {{length: number, stride: number}[]} */
  const dimensions = [];
  let open = 0; // dimensions at the end that an index may choose from
  for (let rest = path; rest !== "" || !last;) {
    const [step, name, index] = STEP.exec(rest) ?? [];
    if (!step || (name !== undefined && step.startsWith(".") !== Boolean(last))) {
      throw new PathError(`${where}: cannot be read from "${rest}" on`);
    }
    rest = rest.slice(step.length);
    if (name === undefined) {
      if (!open) throw new PathError(`${where}: there is no array to choose from`);
      if (index === ":") {
        open -= 1;
        continue;
      }
      const [{ length, stride }] = dimensions.splice(dimensions.length - open, 1);
      if (length < 0) throw new PathError(`${where}: not every message has so many`);
      if (Number(index) >= length) throw new PathError(`${where}: there are only ${length}`);
      offset += Number(index) * stride;
      open -= 1;
      continue;
    }
    last = findField(inside, name, where);
    if (!last.bits) offset += last.offset;
    if (last.tail) tailStart = offset;
    const inner = ownDimensions(last);
    dimensions.push(...inner);
    open = inner.length;
    inside = last.type.struct;
  }
  const shape = dimensions.map(({ length }) => length);
  const strides = dimensions.map(({ stride }) => stride);
  return { ...reading(last, shape, strides, where), offset, tailStart };
}

/**
 * @param {Struct | undefined} struct
 * @param {string} name
 * @param {string} where
 */
function findField(struct, name, where) {
  const field = struct?.fields.get(name);
  if (field) return field;
  const known = struct ? `there are ${[...struct.fields.keys()].join(", ")}` : "this is no struct";
  throw new PathError(`${where}: there is no ${name}; ${known}`);
}

/**
 * @param {Field} field
 * @returns {{length: number, stride: number}[]}
 */
function ownDimensions({ shape, type, tail, stride: each }) {
  const fixed = shape.map((length, dimension) => {
    return { length, stride: product(shape, dimension + 1) * type.size };
  });
  return tail ? [{ length: -1, stride: each }, ...fixed] : fixed;
}

/**
 * Finds out how the values of a field are read, wherever they are.
 *
 * @param {Field} field
 * @param {number[]} shape Of the whole path.
 * @param {number[]} strides
 * @param {string} where
 * @returns {Omit<Place, "offset" | "tailStart">}
 */
function reading(field, shape, strides, where) {
  const { type, bits } = field;
  if (type.noColumn) throw new PathError(`${where} ${type.noColumn}`);
  const [ownShape, ownStrides] = type.columnShape(field, shape, strides);
  const { code } = type;
  return {
    field,
    shape: ownShape,
    strides: ownStrides,
    each: ownShape[0] === -1 ? -1 : product(ownShape),
    dense: !bits && isDense(ownShape, ownStrides, code.size * code.parts),
    code,
    read: bits ? (view, at) => readBits(view, at, bits, code.wide) : code.read,
  };
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
 * The product of the lengths of dimensions.
 *
 * @param {number[]} shape
 * @param {number} [from] The first of them.
 */
export function product(shape, from = 0) {
  let all = 1;
  for (let dimension = from; dimension < shape.length; dimension++) all *= shape[dimension];
  return all;
}
