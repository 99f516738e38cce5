// The page's link: the token that came in it, and the state that is in it.

import { readFragment, writeFragment } from "./state.mjs";

const KEY = "cwire.token";
const ASK = "a token, please";

/**
 * Keeps the state in the link and the token out of it.
 *
 * Events: `change` when the user has gone to another state (not after `set`).
 */
export class AddressBar extends EventTarget {
  /** @type {Map<string, string>} */
  #values = new Map();
  /** @type {Set<() => void>} What waits for a token. */
  #waiting = new Set();
  /** Whether the token is known to be right: other tabs get no other one. */
  #proven = false;
  /** @type {string | null} The token by which no relay was reached. */
  #refused = null;
  #tabs = new BroadcastChannel(KEY);

  constructor() {
    super();
    this.#read();
    this.#share();
    addEventListener("hashchange", () => {
      this.#read();
      this.dispatchEvent(new Event("change"));
    });
  }

  /** The token, kept for reloads and further pages of this tab only; null: there is none. */
  get token() {
    return sessionStorage.getItem(KEY);
  }

  /** Waits until there is a token: a link with one may be pasted into the tab. */
  async arrival() {
    while (this.token === null) await this.#next();
    return this.token;
  }

  /**
   * Says whether the relay has taken the token: tabs without a right one get it.
   *
   * @param {boolean} on
   */
  prove(on) {
    this.#proven = on;
    if (on) this.#tabs.postMessage({ token: this.token });
  }

  /**
   * Waits for a token in place of one by which no relay is reached, but not longer than so many
   * milliseconds, nor than `hurry` allows: a relay that takes it may come.
   *
   * @param {string} token
   * @param {number} ms
   * @returns {Promise<boolean>} Whether something has come before the time was over.
   */
  async another(token, ms) {
    this.#refused = token;
    this.#tabs.postMessage(ASK);
    return this.#next(ms);
  }

  /** Lets what waits for another token look at once: a relay may be reached now. */
  hurry() {
    for (const done of [...this.#waiting]) done();
  }

  /**
   * Returns a value of the state; null: it is not in the link.
   *
   * @param {string} name
   */
  get(name) {
    return this.#values.get(name) ?? null;
  }

  /**
   * Changes values of the state. The page's own history gets no entry: going back leaves the page.
   *
   * @param {Record<string, string | null>} values null: not in the link any more.
   */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value === null) this.#values.delete(name);
      else this.#values.set(name, value);
    }
    history.replaceState(null, "", location.pathname + this.fragment);
    this.dispatchEvent(new Event("set"));
  }

  /** The state as the end of a link: to be put behind any page's path. It has no token. */
  get fragment() {
    return writeFragment(this.#values);
  }

  /** The link to what is seen, for others: they need a token of their own. */
  get link() {
    return location.origin + location.pathname + this.fragment;
  }

  #read() {
    const { token, values } = readFragment(location.hash);
    this.#values = values;
    if (token === null) return;
    history.replaceState(null, "", location.pathname + this.fragment);
    this.#take(token);
  }

  /**
   * Waits for the next token, or so many milliseconds.
   *
   * @param {number} [ms]
   * @returns {Promise<boolean>} Whether it was not the time that was over.
   */
  #next(ms) {
    return new Promise((resolve) => {
      const end = (/** @type {boolean} */ came) => {
        this.#waiting.delete(done);
        clearTimeout(timer);
        resolve(came);
      };
      const done = () => end(true);
      const timer = ms === undefined ? undefined : setTimeout(() => end(false), ms);
      this.#waiting.add(done);
    });
  }

  /** @param {string} token */
  #take(token) {
    sessionStorage.setItem(KEY, token);
    this.hurry();
  }

  /**
   * Asks other tabs for the token, and gives it to those that ask: a link that is opened in a new
   * tab begins without one, and yesterday's tab has yesterday's. Only pages of this origin hear it.
   */
  #share() {
    this.#tabs.onmessage = ({ data }) => {
      const { token } = this;
      if (data === ASK) {
        if (this.#proven) this.#tabs.postMessage({ token });
      } else if (typeof data?.token === "string" && data.token !== token) {
        if (token === null || token === this.#refused) this.#take(data.token);
      }
    };
    if (this.token === null) this.#tabs.postMessage(ASK);
  }
}
