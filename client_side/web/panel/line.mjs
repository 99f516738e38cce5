// The panel's own connection to the relay.

import { Routes, connectBy, routesTo } from "../routes.mjs";

/**
 * A widget's model, as anywidget has it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get A trait's value.
 * @property {(event: string, handler: (...given: any[]) => void) => void} on
 * @property {(content: object) => void} send
 * @property {{get_model: (id: string) => Promise<any>}} widget_manager
 */

/** Reaches the relay by the ways that the kernel has told of. */
export class Line {
  /** @type {import("../routes.mjs").Route[]} What the kernel has told of in messages. */
  #direct = [];
  /** @type {((reached: boolean) => void)[]} */
  #waiting = [];
  #hopeless = false; // every way has been tried, and none has worked since

  /**
   * @param {Model} model
   * @param {string|null} base URL of the Jupyter server
   */
  constructor(model, base) {
    this.model = model;
    this.routes = new Routes({ base, exhausted: () => this.#giveUp() });
    this.client = connectBy(this.routes);
    this.client.addEventListener("state", () => {
      if (this.client.state !== "open") return;
      this.#hopeless = false;
      this.#settle(true);
    });
    model.on("msg:custom", ({ type, routes }) => {
      if (type !== "routes") return;
      this.#direct = routes;
      this.#reroute();
    });
    model.on("change:relay", () => this.#reroute());
    this.#reroute();
    model.send({ type: "ready", origin: location.origin });
  }

  /**
   * Whether the relay is reached; waits while a way has yet to be tried.
   *
   * @returns {Promise<boolean>}
   */
  async reached() {
    if (this.client.state === "open") return true;
    if (this.client.state === "closed" || this.#hopeless) return false;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close() {
    this.client.close();
    this.#settle(false);
  }

  #reroute() {
    this.routes.set(routesTo(this.model.get("relay"), this.#direct));
    if (this.routes.list.length) this.#hopeless = false;
    else this.#giveUp();
  }

  #giveUp() {
    this.#hopeless = true;
    this.#settle(false);
  }

  /** @param {boolean} reached */
  #settle(reached) {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(reached);
  }
}
