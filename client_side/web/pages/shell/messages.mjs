// The messages of drivers, for pages to choose from. Pure.

import { RELAY_SOURCE } from "../../protocol.mjs";

/** @typedef {import("../../client.mjs").Driver} Driver */
/** @typedef {import("../../decode/structs.mjs").Message} Message */

/**
 * The drivers that the relay serves, without the relay itself.
 *
 * @param {ReadonlyMap<string, Driver>} drivers
 */
export function servedDrivers(drivers) {
  return [...drivers.values()].filter(({ source }) => source !== RELAY_SOURCE);
}

/**
 * The messages of a driver that are no commands.
 *
 * @param {Driver} driver
 * @returns {Message[]}
 */
export function publishedBy({ schema }) {
  return [...(schema?.messages.values() ?? [])].filter(({ command }) => !command);
}

/**
 * Whether a message is a picture, or a tile of one: an array of two dimensions, or one with its
 * width and height beside it.
 *
 * @param {Message} message
 */
export function isPicture(message) {
  const fields = [...message.fields.values()];
  const sized = ["width", "height"].every((name) => message.fields.has(name));
  return fields.some(({ type, shape, tail }) => {
    if (!type.drawable) return false;
    const dimensions = shape.length + Number(tail);
    return (dimensions === 2 && Math.min(...shape) > 7) || (dimensions === 1 && sized);
  });
}
