// The source of frames of a widget: a client at the relay, by whatever route works.

import { Routes, connectBy } from "../routes.mjs";
import { History } from "../history.mjs";
import { Feed } from "./feed.mjs";
import { PastControls } from "./past_controls.mjs";

/** Connects a screen to the relay. */
export class Source {
  /** @type {import("../client.mjs").Client | null} */
  client = null;
  /** @type {Feed | null} */
  feed = null;
  /** @type {PastControls | null} */
  #past = null;

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
    const client = (this.client = connectBy(this.routes));
    client.addEventListener("state", () => {
      if (client === this.client && client.state === "open") this.#opened();
    });
    this.feed = new Feed(this.screen, client);
    this.#past = new PastControls(this.screen, new History(client), client, { shy: true });
    this.screen.controls.place.append(this.#past.place);
  }

  /** Disconnects; `open` begins anew. */
  close() {
    const { client, feed } = this;
    this.client = this.feed = null;
    this.#past?.close();
    feed?.close();
    client?.close();
  }

  /** Whether the relay is reached. */
  get connected() {
    return this.client?.state === "open";
  }

  #opened() {
    this.screen.changeRoute(false);
    const { kind } = /** @type {import("../routes.mjs").Route} */ (this.routes.current);
    this.screen.figures.route = kind;
    this.screen.notices.route = null;
    this.restored(kind);
  }
}
