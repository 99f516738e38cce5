// Numbers as people read them: scaled, in their unit, a time in seconds, as Python has it
// (`schema/shown.py`). Pure.

import { TIME_UNITS } from "./tags.mjs";

/** @typedef {import("./structs.mjs").Field} Field */

/** @type {Record<string, string>} The form in which people write a value, by the schema's word. */
const FORMS = {
  int: "whole",
  uint: "whole",
  float: "real",
  complex: "complex",
  bool: "truth",
  enum: "choice",
  char: "text",
  struct: "struct",
};

/**
 * The form in which people write one value of a field.
 *
 * @param {Field} field
 */
export function formOf({ type }) {
  return FORMS[type.kind];
}

/**
 * Returns scale and bias of what people read; null where they read the number itself.
 *
 * @param {Pick<Field, "time" | "scale" | "bias">} field
 * @returns {[number, number] | null}
 */
export function scaling({ time, scale, bias }) {
  if (time) return time.unit === "s" ? null : [TIME_UNITS.get(time.unit) ?? 1, 0];
  return scale === undefined && bias === undefined ? null : [scale ?? 1, bias ?? 0];
}

/**
 * Returns the unit of what people read: a time's is s.
 *
 * @param {Field} field
 */
export function unitOf({ time, unit }) {
  return time ? "s" : unit;
}

/**
 * Returns what people call a field: its `@name`, else its name in C.
 *
 * @param {Field} field
 */
export function titleOf({ label, name }) {
  return label || name;
}

/**
 * Returns a number as people read it.
 *
 * @param {Pick<Field, "time" | "scale" | "bias">} field
 * @param {number} value
 */
export function toShown(field, value) {
  const factors = scaling(field);
  if (factors === null) return value;
  return Number((value * factors[0] + factors[1]).toPrecision(15)); // 0.1 is no binary fraction
}

/**
 * Returns the number that people read as this one.
 *
 * @param {Pick<Field, "time" | "scale" | "bias">} field
 * @param {number} shown
 */
export function fromShown(field, shown) {
  const [scale, bias] = scaling(field) ?? [1, 0];
  return Number(((shown - bias) / scale).toPrecision(15));
}

/**
 * Returns the lowest and the highest value as people read them.
 *
 * @param {Field} field
 * @returns {[number, number] | null}
 */
export function shownRange(field) {
  if (!field.range) return null;
  const [one, other] = field.range.map((end) => toShown(field, end));
  return one <= other ? [one, other] : [other, one];
}

/**
 * Unit, range, default and enumerators of a field, for people.
 *
 * @param {Field} field
 */
export function fieldNotes(field) {
  const { time, label, unit, channels, range, type } = field;
  const factors = scaling(field);
  const notes = [];
  if (label) notes.push(field.name);
  if (time) {
    const since = ["none", "boot"].includes(time.epoch) ? "" : ` since ${time.epoch}'s epoch`;
    notes.push(`time in ${time.unit}${since}`);
  } else if (factors) {
    const [scale, bias] = factors;
    const offset = bias ? ` ${bias > 0 ? "+" : "-"} ${Math.abs(bias)}` : "";
    notes.push(`shown as number * ${scale}${offset} ${unit}`.trim());
  } else if (unit) notes.push(`in ${unit}`);
  if (channels.length) notes.push(`of ${channels.join(", ")}`);
  if (range) notes.push(`${range[0]} to ${range[1]}`);
  if (type.enum) notes.push([...type.enum.values.keys()].join(" | "));
  if (field.default !== undefined) notes.push(`default ${field.default}`);
  return notes.join(", ");
}
