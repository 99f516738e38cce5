// Finds where a line crosses a level, so that the picture of a running signal stands still. Pure.

export const MODES = ["off", "auto", "normal", "single"];
export const EDGES = ["rising", "falling"];
const PATIENCE = 0.2; // s without a crossing until "auto" shows the signal as it comes, at least

/**
 * Settings of a trigger.
 *
 * @typedef {object} Settings
 * @property {string} mode One of MODES.
 * @property {string} edge One of EDGES.
 * @property {number} level
 * @property {number} hold Least time from one crossing to the next, s.
 * @property {string | null} source A line's label; null: the first line.
 * @property {number} position Of the crossing in the picture, from 0 (left) to 1.
 */

/**
 * The settings of a new scope.
 *
 * @returns {Settings}
 */
export function settings() {
  return { mode: "off", edge: "rising", level: 0, hold: 0, source: null, position: 0.1 };
}

/** Follows a trace and finds its crossings. */
export class Trigger {
  #scanned = -1; // index up to which the trace has been searched
  #last = -Infinity; // time of the last crossing that was taken: the next one is later by `hold`
  /** @type {number[]} Crossings after which not enough has come yet. */
  #waiting = [];
  #found = -Infinity; // when the picture changed last, on the caller's clock

  constructor() {
    this.settings = settings();
    this.shown = NaN; // time of the crossing that the picture is about
    this.done = false; // single: it has its picture
  }

  /** Whether there is anything to wait for. */
  get active() {
    return this.settings.mode !== "off";
  }

  /**
   * Changes settings and begins anew.
   *
   * @param {Partial<Settings>} changes
   */
  set(changes) {
    Object.assign(this.settings, changes);
    this.rearm();
  }

  /** Looks for the next crossing; what was found so far is forgotten. */
  rearm() {
    this.done = false;
    this.#scanned = -1;
    this.#last = -Infinity;
    this.#waiting = [];
    this.#found = -Infinity;
    this.shown = NaN;
  }

  /**
   * Looks at what is new.
   * @param {import("./trace.mjs").Trace} trace the source
   * @param {number} span length of the picture, s
   * @param {number} end time up to which all lines have come
   * @param {number} now s of a steady clock
   * @returns {"trigger"|"free"|"keep"} show the crossing `shown`, the newest data, or no change
   */
  look(trace, span, end, now) {
    if (this.done) return "keep";
    if (this.#scanned < 0 || this.#scanned < trace.oldest) {
      // Begin with what fills a picture; older crossings are of no use.
      this.#scanned = Math.max(trace.oldest, trace.total - (1 << 20));
      if (this.#found === -Infinity) this.#found = now;
    }
    this.#scan(trace);
    const after = span * (1 - this.settings.position);
    let ready = NaN;
    while (this.#waiting[0] + after <= end) ready = this.#waiting.shift() ?? NaN;
    if (!Number.isNaN(ready)) {
      this.shown = ready;
      this.#found = now;
      if (this.settings.mode === "single") this.done = true;
      return "trigger";
    }
    if (this.settings.mode === "auto" && now - this.#found > Math.max(PATIENCE, 2 * span)) {
      this.shown = NaN;
      return "free";
    }
    return "keep";
  }

  /** @param {import("./trace.mjs").Trace} trace */
  #scan(trace) {
    const { level, edge, hold } = this.settings;
    const sign = edge === "rising" ? 1 : -1;
    trace.segments.forEach((segment, number) => {
      const end = trace.endOf(number);
      let index = Math.max(this.#scanned, segment.first) + 1;
      if (index >= end) return;
      let before = sign * (trace.value(index - 1) - level);
      for (; index < end; index++) {
        const value = sign * (trace.value(index) - level);
        if (before < 0 && value >= 0)
          this.#cross(trace, segment, index, before / (before - value), hold);
        before = value;
      }
    });
    this.#scanned = Math.max(trace.oldest, trace.total - 1);
  }

  /**
   * Takes a crossing, unless the last one was too short a time ago.
   *
   * @param {import("./trace.mjs").Trace} trace
   * @param {import("./trace.mjs").Segment} segment
   * @param {number} index Of the sample after it.
   * @param {number} part Where it is between the samples, from 0 to 1.
   * @param {number} hold
   */
  #cross(trace, segment, index, part, hold) {
    const from = trace.time(index - 1, segment);
    // Between infinite values there is no place to tell: then it is at the second.
    const share = part >= 0 && part <= 1 ? part : 1;
    const time = from + share * (trace.time(index, segment) - from);
    if (time < this.#last + hold) return;
    this.#last = time;
    this.#waiting.push(time);
    if (this.#waiting.length > 4096) this.#waiting.splice(0, 2048);
  }
}
