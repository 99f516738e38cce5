// What a graph is made of: the fields of a message that are chosen, as rows. Pure.

import { formOf, unitOf } from "../../decode/shown.mjs";
import { RELAY_SOURCE } from "../../protocol.mjs";
import { StampClock, Stamps } from "../../scope/clock.mjs";
import { makeRecipe } from "../../scope/recipe.mjs";
import { MOST_LINES, RollingRows, arrayRows, rangeOf } from "./window.mjs";

/** @typedef {import("../../client.mjs").Batch} Batch */
/** @typedef {import("../../client.mjs").Driver} Driver */
/** @typedef {import("../../decode/structs.mjs").Message} Message */
/** @typedef {import("./layout.mjs").Chosen} Chosen */

const SECONDS = 10;
const HALF = 2 ** 32;
const DAY = 86_400_000;
const BYTES = ["B", "B/s"]; // units

/** Turns batches into the rows of one graph. */
export class Source {
  #message;
  #recipe;
  #by;
  #clock = new StampClock();
  /** @type {Map<string, Stamps>} By series. */
  #stamps = new Map();
  #left = new Set(); // lines of arrays for which there is no room
  #begin = NaN; // ms since 1970 of the line's zero
  /** @type {Map<string, {batch: Batch, frame: number}>} The newest frame of each line of arrays. */
  #newest = new Map();
  #fresh = false; // one came that is not drawn yet
  /** @type {import("./window.mjs").ArrayRow[]} Rows of arrays that are drawn. */
  #drawn = [];

  /**
   * @param {Driver} driver
   * @param {Message} message
   * @param {Chosen} chosen
   * @throws {import("../../scope/recipe.mjs").NotDrawable | import("../../client.mjs").PathError}
   */
  constructor(driver, message, chosen) {
    this.#message = message;
    this.#recipe = makeRecipe(driver.name, message, { y: chosen.y ?? null });
    this.#by = tellerOf(driver, message, chosen.by, this.#recipe.by);
    /** Whether each frame is a line: over its index, not over time. */
    this.array = this.#recipe.kind === "block";
    this.seconds = chosen.seconds ?? SECONDS;
    this.rows = new RollingRows(this.seconds);
  }

  /** The paths that are drawn. */
  get y() {
    return this.#recipe.y;
  }

  /** The path of the field that tells lines apart; null: none. */
  get by() {
    return this.#by;
  }

  /** The label of the values. */
  get label() {
    return this.#recipe.y_label;
  }

  /** Lines for which there is no room. */
  get leftOut() {
    return this.rows.leftOut + this.#left.size;
  }

  /** What to ask the relay for. */
  get wanted() {
    const { driver, message } = this.#recipe;
    const asked = { driver, messages: [message] };
    if (!this.array) return { ...asked, history: { seconds: this.seconds } };
    // The newest frame may be of one line; of several, all of them have to come.
    if (this.#by !== null) return asked;
    return { ...asked, policy: /** @type {const} */ ("latest"), max_rate: 10 };
  }

  /**
   * Takes a batch.
   *
   * @param {Batch} batch
   * @param {number} arrived When it came, by the page's own clock, s.
   * @param {number} now Milliseconds since 1970, by the page's clock.
   */
  take(batch, arrived, now) {
    const tellers = this.#by === null ? null : this.#tellers(batch, this.#by);
    if (this.array) this.#takeArrays(batch, tellers);
    else this.#takeScalars(batch, tellers, arrived, now);
  }

  /** Breaks the lines: the driver or the relay was away. */
  breakLines() {
    this.rows.breakLines();
  }

  /** The rows that have changed since. */
  changes() {
    if (!this.array) return this.rows.take();
    if (!this.#fresh) return { remove: [], insert: [] };
    this.#fresh = false;
    const remove = this.#drawn;
    this.#drawn = [...this.#newest].flatMap(([teller, newest]) => this.#arrayRows(teller, newest));
    return { remove, insert: this.#drawn };
  }

  /** Whether the values are bytes, or bytes per second. */
  get bytes() {
    return this.y.every((path) => BYTES.includes(unitOf(this.#message.place(path).field)));
  }

  /** The times and the values that are seen. */
  get edges() {
    const { from, to, range } = this.rows;
    const [bottom, top] = this.array ? rangeOf(this.#drawn) : range;
    return { from: Number.isNaN(from) ? 0 : from, to: Number.isNaN(to) ? 1 : to, bottom, top };
  }

  /** Hands out all rows again: a new graph has none yet. */
  restart() {
    this.rows.restart();
    this.#drawn = [];
    this.#fresh = true;
  }

  /**
   * @param {Batch} batch
   * @param {string[] | null} tellers
   */
  #takeArrays(batch, tellers) {
    for (let frame = 0; frame < batch.count; frame++) {
      const teller = tellers?.[frame] ?? "";
      if (!this.#newest.has(teller) && this.#newest.size === MOST_LINES) this.#left.add(teller);
      else this.#newest.set(teller, { batch, frame });
    }
    this.#fresh = true;
  }

  /**
   * @param {string} teller
   * @param {{batch: Batch, frame: number}} newest
   */
  #arrayRows(teller, { batch, frame }) {
    const { y, names = y, scales = [] } = this.#recipe;
    return y.flatMap((path, number) => {
      const lengths = batch.lengths(path);
      const at = lengths.subarray(0, frame).reduce((all, one) => all + one, 0);
      const column = batch.column(path, { as: "number" });
      const series = nameOf(y.length, names[number], this.#by === null ? undefined : teller);
      return arrayRows(series, column.subarray(at, at + lengths[frame]), scales[number] ?? null);
    });
  }

  /**
   * @param {Batch} batch
   * @param {string[] | null} tellers
   * @param {number} arrived
   * @param {number} now
   */
  #takeScalars(batch, tellers, arrived, now) {
    const { y, names = y, scales = [] } = this.#recipe;
    this.#clock.arrived = arrived;
    const times = this.#times(batch, tellers, now);
    y.forEach((path, number) => {
      const column = batch.column(path, { as: "number" });
      const scale = scales[number];
      for (let frame = 0; frame < batch.count; frame++) {
        const value = scale ? column[frame] * scale[0] + scale[1] : column[frame];
        this.rows.add(nameOf(y.length, names[number], tellers?.[frame]), times[frame], value);
      }
    });
  }

  /**
   * The time of each frame: of each line it follows the driver's clock within reason.
   *
   * @param {Batch} batch
   * @param {string[] | null} tellers
   * @param {number} now
   */
  #times(batch, tellers, now) {
    const stamps = batch.time_ns;
    const times = new Float64Array(batch.count);
    for (let frame = 0; frame < times.length; frame++) {
      const stamp = stamps[frame];
      const [low, high] = [Number(stamp & 0xffff_ffffn), Number(stamp >> 32n)];
      if (Number.isNaN(this.#begin)) {
        const wall = (high * HALF + low) / 1e6;
        this.#begin = Math.abs(wall - now) < DAY ? wall : now;
      }
      const line = this.#line(tellers?.[frame] ?? "");
      line.take(low, high);
      times[frame] = this.#begin + 1000 * line.time;
    }
    return times;
  }

  /** @param {string} series */
  #line(series) {
    let line = this.#stamps.get(series);
    if (line === undefined) this.#stamps.set(series, (line = new Stamps(this.#clock)));
    return line;
  }

  /**
   * What tells the line of each frame.
   *
   * @param {Batch} batch
   * @param {string} path
   */
  #tellers(batch, path) {
    const { field } = this.#message.place(path);
    const column = batch.column(path);
    const text = formOf(field) === "text";
    return Array.from(column, (/** @type {any} */ value) =>
      text ? String(value) : (field.type.enum?.label(value) ?? `${field.name} ${value}`),
    );
  }
}

/**
 * The fields that may tell lines apart.
 *
 * @param {Message} message
 */
export function tellersOf(message) {
  const forms = ["whole", "choice", "text"];
  return [...message.fields.values()]
    .filter((field) => forms.includes(formOf(field)) && !field.shape.length && !field.tail)
    .map(({ name }) => name);
}

/**
 * @param {Driver} driver
 * @param {Message} message
 * @param {string | null | undefined} chosen
 * @param {string | null} usual
 */
function tellerOf(driver, message, chosen, usual) {
  const known = tellersOf(message);
  if (chosen === "") return null;
  if (chosen && known.includes(chosen)) return chosen;
  if (driver.source === RELAY_SOURCE && known.includes("name")) return "name";
  return usual;
}

/**
 * @param {number} count Of the fields.
 * @param {string} name
 * @param {string | undefined} teller
 */
function nameOf(count, name, teller) {
  if (teller === undefined) return name;
  return count === 1 ? teller : `${teller} ${name}`;
}
