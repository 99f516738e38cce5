// Chooses the most important of the notices to show beside the picture. Pure.

import { countText } from "./reading.mjs";

const MOST_NAMES = 4;

/** Makes one line of text from what is known; null is nothing to say. */
export class Notices {
  /** @type {string | null} Why the scope has ended. */
  stopped = null;
  /** @type {string | null} Why nothing can come. */
  relay = null;
  /** @type {string | null} Why the driver sends nothing. */
  driver = null;
  /** @type {string | null} Why its frames cannot be drawn. */
  fields = null;
  /** @type {string | null} Where the data comes from, where that matters. */
  route = null;
  /** @type {string | null} Which part of the past is seen, or why none is. */
  past = null;
  /** @type {string | null} What of the lines is not drawn. */
  lines = null;
  /** @type {string | null} What a field above the picture can be, if it is not that. */
  field = null;
  /** @type {string | null} What is wrong with the driver's clocks. */
  clock = null;
  /** @type {string | null} That nothing has come yet. */
  waiting = null;
  /** @type {string[]} Lines in view of which no value can be drawn: all are NaN or infinite. */
  infinite = [];
  lost = 0;
  /** @type {string[]} */
  reasons = [];

  /**
   * Sets how many frames did not come, and why.
   *
   * @param {number} lost
   * @param {string[]} reasons
   */
  count(lost, reasons) {
    this.lost = lost;
    this.reasons = reasons;
  }

  /** @returns {{text: string, problem: boolean}} */
  get line() {
    const problem = this.stopped ?? this.relay ?? this.fields ?? this.driver;
    if (problem !== null) return { text: problem, problem: true };
    const parts = [
      this.field,
      this.past ?? this.waiting,
      this.route,
      this.lines,
      this.clock,
    ].filter((part) => part !== null);
    if (this.infinite.length) {
      const { length } = this.infinite;
      const names = length > MOST_NAMES ? countText(length, "line") : this.infinite.join(", ");
      parts.push(`${names}: no value in view is finite`);
    }
    if (this.lost) {
      const why = this.reasons.length ? ` (${this.reasons.join(", ")})` : "";
      parts.push(`${countText(this.lost, "frame")} lost${why}`);
    }
    return { text: parts.join(" · "), problem: false };
  }
}
