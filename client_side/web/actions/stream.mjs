// The results of one call as an async iterable, which a signal ends, too. Pure.

/**
 * @typedef {object} Shell
 * @property {(results: number) => void} taken Tells how many results have been dealt with.
 * @property {() => void} cancel Ends the call.
 */

/**
 * The results of a call, made by `Actions.stream`: for one loop. `break`, `close` and the signal cancel
 * the call at once, whoever waits for the next result: not every library says that it is done (RxJS
 * never calls `return`). A slow loop holds the function back.
 *
 * @template [T=any]
 * @implements {AsyncIterableIterator<T, any, undefined>}
 */
export class ActionStream {
  #shell;
  #window;
  /** @type {T[]} */
  #results = [];
  /** @type {{resolve: (result: IteratorResult<T>) => void, reject: (error: any) => void}[]} */
  #waiting = [];
  #over = false;
  /** @type {any} Thrown once, behind the last result. */
  #error;
  #failed = false;
  /** @type {any} */
  #value;
  #taken = 0;
  #told = 0;

  /**
   * @internal
   * @param {number} window
   * @param {Shell} shell
   */
  constructor(window, shell) {
    this.#window = window;
    this.#shell = shell;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** @returns {Promise<IteratorResult<T>>} What the function has returned comes with `done`. */
  next() {
    if (this.#results.length) {
      const value = /** @type {T} */ (this.#results.shift());
      this.#count();
      return Promise.resolve({ value, done: false });
    }
    if (!this.#over)
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (!this.#failed) return Promise.resolve({ value: this.#value, done: true });
    this.#failed = false;
    return Promise.reject(this.#error);
  }

  /** @returns {Promise<IteratorResult<T>>} */
  return() {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Cancels the call, if it still runs; what has come and was not taken is let go. */
  close() {
    const running = !this.#over;
    this.#results = [];
    this.#failed = false;
    this.end(undefined);
    if (running) this.#shell.cancel();
  }

  /**
   * Takes a result.
   *
   * @internal
   * @param {T} value
   */
  put(value) {
    const waiting = this.#waiting.shift();
    if (!waiting) {
      this.#results.push(value);
      return;
    }
    waiting.resolve({ value, done: false });
    this.#count();
  }

  /**
   * Takes the end.
   *
   * @internal
   * @param {any} value What the function has returned.
   */
  end(value) {
    if (this.#over) return;
    this.#over = true;
    this.#value = value;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value, done: true });
  }

  /**
   * Takes the end by an error, which follows what has come.
   *
   * @internal
   * @param {any} error
   */
  fail(error) {
    if (this.#over) return;
    this.#over = true;
    const first = this.#waiting.shift();
    first?.reject(error);
    this.#failed = !first;
    this.#error = error;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  /**
   * Tells how many results have been dealt with so far.
   *
   * @internal
   */
  tell() {
    this.#told = this.#taken;
    this.#shell.taken(this.#taken);
  }

  #count() {
    this.#taken += 1;
    if (!this.#over && 2 * (this.#taken - this.#told) >= this.#window) this.tell();
  }
}
