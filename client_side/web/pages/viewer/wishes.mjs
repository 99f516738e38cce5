// What a viewer asks the driver for, and how many pictures per second it keeps up with. Pure.

import { keyOf } from "./pyramid.mjs";

/** @typedef {import("./images.mjs").Asking} Asking */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */

const MOST_TILES = 256;
const MOST_RATE = 60;
const LEAST_RATE = 1;
const LATE = 0.04; // s behind live: more, and the driver is asked for fewer pictures
const IN_TIME = 0.03; // s: less, and for more; a screen takes half of it itself
const CHANGES_EACH = 0.25; // s

/**
 * The fields of the command.
 *
 * @param {Asking} asking
 * @param {number} viewer
 * @param {readonly Place[]} places The most important ones first.
 * @param {{format: string | null, rate: number, has: (key: string) => boolean}} options
 * @returns {Record<string, any>}
 */
export function wishFields({ roles, tile, formats }, viewer, places, { format, rate, has }) {
  const wanted = places.slice(0, MOST_TILES).map((place) => {
    const told = { ...place, have: has(keyOf(place)) ? 1 : 0 };
    const named = Object.entries(told).filter(([role]) => tile.has(role));
    return Object.fromEntries(named.map(([role, value]) => [tile.get(role), value]));
  });
  const told = {
    viewer,
    wanted,
    rate: Math.round(rate),
    format: format !== null && formats.includes(format) ? format : undefined,
  };
  const named = Object.entries(told).filter(
    ([role, value]) => roles.has(role) && value !== undefined,
  );
  return Object.fromEntries(named.map(([role, value]) => [roles.get(role), value]));
}

/**
 * Reads the answer of the command.
 *
 * @param {Asking} asking
 * @param {Record<string, any>} fields
 * @returns {{geometry: Geometry, lease: number} | null} null: it tells of no image.
 */
export function readAnswer({ image }, fields) {
  const told = (/** @type {string} */ role) => Number(fields[image.get(role) ?? ""]);
  const geometry = {
    width: told("image_width"),
    height: told("image_height"),
    tileWidth: told("tile_width"),
    tileHeight: told("tile_height"),
    levels: told("levels"),
  };
  if (!Object.values(geometry).every((value) => value >= 1 && value < 2 ** 31)) return null;
  if (geometry.levels > 31) return null;
  const lease = told("lease");
  return { geometry, lease: lease > 0 ? lease : Infinity };
}

/** Finds how many pictures per second a page keeps up with. */
export class Pace {
  rate = MOST_RATE;
  #changed = 0; // s
  // s behind live at the best of times, forgotten slowly: fewer pictures do not change that, only
  // what has piled up.
  #floor = Infinity;
  #least = Infinity; // s behind live, since the last change: a single late picture says nothing

  /**
   * Takes how long ago a picture that is drawn now was published.
   *
   * @param {number} behind Seconds.
   * @param {number} now Seconds.
   * @returns {boolean} Whether the rate has changed: tell the driver.
   */
  drawn(behind, now) {
    this.#least = Math.min(this.#least, behind);
    if (now - this.#changed < CHANGES_EACH) return false;
    const [before, least] = [this.rate, this.#least];
    this.#changed = now;
    this.#least = Infinity;
    this.#floor = Math.min(1.02 * this.#floor + 0.0005, least);
    // What is older than a minute is of a clock that is wrong, and says nothing.
    if (least > Math.max(LATE, 2 * this.#floor) && least < 60)
      this.rate = Math.max(LEAST_RATE, this.rate * 0.75);
    else if (least < Math.max(IN_TIME, 1.3 * this.#floor))
      this.rate = Math.min(MOST_RATE, this.rate * 1.15 + 0.5);
    return Math.round(before) !== Math.round(this.rate);
  }
}
