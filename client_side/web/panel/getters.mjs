// Finds the command that reads back what a `set_…` command writes, by naming convention, as Python
// does (`cwire_structs/schema/getters.py`). Pure.

import { formOf } from "../decode/shown.mjs";
import { lengthsOf } from "../scope/paths.mjs";

/** @typedef {import("../decode/schema.mjs").Schema} Schema */
/** @typedef {import("../decode/structs.mjs").Message} Message */
/**
 * The command whose reply has the present values of another command's fields.
 *
 * @typedef {object} Getter
 * @property {string} command
 * @property {string | null} field The field of its reply that holds them; null: the reply itself.
 * @property {string | null} key Where that field is an array: the field that says which element is
 *   meant.
 * @property {string[]} shared The fields that both commands have, such as the axis that is meant.
 */

/**
 * Finds the getter of a command `set_X`: `get_X`, whose reply has fields of the same names, or any
 * `get_…` whose reply has a field, or an array, of the struct that also answers `set_X`.
 *
 * @param {Schema} schema
 * @param {Message} message
 * @returns {Getter | null}
 */
export function findGetter(schema, message) {
  if (!message.name.startsWith("set_")) return null;
  const stem = message.name.slice("set_".length);
  const getters = [...schema.messages.values()].flatMap((one) => {
    const reply = one.command && one.name.startsWith("get_") && replyOf(schema, one);
    const shared = [...one.fields.keys()].filter((name) => message.fields.has(name));
    return reply ? [{ name: one.name, reply, shared }] : [];
  });
  const shares = (/** @type {Message} */ other) =>
    [...message.fields.keys()].some((name) => other.fields.has(name));
  const direct = getters.find(({ name }) => name === `get_${stem}`);
  if (direct && shares(direct.reply))
    return { command: direct.name, field: null, key: null, shared: direct.shared };
  const answer = replyOf(schema, message);
  if (!answer || !shares(answer)) return null;
  for (const { name: command, reply, shared } of getters) {
    for (const field of reply.fields.values()) {
      if (field.type.struct?.name !== answer.struct.name || field.tail) continue;
      if (!field.shape.length) return { command, field: field.name, key: null, shared };
      if (field.shape.length === 1)
        return { command, field: field.name, key: keyOf(message, answer), shared };
    }
  }
  return null;
}

/**
 * The message that answers a command.
 *
 * @param {Schema} schema
 * @param {Message} command
 * @returns {Message | null}
 */
export function replyOf(schema, command) {
  return (command.reply !== undefined && schema.messages.get(command.reply)) || null;
}

/**
 * The first integer that both have: `channel`, `index`, `axis`.
 *
 * @param {Message} asked
 * @param {Message} answer
 */
function keyOf(asked, answer) {
  for (const field of asked.fields.values()) {
    const whole = formOf(field) === "whole" && !lengthsOf(field).length;
    if (whole && answer.fields.has(field.name)) return field.name;
  }
  return null;
}
