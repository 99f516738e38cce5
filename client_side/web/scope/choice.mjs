// Chooses what is drawn where the user says nothing: fields of a message, as `plot/choice.py` of Python
// does, and which of the messages comes first; tests/choices.json has cases. Pure.

import { formOf, unitOf } from "../decode/shown.mjs";
import { findPath, lengthsOf } from "./paths.mjs";

/** @typedef {import("../decode/structs.mjs").Field} Field */
/** @typedef {import("../decode/structs.mjs").Message} Message */

const MOST = 6; // fields of numbers
const MOST_BANDS = 3; // enums and bools below the numbers
const PICTURE = 8; // rows and columns that a picture has at least; with fewer it is a table
const MEASURED = 3; // the last rank of what is measured: behind it are counters, times and room
const NOTHING = 9; // behind all ranks
const NUMBERS = ["int", "uint", "float", "bool"];

const TIMES = ["s", "ms", "us", "µs", "ns"];
const WIDE = 8; // bytes
const COUNTERS = new Set(
  (
    "cnt count counter counts crc checksum frame frames id idx index nr num packet packets pkt pkts " +
    "seq seqno sequence serial uid version"
  ).split(" "),
);
const STAMPS = new Set(["time", "timestamp", "stamp"]);
const ROOM = new Set("pad padding reserved rsvd spare unused".split(" "));

/**
 * The paths of what a scope shows of a message: the first array of what is measured; else the numbers
 * of one quantity and unit, inside of structs only if there are none outside, and the enums and bools.
 *
 * @param {Message} message
 * @returns {string[]}
 */
export function chosenFields(message) {
  const fields = [...message.fields.values()];
  const arrays = fields.filter((field) => isDrawn(field) && lengthsOf(field).length);
  const whole = arrays.filter((field) => !isTable(field));
  const alone = fields.filter(
    (field) => isDrawn(field) && !lengthsOf(field).length && field.name !== "channel",
  );
  let groups = grouped(alone.map((field) => [field.name, field]));
  if (rankOf(groups) > MEASURED) {
    const nested = grouped([...inside(fields, "")]);
    if (rankOf(nested) < rankOf(groups)) groups = nested;
  }
  const best = rankOf(groups);
  let array = whole.find((field) => quantityOf(field)[0] <= MEASURED);
  if (best > MEASURED) array ??= whole[0];
  if (array) {
    const other = array.name.replace(/_min$/, "_max");
    const pair = other !== array.name && message.fields.has(other);
    return pair ? [array.name, other] : [array.name];
  }
  const bands = bandsOf(fields);
  const table = arrays.find(isTable);
  if (!groups.length) return table ? [table.name] : bands;
  // Of the best kind the largest group, and of those the first.
  const most = Math.max(...groups.map(({ rank, paths }) => (rank === best ? paths.length : 0)));
  const chosen = groups.find(({ rank, paths }) => rank === best && paths.length === most);
  return [...(chosen?.paths ?? []).slice(0, MOST), ...bands];
}

/**
 * How much a message is worth a first look, 0: most. Numbers with a unit and waveforms come first, then
 * other numbers; counters, time stamps, and enums alone come last.
 *
 * @param {Message} message
 */
export function lookRank(message) {
  const [first] = chosenFields(message);
  if (first === undefined) return NOTHING;
  const { field, shape } = findPath(message, first);
  if (["choice", "truth"].includes(formOf(field))) return NOTHING - 1;
  const [rank] = quantityOf(field);
  const wave = shape.length === 1 && lengthsOf(field).length === 1 && rank <= MEASURED;
  return wave ? Math.max(0, rank - 2) : rank;
}

/**
 * Ranks a field as a measured value (0: most like one), and names its unit: one axis each. Its name
 * counts only where its kind and its tags say nothing.
 *
 * @param {Field} field
 * @returns {[number, string]}
 */
export function quantityOf(field) {
  const unit = unitOf(field) || "";
  const form = formOf(field);
  const words = field.name
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/);
  const says = (/** @type {Set<string>} */ known) => words.some((word) => known.has(word));
  if (!unit && says(ROOM)) return [7, "room"];
  if (field.time || (TIMES.includes(unit) && form === "whole") || (!unit && says(STAMPS)))
    return [6, "time"];
  if (unit) return [TIMES.includes(unit) ? 1 : 0, unit];
  if (form === "real") return [2, ""];
  if (says(COUNTERS)) return [4, "count"];
  return [field.type.size === WIDE ? 5 : 3, ""]; // in 64 bits it may well be a time
}

/**
 * A quantity with a unit, and the paths of its numbers.
 *
 * @typedef {{rank: number, unit: string, paths: string[]}} Group
 */

/**
 * @param {[string, Field][]} found
 * @returns {Group[]}
 */
function grouped(found) {
  /** @type {Group[]} */
  const groups = [];
  for (const [path, field] of found) {
    if (formOf(field) === "truth") continue;
    const [rank, unit] = quantityOf(field);
    const group = groups.find((one) => one.rank === rank && one.unit === unit);
    if (group) group.paths.push(path);
    else groups.push({ rank, unit, paths: [path] });
  }
  return groups;
}

/** @param {Group[]} groups */
function rankOf(groups) {
  return Math.min(NOTHING, ...groups.map(({ rank }) => rank));
}

/**
 * The numbers in structs and in arrays of structs that have a length.
 *
 * @param {Field[]} fields
 * @param {string} before
 * @returns {Iterable<[string, Field]>}
 */
function* inside(fields, before) {
  for (const field of fields) {
    const { struct } = field.type;
    if (!struct || struct.union || lengthsOf(field).includes(-1)) continue;
    const path = `${before}${field.name}.`;
    const inner = [...struct.fields.values()];
    for (const one of inner)
      if (isDrawn(one) && !lengthsOf(one).length) yield [path + one.name, one];
    yield* inside(inner, path);
  }
}

/** @param {Field} field */
function isDrawn({ type }) {
  return NUMBERS.includes(type.kind);
}

/** @param {Field} field */
function isTable(field) {
  const lengths = lengthsOf(field);
  return lengths.length === 2 && lengths[0] > 0 && Math.min(...lengths) < PICTURE;
}

/**
 * The enums and bools that stand alone.
 *
 * @param {Field[]} fields
 */
function bandsOf(fields) {
  return fields
    .filter((field) => ["choice", "truth"].includes(formOf(field)) && !lengthsOf(field).length)
    .map(({ name }) => name)
    .filter((name) => name !== "channel")
    .slice(0, MOST_BANDS);
}
