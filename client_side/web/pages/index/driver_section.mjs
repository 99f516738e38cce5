// One driver in the index: its state and rates, its messages, its commands.

import { element } from "../../elements.mjs";
import { countText } from "../../scope/reading.mjs";
import { bytesText, countOf, lossText, rateText } from "./figures.mjs";
import { MessageEntry } from "./message_entry.mjs";

/** @typedef {import("../../client.mjs").Driver} Driver */

/**
 * Shows one driver.
 *
 * Events: `toggle` when the user has opened or closed an entry.
 */
export class DriverSection extends EventTarget {
  /** @type {MessageEntry[]} */
  entries = [];
  /** @type {import("../../decode/schema.mjs").Schema | null} */
  #schema = null;
  #text = ""; // of the schema that the entries are of

  /**
   * @param {import("../../client.mjs").Client} client
   * @param {string} name
   */
  constructor(client, name) {
    super();
    this.client = client;
    this.name = name;
    this.state = element("span", { className: "state" });
    this.totals = element("p", { className: "totals" });
    this.list = element("div", { className: "messages" });
    this.place = element(
      "section",
      { className: "driver" },
      element("h2", {}, name, " ", this.state),
      this.totals,
      this.list,
    );
    this.place.dataset.driver = name;
  }

  /**
   * Follows the driver; what the user has typed stays, unless it would mean something else.
   *
   * @param {Driver} driver
   */
  follow(driver) {
    this.state.textContent = driver.state === "unknown" ? "" : driver.state;
    this.state.className = `state ${driver.state}`;
    if (driver.schema && driver.schema !== this.#schema) this.#list(driver, driver.schema);
    for (const { form } of this.entries) if (form) form.enabled = driver.state === "up";
  }

  /**
   * Shows the relay's figures.
   *
   * @param {import("./figures.mjs").Figures} figures
   */
  tell(figures) {
    const row = figures.drivers.get(this.name);
    if (row === undefined) return;
    const commands = row.commands ? countText(Number(row.commands), "command") : "";
    const words = [rateText(row), bytesText(row), `${countOf(row.frames)} frames`, commands];
    const text = [...words, lossText(row)].filter(Boolean).join(" · ");
    if (this.totals.textContent !== text) this.totals.textContent = text;
    for (const entry of this.entries) entry.tell(figures.message(row.source, entry.message.name));
  }

  /** Names of the messages that are open. */
  get open() {
    return this.entries.filter(({ place }) => place.open).map(({ message }) => message.name);
  }

  /**
   * Opens some messages, and closes the others.
   *
   * @param {Set<string>} names
   */
  openOnly(names) {
    for (const { place, message } of this.entries) place.open = names.has(message.name);
  }

  /**
   * @param {Driver} driver
   * @param {import("../../decode/schema.mjs").Schema} schema
   */
  #list(driver, schema) {
    this.#schema = schema;
    const text = JSON.stringify(schema.json);
    if (text === this.#text) return; // the same structs, units and ranges in another run
    this.#text = text;
    const open = new Set(this.open);
    this.entries = [...schema.messages.values()].map(
      (message) =>
        new MessageEntry(this.client, { ...driver, schema }, message, () =>
          this.dispatchEvent(new Event("toggle")),
        ),
    );
    const of = (/** @type {boolean} */ command) =>
      this.entries.filter((entry) => entry.message.command === command).map(({ place }) => place);
    const [messages, commands] = [of(false), of(true)];
    this.list.replaceChildren(
      ...(messages.length ? [element("h3", {}, "Messages"), ...messages] : []),
      ...(commands.length ? [element("h3", {}, "Commands"), ...commands] : []),
    );
    this.openOnly(open);
  }
}
