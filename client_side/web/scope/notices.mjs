// What is to be said beside the picture, and of it the most important. Pure.

import { countText } from "./reading.mjs";

/** One line of text from what is known. */
export class Notices {
  constructor() {
    this.stopped = null; // why the scope has ended
    this.relay = null; // why nothing can come
    this.driver = null; // why the driver sends nothing
    this.fields = null; // why its frames cannot be drawn
    this.route = null; // where the data comes from, where that matters
    this.lines = null;
    this.waiting = null; // nothing has come yet
    this.lost = 0;
    this.reasons = [];
  }

  /** Frames that did not come, and why. */
  count(lost, reasons) {
    this.lost = lost;
    this.reasons = reasons;
  }

  /** @returns {{text: string, problem: boolean}} */
  get line() {
    const problem = this.stopped ?? this.relay ?? this.fields ?? this.driver;
    if (problem !== null) return { text: problem, problem: true };
    const parts = [this.waiting, this.route, this.lines].filter((part) => part !== null);
    if (this.lost) {
      const why = this.reasons.length ? ` (${this.reasons.join(", ")})` : "";
      parts.push(`${countText(this.lost, "frame")} lost${why}`);
    }
    return { text: parts.join(" · "), problem: false };
  }
}
