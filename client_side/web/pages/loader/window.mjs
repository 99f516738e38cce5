// The rows of a graph that rolls by: of each line at most so many over the time that is seen, however
// many frames come. Of what falls into one step the newest value is kept, with its extremes. Pure.

import { padded } from "../../scope/numbers.mjs";

/**
 * A row of a graph's data. A number that is not finite is null: it is a gap in its line. One that
 * is too large for differences is cut off.
 *
 * @typedef {object} Row
 * @property {number} time Milliseconds since 1970.
 * @property {string} series
 * @property {number | null} value
 * @property {number | null} low The lowest of its step.
 * @property {number | null} high
 */
/** @typedef {{index: number, series: string, value: number | null}} ArrayRow */
/**
 * One line.
 *
 * @typedef {object} Line
 * @property {Row[]} rows Oldest first.
 * @property {boolean} broken Whether a gap comes before the next one.
 * @property {number} shown How many of the rows have been handed out.
 */

const STEPS = 150;
const ROOM = 0.1; // on each side of a constant
/** Lines of one graph. */
export const MOST_LINES = 32;
const LARGEST = 1e300;

/**
 * Returns a number as Vega can draw it: one Infinity would make its scale NaN for good.
 *
 * @param {number} value
 */
export function drawable(value) {
  if (!Number.isFinite(value)) return null;
  return Math.min(LARGEST, Math.max(-LARGEST, value));
}

/**
 * The range of the values of rows: one that an axis can show.
 *
 * @param {Iterable<{value: number | null}>} rows
 * @returns {[bottom: number, top: number]}
 */
export function rangeOf(rows) {
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of rows) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return padded(low, high, low < high ? 0 : ROOM) ?? [0, 1];
}

/** Holds the rows of the lines of a graph. */
export class RollingRows {
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** @type {Row[]} Handed out, and to be taken back. */
  #old = [];
  #span;
  #step;
  #left = new Set(); // lines for which there is no room
  /** The time of the newest row, in milliseconds. */
  to = NaN;

  /** @param {number} seconds That are seen. */
  constructor(seconds) {
    this.#span = 1000 * seconds;
    this.#step = this.#span / STEPS;
  }

  /** The time where the graph begins. */
  get from() {
    return this.to - this.#span;
  }

  /** The range of the values. */
  get range() {
    return rangeOf([...this.#lines.values()].flatMap(({ rows }) => rows));
  }

  /** Lines that are not drawn: there are too many. */
  get leftOut() {
    return this.#left.size;
  }

  /**
   * Adds a value to a line.
   *
   * @param {string} series
   * @param {number} time Milliseconds; of a line it never goes back.
   * @param {number} number
   */
  add(series, time, number) {
    const line = this.#line(series);
    if (line === null) return;
    const value = drawable(number);
    const last = line.rows.at(-1);
    if (!(time <= this.to)) this.to = time;
    if (last && line.broken) {
      const middle = last.time + (time - last.time) / 2;
      line.rows.push({ time: middle, series, value: null, low: null, high: null });
    } else if (last && Math.floor(time / this.#step) === Math.floor(last.time / this.#step)) {
      this.#merge(line, last, value);
      return;
    }
    line.broken = false;
    line.rows.push({ time, series, value, low: value, high: value });
    this.#trim(line);
  }

  /** Breaks all lines: nothing is known of what is between their last values and the next ones. */
  breakLines() {
    for (const line of this.#lines.values()) line.broken = true;
  }

  /**
   * Says what has changed since it was asked last.
   *
   * @returns {{remove: Row[], insert: Row[]}}
   */
  take() {
    const insert = [];
    const remove = this.#old;
    this.#old = [];
    for (const [series, line] of this.#lines) {
      this.#trim(line, remove);
      for (; line.shown < line.rows.length; line.shown++) insert.push(line.rows[line.shown]);
      if (!line.rows.length) this.#lines.delete(series);
    }
    return { remove, insert };
  }

  /** Forgets what was handed out: a new graph has nothing yet. */
  restart() {
    this.#old = [];
    for (const line of this.#lines.values()) {
      line.rows = line.rows.map(plain);
      line.shown = 0;
    }
  }

  /** @param {string} series */
  #line(series) {
    let line = this.#lines.get(series) ?? null;
    if (line === null && this.#lines.size < MOST_LINES) {
      this.#left.delete(series);
      this.#lines.set(series, (line = { rows: [], shown: 0, broken: false }));
    }
    if (line === null && this.#left.size < 1000) this.#left.add(series);
    return line;
  }

  /**
   * Takes another value of the same step into a row.
   *
   * @param {Line} line
   * @param {Row} row
   * @param {number | null} value
   */
  #merge(line, row, value) {
    if (value === null) return; // the step has another value, or has none anyway
    let kept = row;
    if (line.shown === line.rows.length) {
      // Vega has this row, and knows rows by their identity: another one takes its place.
      line.rows[line.rows.length - 1] = kept = plain(row);
      line.shown -= 1;
      this.#old.push(row);
    }
    kept.value = value;
    kept.low = kept.low === null ? value : Math.min(kept.low, value);
    kept.high = kept.high === null ? value : Math.max(kept.high, value);
  }

  /**
   * Drops rows that are seen no more. One before the edge stays: the line comes from there.
   *
   * @param {Line} line
   * @param {Row[]} [removed]
   */
  #trim(line, removed = this.#old) {
    const edge = this.from - this.#step;
    let gone = 0;
    while (gone < line.rows.length && line.rows[gone].time < edge) gone += 1;
    if (!gone) return;
    const dropped = line.rows.splice(0, gone);
    removed.push(...dropped.slice(0, line.shown));
    line.shown = Math.max(0, line.shown - gone);
  }
}

/**
 * A row that is nobody's: Vega marks those that it has, and takes a copy with the mark for the same.
 *
 * @param {Row} row
 * @returns {Row}
 */
function plain({ time, series, value, low, high }) {
  return { time, series, value, low, high };
}

/**
 * The rows of arrays, one line each: values over their index. Of long ones the extremes of each
 * stretch.
 *
 * @param {string} series
 * @param {ArrayLike<number>} values
 * @param {[number, number] | null} scale
 * @returns {ArrayRow[]}
 */
export function arrayRows(series, values, scale = null) {
  const shown = (/** @type {number} */ value) =>
    drawable(scale ? value * scale[0] + scale[1] : value);
  const count = values.length;
  const rows = [];
  if (count <= STEPS) {
    for (let index = 0; index < count; index++)
      rows.push({ index, series, value: shown(values[index]) });
    return rows;
  }
  const stretch = Math.ceil((2 * count) / STEPS);
  for (let start = 0; start < count; start += stretch) {
    let [low, high] = [-1, -1];
    for (let index = start; index < Math.min(count, start + stretch); index++) {
      if (!Number.isFinite(values[index])) continue;
      if (low < 0 || values[index] < values[low]) low = index;
      if (high < 0 || values[index] > values[high]) high = index;
    }
    const ends = low < 0 ? [start] : low === high ? [low] : [low, high].sort((a, b) => a - b);
    for (const index of ends) rows.push({ index, series, value: shown(values[index]) });
  }
  return rows;
}
