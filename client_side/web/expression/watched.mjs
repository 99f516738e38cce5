// A condition that is watched: whether it is true now, and since when. Pure.

import { evaluate, fieldsOf } from "./evaluation.mjs";

/** @typedef {import("../decode/batch.mjs").Batch} Batch */
/** @typedef {import("./evaluation.mjs").Single} Single */

/** Follows the messages of a condition. */
export class Watched {
  /** @type {(Single | Single[])[]} By index of the field: its newest value. */
  #values = [];
  #seen = new Set(); // messages of which there was a frame
  #meaning;

  /** @param {import("./meaning.mjs").Meaning} meaning */
  constructor(meaning) {
    this.#meaning = meaning;
    /** @type {boolean | null} Whether it is true; null: not all of its messages have come yet. */
    this.on = null;
    /** Seconds since 1970 UTC: when that began, by the frame's stamp; NaN: it is so from the first. */
    this.since = NaN;
    /** How often it has become true. */
    this.count = 0;
  }

  /**
   * Takes frames; of several messages the newest of each counts.
   *
   * @param {Batch} batch
   * @returns {number} How often it became true among them.
   */
  take(batch) {
    const { sources } = this.#meaning;
    const of = sources.findIndex(
      ({ driver, message }) => driver === batch.driver && message.name === batch.message,
    );
    if (of < 0) return 0;
    const fields = fieldsOf(this.#meaning, of, batch);
    const { time } = batch;
    const before = this.count;
    this.#seen.add(of);
    for (let frame = 0; frame < batch.count; frame++) {
      for (const [index, values] of fields) this.#values[index] = values[frame];
      if (this.#seen.size === sources.length)
        this.#turn(evaluate(this.#meaning, this.#values), time[frame]);
    }
    return this.count - before;
  }

  /**
   * @param {boolean} on
   * @param {number} time
   */
  #turn(on, time) {
    if (on !== (this.on ?? false)) this.since = time;
    if (on && !this.on) this.count += 1;
    this.on = on;
  }
}
