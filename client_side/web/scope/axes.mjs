// Chooses the y axes of a plot: one for each unit, and a band for each enum or bool.
// `plot/axes.py` of Python is the same; a test compares the two. Pure.

import { formOf, unitOf } from "../decode/shown.mjs";

/** @typedef {import("../decode/structs.mjs").Field} Field */
/**
 * A y axis.
 *
 * @typedef {object} Axis
 * @property {string} label Its unit, if it has several lines; else its line's name, with the unit.
 * @property {number} pane The number of its pane, from above.
 * @property {"left" | "right"} side
 * @property {number[]} lines The indices of its lines.
 * @property {[number, string][]} names Of a band: its values with their names, as many as there is
 *   room for.
 * @property {number} height Of its pane, as a part of a pane of numbers.
 */

const MOST_NAMES = 8; // at the axis of a band
const NAME = 0.125; // of the height of a pane, for a name
const LEAST_NAMES = 2;

/**
 * The axes of lines: two units to a pane, left and right; below them the bands.
 *
 * @param {Field[]} fields The field of each line.
 * @param {string[]} names What to call each line.
 * @returns {Axis[]}
 */
export function axesOf(fields, names) {
  /** @type {Map<string, number[]>} */
  const units = new Map();
  /** @type {{index: number, found: [number, string][]}[]} */
  const bands = [];
  fields.forEach((field, index) => {
    const found = valuesOf(field);
    const unit = unitOf(field) || "";
    if (found.length) bands.push({ index, found });
    else units.set(unit, [...(units.get(unit) ?? []), index]);
  });
  /** @type {Axis[]} */
  const axes = [...units].map(([unit, lines], number) => {
    const [line] = lines;
    const alone = lines.length === 1 ? fields[line].label || names[line] : "";
    return {
      label: `${alone} ${unit && `[${unit}]`}`.trim(),
      pane: Math.floor(number / 2),
      side: number % 2 ? "right" : "left",
      lines,
      names: [],
      height: 1,
    };
  });
  const first = Math.ceil(units.size / 2);
  bands.forEach(({ index, found }, number) => {
    const label = fields[index].label || names[index];
    const pane = first + number;
    const height = heightOf(found);
    axes.push({ label, pane, side: "left", lines: [index], names: found, height });
  });
  return axes;
}

/**
 * The values with names that a field has; of one without names, none.
 *
 * @param {Field} field
 * @returns {[number, string][]}
 */
function valuesOf(field) {
  if (formOf(field) === "truth")
    return [
      [0, "false"],
      [1, "true"],
    ];
  const { enum: known } = field.type;
  if (!known) return [];
  /** @type {Map<number, string>} */
  const found = new Map();
  for (const [name, value] of known.values)
    if (!found.has(Number(value))) found.set(Number(value), name);
  const rows = [...found].sort(([a], [b]) => a - b);
  const every = Math.ceil(rows.length / MOST_NAMES);
  return rows.filter((_, number) => number % every === 0);
}

/**
 * Room for the names, so that the nearest do not lie over each other.
 *
 * @param {[number, string][]} names
 */
function heightOf(names) {
  const values = names.map(([value]) => value);
  const steps = values.slice(1).map((value, number) => value - values[number]);
  const least = steps.length ? Math.min(...steps) : 1;
  const rows = (values[values.length - 1] - values[0]) / least + 1;
  return NAME * Math.min(MOST_NAMES, Math.max(LEAST_NAMES, rows));
}
