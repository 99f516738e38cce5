// How often which numbers are among the pixels that are seen, and a range that shows them. Pure.

import { drawable, placeIn } from "./scale.mjs";

/** @typedef {import("./pixels.mjs").Pixels} Pixels */
/** @typedef {import("./scale.mjs").Range} Range */

const SAMPLES = 1 << 15;
const OUTSIDE = 0.002; // of the numbers at each end lie outside of the range by themselves

/**
 * Takes a sample of the finite numbers of tiles.
 *
 * @param {Iterable<Pixels>} tiles
 * @returns {Float64Array} In rising order.
 */
export function sample(tiles) {
  const all = [...tiles];
  const total = all.reduce((sum, one) => sum + one.data.length, 0);
  // An odd number that is no divisor of a row's length: else the same columns are taken of each row.
  const step = Math.max(1, Math.ceil(total / SAMPLES)) | 1;
  const numbers = new Float64Array(Math.ceil(total / step) + all.length);
  let count = 0;
  for (const one of all) {
    const { width } = one;
    for (let index = 0; index < one.data.length; index += step) {
      const value = one.value(index % width, Math.floor(index / width));
      if (Number.isFinite(value)) numbers[count++] = value;
    }
  }
  return numbers.subarray(0, count).sort();
}

/**
 * A range that shows nearly all of the numbers.
 *
 * @param {Float64Array} sorted Of `sample`.
 * @param {boolean} log
 * @returns {Range} Drawable.
 */
export function rangeOf(sorted, log) {
  if (!sorted.length) return drawable({ low: 0, high: 1, log });
  const at = (/** @type {number} */ part) => sorted[Math.round(part * (sorted.length - 1))];
  return drawable({ low: at(OUTSIDE), high: at(1 - OUTSIDE), log });
}

/**
 * Counts numbers in bars of equal width over a range, and those outside of it in the bars at its
 * ends.
 *
 * @param {Float64Array} sorted
 * @param {Range} range Drawable.
 * @param {number} bars
 */
export function countBars(sorted, range, bars) {
  const counts = new Uint32Array(bars);
  for (const value of sorted) {
    counts[Math.min(Math.floor(placeIn(value, range) * bars), bars - 1)] += 1;
  }
  return counts;
}
