// A stream: the batches of one message as an async iterable, which ends by a signal, too.

import { NotConnected } from "./errors.mjs";

/** @typedef {import("./decode/batch.mjs").Batch} Batch */
/** @typedef {import("./subscription.mjs").Handlers} Handlers */
/** @typedef {import("./subscription.mjs").Wanted} Wanted */

const BUFFER_BYTES = 4 * 1024 * 1024;
/** The reason of a client that its page has closed: a stream ends with it, and does not fail. */
export const CLOSED = "the client was closed";

/**
 * The options of a stream: those of a subscription, and its own.
 *
 * @typedef {object} OwnOptions
 * @property {AbortSignal} [signal] Ends the stream: each loop over it, as `break` does.
 * @property {number} [buffer] Bytes of memory that batches may keep while a loop is busy (4 MiB):
 *   beyond it the oldest ones are left out, and their frames counted in `missed`.
 */
/** @typedef {Omit<Wanted, "messages"> & OwnOptions} StreamOptions */
/**
 * What a stream needs of its client.
 *
 * @typedef {object} Source
 * @property {string} state
 * @property {string} reason
 * @property {(wanted: Wanted, handlers: Handlers) => {close: () => void}} subscribe
 * @property {EventTarget["addEventListener"]} addEventListener
 * @property {EventTarget["removeEventListener"]} removeEventListener
 */

/**
 * The batches of one message, made by `Client.stream`. Each loop over it is a subscription of its
 * own, from its beginning to its end: `break`, `close`, the signal, or the client's end. Not every
 * library tells an iterator that it is done with it (RxJS never calls `return`): the signal and
 * `close` end the subscription at once, whoever waits for the next batch.
 *
 * @template {import("./types.mjs").MessageTypes} [M=import("./types.mjs").AnyMessage]
 */
export class Stream {
  #source;
  #wanted;
  #signal;
  #buffer;
  /** @type {Set<Loop>} */
  #loops = new Set();
  #closed = false;
  #missed = 0;

  /**
   * @internal
   * @param {Source} source
   * @param {string} message
   * @param {StreamOptions} options
   */
  constructor(source, message, { signal, buffer = BUFFER_BYTES, ...wanted }) {
    if (!(buffer > 0)) throw new RangeError(`buffer is ${buffer}; it is a number of bytes above 0`);
    this.#source = source;
    this.#wanted = { ...wanted, messages: [message] };
    this.#signal = signal;
    this.#buffer = buffer;
  }

  /** Frames that came, and that no loop took before there were too many. */
  get missed() {
    return this.#missed;
  }

  /**
   * Begins a loop. Its `next` rejects with `Refused` if the relay does not have the message, and
   * with NotConnected if the connection is gone for good.
   *
   * @returns {AsyncIterableIterator<import("./decode/batch.mjs").Batch<M>>}
   */
  [Symbol.asyncIterator]() {
    const loop = new Loop(this.#buffer, this.#wanted.policy === "latest", (frames) => {
      this.#missed += frames;
    });
    if (this.#closed || this.#signal?.aborted) loop.end();
    else this.#begin(loop);
    return /** @type {any} */ (loop);
  }

  /** Ends all loops over it, for ever. */
  close() {
    this.#closed = true;
    for (const loop of [...this.#loops]) loop.end();
  }

  /** @param {Loop} loop */
  #begin(loop) {
    const source = this.#source;
    const abort = () => loop.end();
    const look = () => {
      if (source.state !== "closed") return;
      if (source.reason === CLOSED) loop.end();
      else loop.fail(new NotConnected(source.reason));
    };
    let subscription;
    try {
      subscription = source.subscribe(this.#wanted, {
        onbatch: (batch) => loop.put(batch),
        onerror: (error) => loop.fail(error),
      });
    } catch (error) {
      loop.fail(/** @type {Error} */ (error));
      return;
    }
    this.#loops.add(loop);
    source.addEventListener("state", look);
    this.#signal?.addEventListener("abort", abort);
    loop.onend = () => {
      this.#loops.delete(loop);
      source.removeEventListener("state", look);
      this.#signal?.removeEventListener("abort", abort);
      subscription.close();
    };
  }
}

/**
 * One loop: holds batches until they are asked for.
 *
 * @implements {AsyncIterableIterator<Batch>}
 */
class Loop {
  #buffer;
  #latest;
  #onmissed;
  /** @type {Batch[]} */
  #batches = [];
  #bytes = 0;
  /** @type {{resolve: (result: IteratorResult<Batch>) => void, reject: (error: Error) => void}[]} */
  #waiting = [];
  #over = false;
  /** @type {Error | null} It is thrown once, behind the last batch. */
  #error = null;
  onend = () => {};

  /**
   * @param {number} buffer Bytes.
   * @param {boolean} latest Whether a newer batch takes the place of the driver's last one.
   * @param {(frames: number) => void} onmissed
   */
  constructor(buffer, latest, onmissed) {
    this.#buffer = buffer;
    this.#latest = latest;
    this.#onmissed = onmissed;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** @returns {Promise<IteratorResult<Batch>>} */
  next() {
    const batch = this.#take(0);
    if (batch) return Promise.resolve({ value: batch, done: false });
    if (!this.#over) {
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    const error = this.#error;
    this.#error = null;
    return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true });
  }

  /** @returns {Promise<IteratorResult<Batch>>} */
  return() {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** @param {Batch} batch */
  put(batch) {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.resolve({ value: batch, done: false });
      return;
    }
    if (this.#latest) {
      this.#miss(this.#batches.findIndex(({ driver }) => driver === batch.driver));
    }
    this.#batches.push(batch);
    this.#bytes += batch.memory;
    while (this.#bytes > this.#buffer && this.#batches.length > 1) this.#miss(0);
  }

  /** Ends it; what waits to be taken is let go. */
  end() {
    this.#batches = [];
    this.#error = null;
    this.#finish();
  }

  /**
   * Ends it by an error, which follows what waits to be taken.
   *
   * @param {Error} error
   */
  fail(error) {
    if (!this.#over) this.#error = error;
    this.#finish();
  }

  #finish() {
    if (this.#over) return;
    this.#over = true;
    this.onend();
    const error = this.#error;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#error) reject(this.#error);
      else resolve({ value: undefined, done: true });
      this.#error = null;
    }
    if (this.#batches.length) this.#error = error;
  }

  /** @param {number} index */
  #miss(index) {
    const batch = this.#take(index);
    if (batch) this.#onmissed(batch.count);
  }

  /** @param {number} index */
  #take(index) {
    if (index < 0) return undefined;
    const [batch] = this.#batches.splice(index, 1);
    if (batch) this.#bytes -= batch.memory;
    return batch;
  }
}
