// The fields of a message as rows for people: nested ones below their struct. Pure.

import { fieldNotes, titleOf } from "../../decode/shown.mjs";

/** @typedef {import("../../decode/structs.mjs").Struct} Struct */
/**
 * One row.
 *
 * @typedef {object} FieldRow
 * @property {number} depth How many structs it is in.
 * @property {string} name
 * @property {string} type As C spells it.
 * @property {string} notes Unit, range, default and enumerators.
 * @property {string} doc
 */

const MOST_ROWS = 300; // a driver may nest without end

/**
 * Lists the fields of a struct.
 *
 * @param {Struct} struct
 * @returns {{rows: FieldRow[], more: boolean}} more: there are further ones.
 */
export function fieldRows(struct) {
  /** @type {FieldRow[]} */
  const rows = [];
  return { more: !fill(rows, struct, 0), rows };
}

/**
 * @param {FieldRow[]} rows
 * @param {Struct} struct
 * @param {number} depth
 * @returns {boolean} Whether all have found room.
 */
function fill(rows, struct, depth) {
  for (const field of struct.fields.values()) {
    if (rows.length === MOST_ROWS) return false;
    const name = field.label ? `${field.name} (${titleOf(field)})` : field.name;
    const { doc, type, c_type, bits } = field;
    const spelled = bits ? `${c_type} : ${bits.width}` : c_type;
    rows.push({ depth, name, type: spelled, notes: fieldNotes(field), doc: doc || docOf(field) });
    if (type.struct && !fill(rows, type.struct, depth + 1)) return false;
  }
  return true;
}

/** @param {import("../../decode/structs.mjs").Field} field */
function docOf({ type }) {
  return type.enum?.doc || type.struct?.doc || "";
}
