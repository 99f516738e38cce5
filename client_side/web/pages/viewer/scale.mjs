// From numbers to colours: the range, linear or logarithmic, and tables of 256 colours. Pure.

import { halfValues } from "../../decode/half.mjs";

/** @typedef {import("./pixels.mjs").Pixels} Pixels */

/** Colours of a table's entries that lie at equal distances; what is between is mixed. */
const STOPS = new Map([
  ["gray", ["000000", "ffffff"]],
  // matplotlib's viridis, inferno and coolwarm (CC0), every 32nd entry.
  ["viridis", "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725".split(" ")],
  ["inferno", "000004 1f0c48 550f6d 88226a bb3754 e35933 f98e09 f9c932 fcffa4".split(" ")],
  ["coolwarm", "3b4cc0 6788ee 9abbff c9d7f0 dddcdc f2cbb7 f7a889 e26952 b40426".split(" ")],
]);
/** The colour of NaN. */
export const NAN_COLOUR = [190, 70, 150];
const MOST = 1e300; // more would be infinite in between
const LEAST = 1e-300; // of a logarithmic range's high end
const LEAST_RATIO = 1e-4; // of a logarithmic range that begins at 0 or below

/** The names of the tables. */
export const COLOURS = [...STOPS.keys()];

/**
 * Makes a table of 256 colours: red, green, blue, opacity, red, …
 *
 * @param {string} name One of COLOURS.
 */
export function colourTable(name) {
  const stops = /** @type {string[]} */ (STOPS.get(name)).map((hex) => [
    parseInt(hex.slice(0, 2), 16),
    parseInt(hex.slice(2, 4), 16),
    parseInt(hex.slice(4), 16),
  ]);
  const table = new Uint8Array(256 * 4);
  for (let entry = 0; entry < 256; entry++) {
    const place = (entry / 255) * (stops.length - 1);
    const before = Math.min(Math.floor(place), stops.length - 2);
    for (let part = 0; part < 3; part++) {
      const [low, high] = [stops[before][part], stops[before + 1][part]];
      table[4 * entry + part] = Math.round(low + (high - low) * (place - before));
    }
    table[4 * entry + 3] = 255;
  }
  return table;
}

/**
 * A range of numbers that is shown.
 *
 * @typedef {object} Range
 * @property {number} low
 * @property {number} high
 * @property {boolean} log
 */

/**
 * A range that can be drawn: finite, rising, and of positive numbers if it is logarithmic.
 *
 * @param {Range} range
 * @returns {Range}
 */
export function drawable({ low, high, log }) {
  low = Number.isFinite(low) ? Math.min(Math.max(low, -MOST), MOST) : 0;
  high = Number.isFinite(high) ? Math.min(Math.max(high, -MOST), MOST) : low + 1;
  if (log) {
    if (!(high > LEAST)) high = 1;
    if (!(low > LEAST * LEAST_RATIO)) low = high * LEAST_RATIO;
  }
  // Both ends stay numbers that differ, also of large ones.
  if (!(high > low)) high = low + Math.max(Math.abs(low) * 1e-6, log ? low : 1e-12);
  if (!(high - low > Math.abs(low) * 1e-9)) high = low + Math.abs(low) * 1e-6;
  return { low, high, log };
}

/**
 * Where in a drawable range a number is: 0 at its low end, 1 at its high end, and no further.
 *
 * @param {number} value
 * @param {Range} range
 * @returns {number} NaN: it is none.
 */
export function placeIn(value, { low, high, log }) {
  if (Number.isNaN(value)) return NaN;
  const place = log
    ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value - low) / (high - low);
  return Math.min(Math.max(place, 0), 1);
}

/**
 * The number at a place in a drawable range.
 *
 * @param {number} place From 0 to 1.
 * @param {Range} range
 */
export function valueAt(place, { low, high, log }) {
  return log ? low * (high / low) ** place : low + (high - low) * place;
}

/** Writes the colours of pixels, by one range and one table. */
export class Colouring {
  #range;
  #table;
  /** @type {Map<string, Uint32Array>} The colours of all bit patterns of short numbers, by format. */
  #patterns = new Map();

  /**
   * @param {Range} range Drawable.
   * @param {Uint8Array} table Of `colourTable`.
   */
  constructor(range, table) {
    this.#range = range;
    this.#table = table;
  }

  /**
   * @param {Pixels} pixels
   * @param {Uint8ClampedArray} into Four bytes for each.
   */
  paint(pixels, into) {
    const { data } = pixels;
    const words = new Uint32Array(into.buffer, into.byteOffset, data.length);
    if (data.BYTES_PER_ELEMENT > 2) {
      colour(data, this.#range, this.#table, words);
      return;
    }
    const Bits = data.BYTES_PER_ELEMENT === 1 ? Uint8Array : Uint16Array;
    const memory = /** @type {ArrayBuffer} */ (data.buffer);
    const bits = new Bits(memory, data.byteOffset, data.length);
    const colours = this.#coloursOf(pixels);
    for (let index = 0; index < bits.length; index++) words[index] = colours[bits[index]];
  }

  /** @param {Pixels} pixels */
  #coloursOf({ format, data, half }) {
    const known = this.#patterns.get(format);
    if (known) return known;
    const count = 2 ** (8 * data.BYTES_PER_ELEMENT);
    const patterns = Uint16Array.from({ length: count }, (_, index) => index);
    const numbers = /** @type {any} */ (data.constructor).from(patterns);
    const colours = new Uint32Array(count);
    colour(half ? halfValues() : numbers, this.#range, this.#table, colours);
    this.#patterns.set(format, colours);
    return colours;
  }
}

/**
 * Writes the colours of numbers.
 *
 * @param {ArrayLike<number>} values
 * @param {Range} range Drawable.
 * @param {Uint8Array} table
 * @param {Uint32Array} words A colour each.
 */
function colour(values, { low, high, log }, table, words) {
  const factor = 256 / (log ? Math.log(high / low) : high - low);
  const colours = new Uint32Array(table.buffer, table.byteOffset, 256);
  const none = new Uint32Array(new Uint8Array([...NAN_COLOUR, 255]).buffer)[0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    const place = log ? Math.log(Math.max(value, low) / low) : value - low;
    const entry = place * factor;
    if (entry >= 255) words[index] = colours[255];
    else if (entry > 0) words[index] = colours[entry | 0];
    else words[index] = value !== value ? none : colours[0];
  }
}
