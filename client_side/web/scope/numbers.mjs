// Checks ranges before an axis gets them, and keeps extremes to what can be drawn. `view/numbers` of
// Python is the same; tests/numbers.json has cases for both. Pure.

export const LARGEST = 1e300; // what is drawn; twice of it is still a number
const NARROWEST = 1e-9; // width of a range by its size: a float64 divides it into a screen's pixels
const SMALLEST = 1e-290; // width of any range
/** @type {[number, string][]} */
const PARTS = [
  [86400, "d"],
  [3600, "h"],
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
  [1e-9, "ns"],
];
const LONG = 3; // units that a span has at least, of those above a second
const PLAIN = [1e-6, 1e9]; // sizes whose numbers are written out

/**
 * Makes a range that an axis can show: finite, rising, and wide enough for its size. It keeps its
 * middle where it was too narrow.
 *
 * @param {number} low
 * @param {number} high
 * @returns {[number, number] | null} null: it is no range at all.
 */
export function checked(low, high) {
  if (Number.isNaN(low) || Number.isNaN(high)) return null;
  if (low > high) [low, high] = [high, low];
  low = Math.min(LARGEST, Math.max(-LARGEST, low));
  high = Math.min(LARGEST, Math.max(-LARGEST, high));
  const least = Math.max(SMALLEST, NARROWEST * Math.max(Math.abs(low), Math.abs(high)));
  if (high - low >= least) return [low, high];
  const middle = low + (high - low) / 2;
  return [middle - least, middle + least];
}

/**
 * Makes a range with room around values; around a constant, as much as it is large.
 *
 * @param {number} low The smallest finite value.
 * @param {number} high The largest.
 * @param {number} share Room on each side, as a part of the range.
 * @returns {[number, number] | null} null: there were no values.
 */
export function padded(low, high, share) {
  if (!(low <= high)) return null;
  const room = low < high ? share * high - share * low : share * Math.abs(high) || 1;
  return checked(low - room, high + room);
}

/**
 * The unit of time in which an axis is written, and its seconds.
 *
 * @param {number} low s
 * @param {number} high
 */
export function timePart(low, high) {
  const fits = (/** @type {number} */ part) => high - low >= (part > 1 ? LONG : 1) * part;
  return PARTS.find(([part]) => fits(part)) ?? PARTS[PARTS.length - 1];
}

/**
 * The power of ten that the numbers of an axis are written in, so that they stay short; 0: as they are.
 *
 * @param {number} low
 * @param {number} high
 */
export function exponentOf(low, high) {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (size === 0 || (size >= PLAIN[0] && size < PLAIN[1])) return 0;
  return Math.floor(Math.log10(size));
}
