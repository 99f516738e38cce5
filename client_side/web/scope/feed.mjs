// What a client at the relay brings to a screen: frames, and words about what is wrong when none come.

/** Subscribes for a screen and tells it what comes. */
export class Feed {
  #open;
  #end = new AbortController();

  /**
   * @param {import("./screen.mjs").Screen} screen
   * @param {import("../client.mjs").Client} client
   * @param {object} [options]
   * @param {string} [options.remedy] What to do where the message is not there any more.
   * @param {boolean} [options.alone] Whether nothing else says that the relay is gone.
   */
  constructor(screen, client, { remedy = "run the cell again", alone = true } = {}) {
    this.screen = screen;
    this.client = client;
    this.remedy = remedy;
    this.alone = alone;
    this.#open = client.state === "open";
    const { signal } = this.#end;
    client.addEventListener("state", () => this.#state(), { signal });
    client.addEventListener("drivers", () => this.#drivers(), { signal });
    const { message, driver, decimate } = screen.recipe;
    this.subscription = client.subscribe(
      { driver, messages: [message], ...(decimate === null ? {} : { decimate }) },
      {
        onbatch: (batch) => screen.take(batch),
        onchange: ({ event }) => this.#change(event),
        ondropped: () => this.#count(),
        onerror: (error) => {
          screen.notices.fields = error.message;
          screen.refresh();
        },
      },
    );
    if (this.#open) this.#drivers();
  }

  /** Ends it. */
  close() {
    this.#end.abort();
    this.subscription.close();
    this.screen.interrupt();
  }

  #state() {
    const { state, reason } = this.client;
    if (state === "connecting") return;
    const { notices } = this.screen;
    this.#open = state === "open";
    if (this.#open) notices.relay = null;
    else {
      this.screen.interrupt();
      if (this.alone && !this.screen.kernel)
        notices.relay = state === "lost" ? `${reason}; trying again` : reason;
    }
    this.screen.refresh();
  }

  #drivers() {
    const { driver: name, message } = this.screen.recipe;
    const driver = this.client.drivers.get(name);
    const { notices } = this.screen;
    if (driver === undefined || driver.state === "unknown" || driver.state === "up")
      notices.driver = null;
    else
      notices.driver = `driver ${name} is ${driver.state}${driver.problem ? `: ${driver.problem}` : ""}`;
    if (driver?.state === "up" && driver.problem)
      notices.driver = `driver ${name}: ${driver.problem}`;
    if (driver === undefined && this.#open) notices.driver = `the relay has no driver ${name}`;
    const known = driver?.schema;
    notices.fields =
      known && !known.messages.has(message)
        ? `driver ${name} has no message ${message} any more: ${this.remedy}`
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
    const { dropped, lost } = this.subscription.health;
    this.screen.figures.lost = lost;
    this.screen.notices.count(
      lost,
      Object.keys(dropped).filter((reason) => dropped[reason] > 0),
    );
    this.screen.refresh();
  }
}
