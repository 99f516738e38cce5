// The source of frames: a client at the relay, by whatever route works. It tells a screen what comes,
// and what is wrong when nothing does.

import { Routes, connectBy } from "../routes.mjs";

/** Connects a screen to the relay. */
export class Source {
  /** @type {import("../client.mjs").Client | null} */
  client = null;
  /** @type {import("../client.mjs").Subscription | null} */
  subscription = null;

  /**
   * @param {import("./screen.mjs").Screen} screen
   * @param {{base: string|null, fallback?(): void, restored?(kind: string): void}} options
   */
  constructor(screen, { base, fallback = () => {}, restored = () => {} }) {
    this.screen = screen;
    this.restored = restored;
    this.routes = new Routes({ base, exhausted: fallback });
  }

  /** Connects, if it does not already. */
  open() {
    if (this.client !== null) return;
    this.#open = false;
    this.client = connectBy(this.routes);
    this.client.addEventListener("state", (event) =>
      this.#state(/** @type {CustomEvent} */ (event).detail),
    );
    this.client.addEventListener("drivers", () => this.#drivers());
    const { message, driver, decimate } = this.screen.recipe;
    this.subscription = this.client.subscribe(
      { driver, messages: [message], ...(decimate === null ? {} : { decimate }) },
      {
        onbatch: (batch) => this.screen.take(batch),
        onchange: ({ event }) => this.#change(event),
        ondropped: () => this.#count(),
        onerror: (error) => {
          this.screen.notices.fields = error.message;
          this.screen.refresh();
        },
      },
    );
  }

  /** Disconnects; `open` begins anew. */
  close() {
    const { client } = this;
    this.client = null;
    this.subscription = null;
    client?.close();
    this.screen.interrupt();
  }

  #open = false;

  /** Whether the relay is reached. */
  get connected() {
    return this.#open;
  }

  /** @param {{state: import("../client.mjs").Client["state"], reason: string}} change */
  #state({ state, reason }) {
    if (this.client === null || state === "connecting") return;
    const { notices } = this.screen;
    if (state === "open") {
      this.#open = true;
      this.screen.changeRoute(false);
      const kind = /** @type {import("../routes.mjs").Route} */ (this.routes.current).kind;
      this.screen.figures.route = kind;
      notices.relay = null;
      notices.route = null;
      this.restored(kind);
    } else {
      this.#open = false;
      this.screen.interrupt();
      if (!this.screen.kernel)
        notices.relay = state === "lost" ? `${reason}; trying again` : reason;
    }
    this.screen.refresh();
  }

  #drivers() {
    const { driver: name, message } = this.screen.recipe;
    const driver = this.client?.drivers.get(name);
    const { notices } = this.screen;
    if (driver === undefined || driver.state === "unknown" || driver.state === "up")
      notices.driver = null;
    else
      notices.driver = `driver ${name} is ${driver.state}${driver.problem ? `: ${driver.problem}` : ""}`;
    if (driver?.state === "up" && driver.problem)
      notices.driver = `driver ${name}: ${driver.problem}`;
    if (this.client && driver === undefined && this.#open)
      notices.driver = `the relay has no driver ${name}`;
    const known = driver?.schema;
    notices.fields =
      known && !known.messages.has(message)
        ? `driver ${name} has no message ${message} any more: run the cell again`
        : null;
    this.screen.refresh();
  }

  /** @param {string} event Of `Handlers.onchange`. */
  #change(event) {
    if (event === "subscribed") return;
    this.screen.interrupt({ restarted: event === "restarted" || event === "schema_changed" });
    this.#count();
  }

  #count() {
    /** @type {Partial<import("../ledger.mjs").Health>} */
    const { dropped = {}, lost = 0 } = this.subscription?.health ?? {};
    this.screen.figures.lost = lost;
    this.screen.notices.count(
      lost,
      Object.keys(dropped).filter((reason) => dropped[reason] > 0),
    );
    this.screen.refresh();
  }
}
