// Looks back in a scope: what it showed before, from the relay's history on disk.

import { Lines } from "./lines.mjs";
import { countText } from "./reading.mjs";

const BYTES = 32 * 1024 * 1024; // of frames that are asked for at once
const BLOCKS = 64; // frames among which the newest array of each line is looked for
const PART = 0.5; // of the window, in one step

/** @typedef {import("../history.mjs").Past} Past */
/** @typedef {import("../history.mjs").Query} Query */

/**
 * Takes a screen back in time, and forward again.
 *
 * Events: `change` when it has shown something else, or has something to say.
 */
export class Rewind extends EventTarget {
  /** The time stamp behind what is seen, ns; null: what comes now is seen. @type {bigint | null} */
  #to = null;
  /** Where it was before, of arrays that are seen one by one. @type {bigint[]} */
  #later = [];
  #asking = new AbortController();

  /**
   * @param {import("./screen.mjs").Screen} screen
   * @param {Pick<import("../history.mjs").History, "read" | "kept">} history
   */
  constructor(screen, history) {
    super();
    this.screen = screen;
    this.history = history;
  }

  /** Whether it shows the past. */
  get past() {
    return this.#to !== null;
  }

  /** Goes back by half of the window; of arrays that are seen one by one, by one. */
  async earlier() {
    const { window } = this.screen.sight;
    const newest = this.#to ?? this.screen.newest;
    if (window === null) {
      if (await this.#see({ ...(newest !== null && { to: newest }), maxFrames: BLOCKS }, newest))
        if (newest !== null) this.#later.push(newest);
      return;
    }
    const to = newest === null ? null : newest - nanoseconds(window * PART);
    await this.#seeUntil(to);
  }

  /** Goes forward, up to what comes now. */
  async later() {
    const { window } = this.screen.sight;
    if (this.#to === null) return;
    if (window === null) {
      this.#later.pop();
      const to = this.#later.at(-1);
      if (to === undefined) this.live();
      else await this.#see({ to, maxFrames: BLOCKS }, to);
      return;
    }
    const to = this.#to + nanoseconds(window * PART);
    const { newest } = this.screen;
    if (newest !== null && to >= newest) this.live();
    else await this.#seeUntil(to);
  }

  /** Shows again what comes now. */
  live() {
    this.#asking.abort();
    this.#to = null;
    this.#later = [];
    this.screen.showPast(null, null);
    this.#changed();
  }

  /** Ends it: what comes now is seen again. */
  close() {
    if (this.past) this.live();
    this.#asking.abort();
  }

  /**
   * Shows the window before a time; not before the beginning.
   *
   * @param {bigint | null} to null: before the newest frame that is kept.
   */
  async #seeUntil(to) {
    const span = nanoseconds(this.screen.sight.window ?? 0);
    const query = to === null ? { seconds: Number(span) * 1e-9 } : { from: to - span, to };
    const past = await this.#see(this.#bounded(query), to);
    if (!past || past.earliest === null || to === null || to - span > past.earliest) return;
    // What is here begins later: all of the window is filled with that.
    const first = past.earliest + span;
    if (first > to) await this.#see(this.#bounded({ from: past.earliest, to: first }), first);
    this.screen.tellPast(`${this.#text} · the relay keeps nothing before that`);
    this.#changed();
  }

  /**
   * @param {Pick<Query, "from" | "to" | "seconds">} query
   * @returns {Omit<Query, "driver" | "message">}
   */
  #bounded(query) {
    const from = query.from !== undefined && query.from < 0n ? 0n : query.from;
    const to = query.to !== undefined && query.to < 1n ? 1n : query.to;
    return { ...query, from, to, maxBytes: BYTES };
  }

  /**
   * Asks the relay, and shows what it has. What was asked before is given up.
   *
   * @param {Omit<Query, "driver" | "message">} query
   * @param {bigint | null} to The time that is seen until.
   * @returns {Promise<Past | null>} null: it shows nothing else than before.
   */
  async #see(query, to) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const { driver, message } = this.screen.recipe;
    try {
      const past = await this.history.read({ driver, message, ...query }, { signal });
      this.#show(past, to);
      return past;
    } catch (error) {
      if (!signal.aborted) {
        this.screen.tellPast(/** @type {Error} */ (error).message);
        this.#changed();
      }
      return null;
    }
  }

  /**
   * @param {Past} past
   * @param {bigint | null} to
   */
  #show(past, to) {
    const { batch, more, lost, earliest } = past;
    const stamps = batch?.time_ns;
    const last = stamps?.[stamps.length - 1] ?? null;
    if (last === null && earliest === null) {
      const problem = past.problem ? `: ${past.problem}` : " yet";
      this.screen.tellPast(`the relay has nothing of this on disk${problem}`);
      this.#changed();
      return;
    }
    // One by one, the next one back is the one before what is seen now.
    this.#to = this.screen.sight.window === null ? (last ?? to) : (to ?? last);
    const lines = new Lines({ ...this.screen.recipe, decimate: null });
    if (batch !== null) lines.take(batch);
    const missing = Object.values(lost).reduce((sum, count) => sum + count, 0);
    const notes = [this.#text];
    if (last === null) notes.push("nothing came in this time");
    if (more && this.screen.sight.window !== null)
      notes.push(`only the newest ${countText(batch?.count ?? 0, "frame")} of this time`);
    if (missing) notes.push(`${countText(missing, "frame")} missing`);
    this.screen.showPast(lines, notes.join(" · "));
    this.#changed();
  }

  /** Says what is seen. */
  get #text() {
    const date = new Date(Number((this.#to ?? 0n) / 1_000_000n));
    const time = Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(11, 23);
    return `the past, until ${time} UTC`;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {number} seconds */
function nanoseconds(seconds) {
  return BigInt(Math.round(seconds * 1e9));
}
