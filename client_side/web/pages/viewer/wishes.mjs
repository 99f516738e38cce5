// What a viewer asks the driver for, and how many pictures per second it keeps up with. Pure.

import { keyOf } from "./pyramid.mjs";

/** @typedef {import("./images.mjs").Asking} Asking */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */
/**
 * What a driver is asked for: pixels of this format, and at most so many pictures per second.
 *
 * @typedef {{format: string | null, rate: number}} Asked
 */

const MOST_TILES = 256;
/** Pictures per second that a driver is asked for at most. */
export const MOST_RATE = 60;
const LEAST_RATE = 1;
const MANY = 0.3; // of the frames, that newer ones replace: more, and it is asked for fewer
const FEW = 0.15; // less, and for more
const BUSY = 0.9; // of the time, with drawing: more, and pictures wait
const IDLE = 0.7;
const CHANGES_EACH = 0.5; // s

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
  rate;
  #most;
  #since = NaN; // s: when the figures below were
  #published = 0;
  #skipped = 0;
  #busy = 0; // s with drawing, since then

  /** @param {number} most Pictures per second. */
  constructor(most) {
    this.rate = this.#most = most;
  }

  /**
   * Takes that a picture is drawn.
   *
   * @param {number} took Seconds.
   * @param {{published: number, skipped: number}} frames In all: and of these, those that newer ones
   *   have replaced before they were drawn.
   * @param {number} now Seconds.
   * @returns {boolean} Whether the rate has changed: tell the driver.
   */
  drawn(took, { published, skipped }, now) {
    this.#busy += took;
    const passed = now - this.#since;
    if (passed < CHANGES_EACH) return false;
    const share = (skipped - this.#skipped) / Math.max(1, published - this.#published);
    const load = this.#busy / passed; // NaN at first
    const before = this.rate;
    if (share > MANY) this.rate = Math.max(LEAST_RATE, before * Math.max(1 - share, 0.3));
    else if (load > BUSY) this.rate = Math.max(LEAST_RATE, before * 0.85);
    else if (share < FEW && load < IDLE) this.rate = Math.min(this.#most, before * 1.15 + 0.5);
    this.#since = now;
    this.#published = published;
    this.#skipped = skipped;
    this.#busy = 0;
    return Math.round(before) !== Math.round(this.rate);
  }
}
