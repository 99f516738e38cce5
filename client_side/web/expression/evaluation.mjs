// Evaluates expressions, frame by frame. Comparisons of integers are exact; everything else is computed
// in doubles, by IEEE 754: a NaN is equal to nothing, a division by zero is infinite. Pure.

/** @typedef {import("../decode/batch.mjs").Batch} Batch */
/** @typedef {import("./meaning.mjs").Meaning} Meaning */
/** @typedef {import("./meaning.mjs").Value} Value */
/** @typedef {number | bigint | boolean | string} Single */

/**
 * Reads the fields that an expression needs of one of its messages.
 *
 * @param {Meaning} meaning
 * @param {number} source Index of the message.
 * @param {Batch} batch
 * @returns {Map<number, (Single | Single[])[]>} By index of the field: its value in each frame.
 */
export function fieldsOf(meaning, source, batch) {
  /** @type {Map<number, (Single | Single[])[]>} */
  const fields = new Map();
  for (const [index, read] of meaning.reads.entries()) {
    if (read.source !== source) continue;
    const column = /** @type {ArrayLike<any>} */ (batch.column(read.path));
    const isTruth = batch.type.place(read.path).field.type.kind === "bool";
    const lengths = batch.lengths(read.path);
    const values = Array.from(column, (one) => (isTruth ? Boolean(one) : one));
    let at = 0;
    fields.set(
      index,
      Array.from(lengths, (length) => {
        at += length;
        return read.isArray ? values.slice(at - length, at) : values[at - 1];
      }),
    );
  }
  return fields;
}

/**
 * Evaluates an expression.
 *
 * @param {Meaning} meaning
 * @param {(Single | Single[])[]} fields By index of the field: its value.
 * @returns {boolean}
 */
export function evaluate(meaning, fields) {
  return /** @type {boolean} */ (of(meaning.value, fields));
}

/**
 * @param {Value} value
 * @param {any[]} fields
 * @returns {any}
 */
function of(value, fields) {
  if (value.op === "read") return fields[value.value];
  if (!value.parts.length) return value.value;
  const parts = value.parts.map((part) => of(part, fields));
  if (Object.hasOwn(OF_ARRAYS, value.op)) return OF_ARRAYS[value.op](parts[0]);
  const { length } = parts.find((_, index) => value.parts[index].shape.length) ?? { length: -1 };
  if (!value.shape.length) return one(value, parts);
  return Array.from({ length }, (_, at) =>
    one(
      value,
      parts.map((part, index) => (value.parts[index].shape.length ? part[at] : part)),
    ),
  );
}

/**
 * @param {Value} value
 * @param {any[]} parts
 */
function one(value, parts) {
  if (value.op !== "compare") return OF_ONE[value.op](...parts);
  return value.value.every((/** @type {string} */ sign, /** @type {number} */ index) => {
    const both = value.parts[index].whole && value.parts[index + 1].whole;
    const number = typeof parts[index] === "number" || typeof parts[index] === "bigint";
    const [left, right] = parts.slice(index, index + 2);
    return number && !both
      ? COMPARE[sign](Number(left), Number(right))
      : COMPARE[sign](left, right);
  });
}

/**
 * Whether two values are equal: a number and a BigInt, too.
 *
 * @param {any} left
 * @param {any} right
 */
function equal(left, right) {
  return typeof left === typeof right ? left === right : left >= right && left <= right;
}

/** @type {Record<string, (left: any, right: any) => boolean>} */
const COMPARE = {
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "==": equal,
  "!=": (left, right) => !equal(left, right),
};

/** @type {Record<string, (...parts: any[]) => any>} */
const OF_ONE = {
  and: (left, right) => left && right,
  or: (left, right) => left || right,
  not: (value) => !value,
  minus: (value) => -Number(value),
  "+": (left, right) => Number(left) + Number(right),
  "-": (left, right) => Number(left) - Number(right),
  "*": (left, right) => Number(left) * Number(right),
  "/": (left, right) => Number(left) / Number(right),
  abs: (value) => (value < 0 ? -value : typeof value === "number" ? Math.abs(value) : value),
};

/** @type {Record<string, (values: any[]) => any>} */
const OF_ARRAYS = {
  any: (values) => values.some(Boolean),
  all: (values) => values.every(Boolean),
  min: (values) => extreme(values, (left, right) => left < right),
  max: (values) => extreme(values, (left, right) => left > right),
  mean: (values) => {
    let sum = 0;
    for (const value of values) sum += Number(value);
    return sum / values.length;
  },
};

/**
 * @param {(number | bigint)[]} values
 * @param {(left: number | bigint, right: number | bigint) => boolean} beyond
 */
function extreme(values, beyond) {
  if (!values.length || values.some(Number.isNaN)) return NaN;
  return values.reduce((found, value) => (beyond(value, found) ? value : found));
}
