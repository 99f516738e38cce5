// A subscription: what a page asked for, its handlers, and what came of it.

import { Ledger, totalHealth } from "./ledger.mjs";

/**
 * The options of a subscription (PROTOCOL.md, "Subscriptions").
 *
 * @typedef {object} Wanted
 * @property {string | null} [driver] null: all but the relay itself.
 * @property {string[] | null} [messages] null: all that are published.
 * @property {import("./protocol.mjs").Policy} [policy]
 * @property {string[]} [key] Fields that say what a frame tells of, as the place of a tile: with
 *   policy `latest`, the newest of each waits, not the newest of all.
 * @property {number} [max_rate] Frames per second of each message.
 * @property {{frames: number} | {seconds: number}} [history] What the relay has kept comes first;
 *   not again after a reconnect.
 * @property {number} [decimate] Minima and maxima of every so many samples instead.
 */
/**
 * @typedef {object} Handlers
 * @property {(batch: import("./decode/batch.mjs").Batch) => void} [onbatch]
 * @property {(change: {event: string, driver: string | null}) => void} [onchange] `event` is
 *   `subscribed` (`streams` is new), one of the driver's (`up`, `down`, `stale`, `restarted`,
 *   `schema_changed`), or `lost`: the relay is gone.
 * @property {(dropped: {driver: string, message: string, reason: string, count: number}) => void}
 *   [ondropped] `count`: how many more than were told before.
 * @property {(error: Error) => void} [onerror] The relay refuses it; it is asked again after a
 *   reconnect.
 */
/**
 * One message that comes.
 *
 * @typedef {object} Stream
 * @property {string} driver
 * @property {import("./decode/structs.mjs").Message} message
 * @property {string | null} of Of a decimated stream: the driver's own message.
 * @property {number | null} decimate Samples behind each minimum and maximum.
 */

/** A subscription, made by `Client.subscribe`. It survives reconnects and restarts of the driver. */
export class Subscription {
  /** @type {Map<string, Ledger>} */
  #ledgers = new Map();
  #begun = false;
  #end;

  /**
   * @internal
   * @param {number} id
   * @param {Wanted} wanted
   * @param {Handlers} handlers
   * @param {(subscription: Subscription) => void} end
   */
  constructor(id, wanted, handlers, end) {
    this.id = id;
    this.wanted = wanted;
    this.handlers = handlers;
    /** @type {Stream[]} What comes, as the relay said last. */
    this.streams = [];
    this.#end = end;
  }

  /** Ends it; nothing is handed over any more. */
  close() {
    this.#end(this);
  }

  /** The counts of what came and what did not, of all its messages. */
  get health() {
    return totalHealth(this.#ledgers.values());
  }

  /**
   * The text that asks the relay for it.
   *
   * @internal
   * @param {boolean} later Also where the relay does not know the driver or the messages: they may come.
   */
  request(later = false) {
    const { driver = null, messages = null, history, ...options } = this.wanted;
    // After a reconnect live frames only: the history would come twice.
    const past = history && !this.#begun ? { history } : {};
    const waits = later ? { later } : {};
    const asked = { op: "subscribe", id: this.id, driver, messages, ...options, ...past, ...waits };
    return JSON.stringify(asked);
  }

  /**
   * Notes that the relay has taken it: a history has begun, and is not asked for again.
   *
   * @internal
   */
  begun() {
    this.#begun = true;
  }

  /**
   * Notes that the connection is lost.
   *
   * @internal
   */
  disconnected() {
    for (const ledger of this.#ledgers.values()) ledger.disconnected();
  }

  /**
   * Returns the ledger of one message; makes it, if it is the first time.
   *
   * @internal
   * @param {string} driver
   * @param {string} message
   */
  ledger(driver, message) {
    const key = `${driver}/${message}`;
    let ledger = this.#ledgers.get(key);
    if (!ledger) this.#ledgers.set(key, (ledger = new Ledger()));
    return ledger;
  }

  /**
   * Whether something of this driver comes.
   *
   * @internal
   * @param {string} driver
   */
  covers(driver) {
    return this.streams.some((stream) => stream.driver === driver);
  }
}
