// Ways to the relay, tried one after the other: the one that worked last comes first.

import { Client } from "./client.mjs";
import { SUBPROTOCOL, TOKEN_PREFIX } from "./protocol.mjs";

const PATIENCE = 1500; // ms for a way to show that it works
const AGAIN = 10_000; // ms until ways that never worked are tried once more
const SOON = 1000; // the same for ways of which one has worked

/**
 * @typedef {{kind: "jupyter", path: string} | {kind: "direct", url: string, token: string}} Route
 */

/** Chooses among routes. */
export class Routes {
  /** @type {Route[]} */
  list = [];
  /** @type {Route | null} */
  current = null;
  /** @type {Route["kind"] | null} Of the one that worked last. */
  good = null;
  /** @type {Set<Route>} */
  #failed = new Set();
  /** @type {() => void} */
  #wake = () => {};

  /**
   * @param {{base: string|null, exhausted(): void}} options base: URL of the Jupyter server that
   *   the page is of; exhausted: called when no route works, each time
   */
  constructor({ base, exhausted }) {
    this.base = base;
    this.exhausted = exhausted;
  }

  /**
   * Replaces the routes; the next attempt takes the best of them.
   *
   * @param {Route[]} list
   */
  set(list) {
    this.list = list.filter(
      ({ kind }) => kind === "direct" || (kind === "jupyter" && this.base !== null),
    );
    this.#failed.clear();
    this.#wake();
  }

  /**
   * Returns where to connect now; waits while there is nothing to try.
   *
   * @returns {Promise<import("./client.mjs").Address>}
   */
  async next() {
    for (;;) {
      const open = this.list.filter((route) => !this.#failed.has(route));
      this.current = open.find(({ kind }) => kind === this.good) ?? open[0] ?? null;
      if (this.current !== null) return address(this.current, this.base);
      if (this.list.length) this.exhausted();
      await this.#pause();
      this.#failed.clear();
    }
  }

  /** Notes that the present route works. */
  opened() {
    this.good = this.current?.kind ?? null;
    this.#failed.clear();
  }

  /** Notes that the present route did not work, or works no more. */
  failed() {
    if (this.current !== null) this.#failed.add(this.current);
  }

  /** @returns {Promise<void>} */
  #pause() {
    const never = this.list.length === 0;
    return new Promise((resolve) => {
      const timer = never ? undefined : setTimeout(resolve, this.good === null ? AGAIN : SOON);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * @param {Route} route
 * @param {string | null} base
 * @returns {import("./client.mjs").Address}
 */
function address(route, base) {
  if (route.kind === "direct") {
    return { url: route.url, protocols: [SUBPROTOCOL, TOKEN_PREFIX + route.token] };
  }
  const url = new URL(route.path, base ?? undefined);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return { url: url.href, protocols: [SUBPROTOCOL] };
}

/**
 * Lists the ways to the relay that a kernel has told of.
 *
 * @param {string} relay By this name Jupyter's server finds it; empty if it cannot.
 * @param {Route[]} direct
 * @returns {Route[]}
 */
export function routesTo(relay, direct) {
  /** @type {Route} */
  const jupyter = { kind: "jupyter", path: `cwire/ws?relay=${encodeURIComponent(relay)}` };
  return relay ? [jupyter, ...direct] : direct;
}

/**
 * Connects a client by whatever route works.
 *
 * @param {Routes} routes
 */
export function connectBy(routes) {
  const client = new Client(() => routes.next(), { WebSocket: impatient(WebSocket) });
  let open = false;
  client.addEventListener("state", (event) => {
    const { state } = /** @type {CustomEvent} */ (event).detail;
    if (state === "connecting") return;
    if (state === "open") routes.opened();
    else if (!open) routes.failed();
    open = state === "open";
  });
  return client;
}

/** URL of the Jupyter server of this page; null in pages that are not its own. */
export function jupyterBase() {
  const text = document.getElementById("jupyter-config-data")?.textContent;
  if (!text) return null;
  try {
    return new URL(JSON.parse(text).baseUrl, location.href).href;
  } catch {
    return null; // not as Jupyter writes it
  }
}

/**
 * Makes a WebSocket give up when nothing comes soon: a proxy may accept and then be silent.
 *
 * @param {typeof WebSocket} Socket
 */
function impatient(Socket) {
  return class extends Socket {
    /**
     * @param {string} url
     * @param {string[]} protocols
     */
    constructor(url, protocols) {
      super(url, protocols);
      const timer = setTimeout(() => this.close(), PATIENCE);
      for (const event of ["message", "close", "error"]) {
        this.addEventListener(event, () => clearTimeout(timer), { once: true });
      }
    }
  };
}
