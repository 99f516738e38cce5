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
  /** @type {(() => void)[]} */
  #waiting = [];
  /** Whether the token is known to be right: other tabs get no other one. */
  proven = false;

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
    if (this.token === null) await new Promise((done) => this.#waiting.push(() => done(null)));
    return /** @type {string} */ (this.token);
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

  /** @param {string} token */
  #take(token) {
    sessionStorage.setItem(KEY, token);
    for (const done of this.#waiting.splice(0)) done();
  }

  /**
   * Asks other tabs for the token, and gives it to those that ask: a link that is opened in a new
   * tab begins without one. Only pages of this origin hear it, and they get it at each attempt.
   */
  #share() {
    const channel = new BroadcastChannel(KEY);
    channel.onmessage = ({ data }) => {
      if (data === ASK && this.proven) channel.postMessage({ token: this.token });
      else if (typeof data?.token === "string" && this.token === null) this.#take(data.token);
    };
    if (this.token === null) channel.postMessage(ASK);
  }
}
