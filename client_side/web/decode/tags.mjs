// Tags of a field: what its numbers mean to people. Like the rest of a schema they come from another
// program, and are checked. Pure.

import { SchemaError, record } from "./checks.mjs";

/** Seconds in one, by the word of the schema. */
export const TIME_UNITS = new Map([
  ["ns", 1e-9],
  ["us", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
]);
const EPOCHS = ["unix", "gps", "boot", "none"];
const REAL = ["int", "uint", "float"];

/**
 * What the tags of a field say.
 *
 * @typedef {object} Tags
 * @property {string} unit Empty: none.
 * @property {[number, number] | undefined} range As the bytes have the numbers.
 * @property {number | undefined} scale People read number * scale + bias.
 * @property {number | undefined} bias
 * @property {{unit: string, epoch: string} | undefined} time
 * @property {string[]} channels A name for each element of an array's last dimension, or none.
 * @property {string} label A name for people; empty: the field's own.
 */

/**
 * Reads the tags of a field.
 *
 * @param {any} json The field.
 * @param {string} kind Of its values.
 * @param {number[]} shape
 * @param {string} path Where it is, for people.
 * @returns {Tags}
 * @throws {SchemaError}
 */
export function readTags(json, kind, shape, path) {
  const real = REAL.includes(kind);
  const scale = number(json.scale, `${path}.scale`);
  const bias = number(json.bias, `${path}.bias`);
  if ((scale !== undefined || bias !== undefined) && !real)
    throw new SchemaError(path, "only numbers are scaled");
  if (scale === 0) throw new SchemaError(`${path}.scale`, "must not be 0");
  const time = readTime(json.time, `${path}.time`);
  if (time && (!real || scale !== undefined || bias !== undefined))
    throw new SchemaError(path, "only a number without a scale is a time");
  return {
    unit: text(json.unit, `${path}.unit`),
    range: readRange(json.range, `${path}.range`),
    scale,
    bias,
    time,
    channels: readChannels(json.channels, shape, `${path}.channels`),
    label: text(json.label, `${path}.label`),
  };
}

/**
 * @param {any} json
 * @param {string} path
 */
function readTime(json, path) {
  if (json === undefined) return undefined;
  const { unit, epoch } = record(json, path);
  if (!TIME_UNITS.has(unit))
    throw new SchemaError(`${path}.unit`, `must be one of ${[...TIME_UNITS.keys()].join(", ")}`);
  if (!EPOCHS.includes(epoch))
    throw new SchemaError(`${path}.epoch`, `must be one of ${EPOCHS.join(", ")}`);
  return { unit, epoch };
}

/**
 * @param {any} json
 * @param {string} path
 * @returns {[number, number] | undefined}
 */
function readRange(json, path) {
  if (json === undefined) return undefined;
  if (!Array.isArray(json) || json.length !== 2) throw new SchemaError(path, "must be [low, high]");
  const [low, high] = json.map(Number); // beyond 2^53 it is decimal text
  if (!(low <= high)) throw new SchemaError(path, "must be [low, high]");
  return [low, high];
}

/**
 * @param {any} json
 * @param {number[]} shape
 * @param {string} path
 * @returns {string[]}
 */
function readChannels(json, shape, path) {
  if (json === undefined) return [];
  if (!Array.isArray(json) || shape.at(-1) !== json.length)
    throw new SchemaError(path, "needs a name for each element of an array's last dimension");
  return json.map((name) => text(name, path));
}

/**
 * @param {any} value
 * @param {string} path
 * @returns {number | undefined}
 */
function number(value, path) {
  if (value === undefined || Number.isFinite(value)) return value;
  throw new SchemaError(path, `must be a number, is ${JSON.stringify(value)}`);
}

/**
 * @param {any} value
 * @param {string} path
 */
function text(value, path) {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  throw new SchemaError(path, `must be text, is ${JSON.stringify(value)}`);
}
