// Counts the frames of one message that came, and those that did not: delivered + dropped =
// published. Pure.

import { LOST, UNWANTED } from "./protocol.mjs";

const HALF = 2 ** 31;
const FULL = 2 ** 32;
/** @type {Readonly<Record<string, number>>} */
const NONE_DROPPED = Object.freeze(
  Object.fromEntries([...LOST, ...UNWANTED].map((reason) => [reason, 0])),
);

/**
 * The number nearest to `near` whose lowest 32 bits are `low`: a sequence that never wraps.
 *
 * @param {number} low
 * @param {number} near
 */
export function widen(low, near) {
  const step = (low - near + HALF) % FULL;
  return near + (step < 0 ? step + FULL : step) - HALF;
}

/**
 * Sequences that follow each other: the first one, modulo 2^32, and how many.
 *
 * @typedef {[first: number, count: number][]} Sequences
 */
/**
 * The counts of a subscription.
 *
 * @typedef {object} Health
 * @property {number} received Frames.
 * @property {number} bytes Their bytes, headers and padding included.
 * @property {number} unreadable Of these, frames whose size the schema does not allow.
 * @property {number} lost Frames that were published and wanted, and did not come.
 * @property {number} skipped Frames that were not wanted: policy latest, or above the rate.
 * @property {Record<string, number>} dropped By reason, in the relay's words: `driver` (lost before
 *   they came to the relay), `relay` (this client read too slowly), `conflated`, `rate`; and
 *   `connection`: published while the relay was away.
 */

/** Counts one message of one subscription; sequences are widened beyond 32 bits. */
export class Ledger {
  #away = true; // there is, or was, no connection, and nothing has come since
  #missed = 0; // frames published meanwhile
  /** @type {string | null} */
  #epoch = null;
  #before = 0; // frames that did not come, of earlier runs
  /** @type {Map<string, number>} By reason, of all runs. */
  #told = new Map();
  /** @type {Map<string, number>} `#told` when the subscription began: its counts start at zero. */
  #base = new Map();
  #toldBefore = 0; // the sum of `#told` when the run began
  /** @type {number | null} The sequence that is due, of this run. */
  #next = null;
  /** @type {number | null} The last one that the relay told of, of this run. */
  #toldTo = null;
  #gaps = 0; // missing between the frames that came, of this run

  constructor() {
    this.received = 0;
    this.bytes = 0;
    this.unreadable = 0;
  }

  #sum() {
    let sum = 0;
    for (const count of this.#told.values()) sum += count;
    return sum;
  }

  /** Frames that did not come, for whatever reason. */
  get gone() {
    // Gaps and the relay's word tell of the same frames; the relay tells those, too, that nothing
    // has followed yet.
    return this.#before + this.#missed + Math.max(this.#gaps, this.#sum() - this.#toldBefore);
  }

  /** @returns {Health} */
  get health() {
    const skipped = UNWANTED.reduce((sum, reason) => sum + (this.#told.get(reason) ?? 0), 0);
    /** @type {Record<string, number>} */
    const dropped = { ...NONE_DROPPED, connection: this.#missed };
    for (const [reason, count] of this.#told) dropped[reason] = count;
    const { received, bytes, unreadable } = this;
    return {
      received,
      bytes,
      unreadable,
      lost: Math.max(0, this.gone - skipped),
      skipped,
      dropped,
    };
  }

  /**
   * Begins when the relay has taken the subscription: the relay's counts start at zero.
   *
   * @param {number | null} first The first sequence that will come or be told of; null: the relay
   *   has seen none yet.
   * @param {string | null} epoch The run of the driver.
   */
  begin(first, epoch) {
    if (epoch !== this.#epoch) this.endRun();
    else if (!this.#away) return; // told again because another driver came: this one goes on
    this.#epoch = epoch;
    this.#base = new Map(this.#told);
    if (first === null) return;
    if (this.#next === null) this.#next = first;
    else this.#resume(first);
    this.#away = false;
  }

  /** Ends the driver's run: sequences start afresh. */
  endRun() {
    this.#before += Math.max(this.#gaps, this.#sum() - this.#toldBefore);
    this.#toldBefore = this.#sum();
    this.#base = new Map(this.#told);
    this.#next = this.#toldTo = null;
    this.#gaps = 0;
  }

  /** Notes that the connection is lost: what is published now is missed. */
  disconnected() {
    this.#away = true;
  }

  /** @param {number} first The first sequence after the connection was lost. */
  #resume(first) {
    const told = this.#toldTo === null ? 0 : this.#toldTo + 1;
    const due = Math.max(/** @type {number} */ (this.#next), told);
    const wide = widen(first, due);
    // What the relay told of, but did not send before it went, is gone by its word already.
    this.#gaps = Math.max(this.#gaps, this.#sum() - this.#toldBefore);
    this.#missed += Math.max(0, wide - due);
    this.#next = wide;
    this.#toldTo = null;
  }

  /**
   * Counts the frames at the beginning of a batch that came already, or were not asked for: they are
   * the history that another subscription to the same message has asked for.
   *
   * @param {Sequences} sequences In their order.
   */
  known(sequences) {
    const next = this.#next;
    let known = 0;
    if (next === null) return known;
    for (const [first, count] of sequences) {
      const old = next - widen(first, next);
      if (old > 0) known += Math.min(old, count);
      if (old < count) break;
    }
    return known;
  }

  /**
   * Counts the frames of a batch.
   *
   * @param {Sequences} sequences In their order.
   * @param {number} bytes
   * @param {number} unreadable
   */
  add(sequences, bytes, unreadable) {
    this.bytes += bytes;
    this.unreadable += unreadable;
    if (this.#next === null) this.#next = sequences[0][0];
    else if (this.#away) this.#resume(sequences[0][0]); // the relay had not seen any when it began
    this.#away = false;
    let next = /** @type {number} */ (this.#next);
    for (const [first, count] of sequences) {
      const wide = widen(first, next);
      if (wide > next) this.#gaps += wide - next;
      next = wide + count;
      this.received += count;
    }
    this.#next = next;
  }

  /**
   * Takes the relay's word. It may tell of frames up to a sequence of which some come yet: the
   * count alone says how many do not.
   *
   * @param {string} reason
   * @param {number} count Since the subscription began.
   * @param {number} sequence The last one that the count covers.
   * @returns {number} How many more than it said before.
   */
  dropped(reason, count, sequence) {
    const before = this.#told.get(reason) ?? 0;
    const told = Math.max(before, (this.#base.get(reason) ?? 0) + count);
    this.#told.set(reason, told);
    const near = this.#toldTo ?? this.#next ?? sequence;
    this.#toldTo = Math.max(this.#toldTo ?? 0, widen(sequence, near));
    return told - before;
  }
}

/**
 * The sum of several ledgers.
 *
 * @param {Iterable<Ledger>} ledgers
 * @returns {Health}
 */
export function totalHealth(ledgers) {
  const total = new Ledger().health;
  for (const { health } of ledgers) {
    for (const key of /** @type {const} */ ([
      "received",
      "bytes",
      "unreadable",
      "lost",
      "skipped",
    ])) {
      total[key] += health[key];
    }
    for (const [reason, count] of Object.entries(health.dropped)) {
      total.dropped[reason] = (total.dropped[reason] ?? 0) + count;
    }
  }
  return total;
}
