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
