// Chooses the part of the lines that is seen: the newest block, what rolls by, what a trigger has
// caught, or what the user has zoomed to. Pure.

import { Trigger } from "./trigger.mjs";

/** @typedef {import("./lines.mjs").Line} Line */
/** @typedef {import("./lines.mjs").Lines} Lines */

/** The part that is seen: times are relative to each line's zero. */
export class Sight {
  /** @type {number | null} s; null: the newest array */
  window;
  /** @type {[number, number] | null} From where to where the user has zoomed; null: all. */
  zoom = null;

  /** @param {import("./lines.mjs").Recipe} recipe */
  constructor(recipe) {
    this.recipe = recipe;
    this.trigger = new Trigger();
    this.window = recipe.window;
    this.zero = NaN; // shared zero of all lines; NaN: each line's own block
    this.newest = NaN; // when the newest frame of all lines was published
    this.begin = 0; // of the blocks
    this.span = 1;
    this.past = false; // other lines are seen than those that come: no trigger chooses
  }

  /** Whether samples have times, so that they can roll, and a trigger makes sense. */
  get timed() {
    return this.recipe.kind === "trend" || this.recipe.x_kind === "step";
  }

  /**
   * The edges of the whole picture.
   *
   * @returns {[number, number]}
   */
  get whole() {
    if (Number.isNaN(this.zero)) return [this.begin, this.begin + this.span];
    if (this.past || !this.trigger.active) return [-this.span, 0];
    const { position } = this.trigger.settings;
    return [-position * this.span, (1 - position) * this.span];
  }

  /** The edges of what is seen. */
  get edges() {
    return this.zoom ?? this.whole;
  }

  /**
   * Follows the lines.
   *
   * @param {Lines} lines
   * @param {number} now s of a steady clock
   */
  follow(lines, now) {
    this.hold(lines);
    if (!this.timed || !this.trigger.active) return;
    const { source } = this.trigger.settings;
    const line = lines.all.get(source ?? "") ?? lines.all.values().next().value;
    if (line === undefined) return;
    let end = Infinity;
    for (const { trace } of lines.all.values()) {
      // A line that has ended long ago is not waited for.
      if (trace.end > lines.end - 2 * this.span) end = Math.min(end, trace.end);
    }
    const seen = this.trigger.look(line.trace, this.span, end, now);
    if (seen === "trigger") this.zero = this.trigger.shown;
    else if (seen === "free") this.zero = end - (1 - this.trigger.settings.position) * this.span;
  }

  /**
   * Looks at the lines as they are: the window may be another one.
   *
   * @param {Lines} lines
   */
  hold(lines) {
    this.#measure(lines);
    this.newest = lines.newest;
    if (this.timed && this.trigger.active && !this.past) return;
    this.zero = this.window === null || !this.timed ? NaN : lines.end;
  }

  /**
   * Sets the span: the window's, or that of the blocks; not changed for a rounding error.
   *
   * @param {Lines} lines
   */
  #measure(lines) {
    if (this.window !== null && this.timed) {
      this.span = this.window;
      return;
    }
    let [begin, end] = [Infinity, -Infinity];
    for (const line of lines.all.values()) {
      if (line.block === null) continue;
      const [from, to] = extent(line.trace, line.block);
      [begin, end] = [Math.min(begin, from), Math.max(end, to)];
    }
    if (!(end > begin)) return;
    if (Math.abs(end - begin - this.span) > 1e-9 * this.span || begin !== this.begin) {
      [this.begin, this.span] = [begin, end - begin];
    }
  }

  /**
   * A line's zero on its trace's clock.
   *
   * @param {Line} line
   */
  zeroOf(line) {
    if (Number.isNaN(this.zero)) return line.block?.t0 ?? NaN;
    const { trace, stamps } = line;
    // It comes, but its samples are of another time than those of the others: its clock is slower.
    const slow =
      (this.past || !this.trigger.active) &&
      trace.end < this.zero - this.span &&
      stamps.time > this.newest - this.span;
    return slow ? trace.end : this.zero;
  }
}

/**
 * Measures from where to where a line's block goes, from its zero.
 *
 * @param {import("./trace.mjs").Trace} trace
 * @param {import("./lines.mjs").Block} block
 */
function extent(trace, block) {
  const last = trace.segments[trace.segments.length - 1];
  if (!trace.timed) return [0, (block.end - block.first - 1) * last.dt];
  let [begin, end] = [Infinity, -Infinity];
  trace.segments.forEach((segment, number) => {
    begin = Math.min(begin, trace.time(segment.first, segment));
    end = Math.max(end, trace.time(trace.endOf(number) - 1, segment));
  });
  return [begin, end];
}
