// The one sentence of a page that shows nothing: what is wrong, and what to do. Pure.

import { RELAY_SOURCE } from "../../protocol.mjs";

/** @typedef {import("../../client.mjs").Driver} Driver */
/**
 * The answer of `/health?origin=…`.
 *
 * @typedef {object} Health
 * @property {number} port Of the relay.
 * @property {boolean} origin_allowed
 * @property {boolean} token_accepted
 */

export const NO_TOKEN = "Open the link that the relay printed: it carries the token.";
export const NO_RELAY =
  "No relay answers here: start it again, and open the link that it prints; trying again …";

/**
 * Says what is wrong with the drivers; "" if nothing is.
 *
 * @param {Iterable<Driver>} drivers
 * @param {boolean} [needed] Whether it is wrong that there are none.
 */
export function driversText(drivers, needed = true) {
  const served = [...drivers].filter(({ source }) => source !== RELAY_SOURCE);
  if (!served.length && !needed) return "";
  if (!served.length)
    return "This relay has no driver yet: start one, and it appears here; or run `cwire demo`.";
  return served.map(driverText).filter(Boolean).join(" · ");
}

/**
 * Says what is wrong with a driver; "" if nothing is.
 *
 * @param {Driver} driver
 */
export function driverText({ name, state, problem }) {
  if (state === "unknown") return "";
  if (state === "up") return problem && `Driver ${name}: ${problem}`;
  return `Driver ${name} is ${state}${problem ? `: ${problem}` : ""}`;
}

/**
 * Says why the relay, which answers, does not let a page connect; "" if it does.
 *
 * @param {Health} health
 * @param {{origin: string, port: string}} page
 */
export function refusalText(health, { origin, port }) {
  if (health.origin_allowed)
    return health.token_accepted
      ? ""
      : "The relay runs, but does not take this token: open the link that it printed last.";
  const allow = `start it with --allow-origin ${origin}`;
  return port === String(health.port)
    ? `The relay runs, but takes no pages of ${origin}: ${allow}`
    : `The relay runs, but takes pages of port ${health.port} only: forward the same port, or ${allow}`;
}
