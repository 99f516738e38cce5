// The tiles that have come: the least recently used ones go when there are too many bytes. Pure.

/**
 * Keeps what has a size in bytes, up to a limit.
 *
 * @template {{bytes: number}} T
 */
export class Cache {
  #limit;
  #gone;
  /** @type {Map<string, T>} The least recently used one first. */
  #kept = new Map();
  #bytes = 0;

  /**
   * @param {number} limit Bytes.
   * @param {(entry: T) => void} [gone] Is told of each one that goes.
   */
  constructor(limit, gone = () => {}) {
    this.#limit = limit;
    this.#gone = gone;
  }

  get bytes() {
    return this.#bytes;
  }

  get size() {
    return this.#kept.size;
  }

  /** The entries, the least recently used one first. */
  values() {
    return this.#kept.values();
  }

  /**
   * Returns an entry, without using it.
   *
   * @param {string} key
   */
  get(key) {
    return this.#kept.get(key);
  }

  /**
   * Makes an entry the most recently used one.
   *
   * @param {string} key
   */
  touch(key) {
    const entry = this.#kept.get(key);
    if (entry === undefined) return;
    this.#kept.delete(key);
    this.#kept.set(key, entry);
  }

  /**
   * Puts an entry in the place of the one before, which goes.
   *
   * @param {string} key
   * @param {T} entry
   */
  put(key, entry) {
    const before = this.#kept.get(key);
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    this.#bytes += entry.bytes - (before?.bytes ?? 0);
    if (before !== undefined && before !== entry) this.#gone(before);
  }

  /**
   * Lets the least recently used entries go, until the rest is within the limit.
   *
   * @param {ReadonlySet<string>} needed Those that stay in any case.
   */
  trim(needed) {
    for (const [key, entry] of this.#kept) {
      if (this.#bytes <= this.#limit) return;
      if (!needed.has(key)) this.#drop(key, entry);
    }
  }

  clear() {
    for (const [key, entry] of this.#kept) this.#drop(key, entry);
  }

  /**
   * @param {string} key
   * @param {T} entry
   */
  #drop(key, entry) {
    this.#kept.delete(key);
    this.#bytes -= entry.bytes;
    this.#gone(entry);
  }
}
