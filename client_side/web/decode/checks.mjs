// Checks what is read of a schema. Pure.

/** A schema that cannot be used; the text says where and why. */
export class SchemaError extends Error {
  name = "SchemaError";

  /**
   * @param {string} path Where: `types.block.fields.dt`.
   * @param {string} reason
   */
  constructor(path, reason) {
    super(`schema, ${path}: ${reason}`);
  }
}

/**
 * @param {any} value
 * @param {string} path
 * @returns {any} It is an object, and no array.
 */
export function record(value, path) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new SchemaError(path, `must be an object, is ${JSON.stringify(value)}`);
}

/**
 * @param {any} value
 * @param {string} path
 * @returns {[string, any][]}
 */
export function entries(value, path) {
  return Object.entries(record(value, path));
}

/**
 * @param {any} value
 * @param {string} path
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function whole(value, path, low, high) {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new SchemaError(path, `must be a whole number from ${low} to ${high}, is ${value}`);
  }
  return value;
}

/** @param {any} value */
export function text(value) {
  return typeof value === "string" ? value : "";
}

/**
 * @param {any} value A number, or a large one as decimal text.
 * @param {string} path
 * @returns {number | bigint}
 */
export function integer(value, path) {
  if (Number.isSafeInteger(value)) return value;
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw new SchemaError(path, `must be a whole number, is ${JSON.stringify(value)}`);
}

/**
 * Says whether a byte order is the little-endian one.
 *
 * @param {any} value
 * @param {string} path
 * @returns {boolean}
 */
export function readOrder(value, path) {
  if (value !== "little" && value !== "big") throw new SchemaError(path, "must be little or big");
  return value === "little";
}
