// Alarms of a page: conditions over messages, typed by the user and kept in the link.

import { element } from "../../elements.mjs";
import { completions } from "../../expression/completion.mjs";
import { LookupError, resolve } from "../../expression/meaning.mjs";
import { ExpressionError, LONGEST } from "../../expression/syntax.mjs";
import { Watched } from "../../expression/watched.mjs";
import { PathError } from "../../client.mjs";
import "./alarms.css";
import { servedDrivers } from "./messages.mjs";

/** @typedef {import("../../client.mjs").Client} Client */

const KEY = "alarms"; // in the link: expressions, as JSON
const MOST = 12;
let count = 0;

/** The alarms of a page, with a button for another one. */
export class Alarms {
  /** @type {Alarm[]} */
  #alarms = [];
  #title = document.title;
  #list = element("div", {});

  /** @param {import("../shell.mjs").Shell} shell */
  constructor(shell) {
    this.shell = shell;
    const add = element(
      "button",
      { type: "button", title: "Watch a condition over messages", onclick: () => this.#add() },
      "Add an alarm",
    );
    this.place = element(
      "section",
      { className: "alarms", "aria-label": "Alarms" },
      this.#list,
      add,
    );
    this.add = add;
    shell.state.addEventListener("change", () => this.#load());
    shell.client.addEventListener("drivers", () => this.#alarms.forEach((one) => one.follow()));
    this.#load();
  }

  #load() {
    const wanted = readAlarms(this.shell.state.get(KEY));
    if (JSON.stringify(wanted) === JSON.stringify(this.#texts)) return;
    for (const alarm of this.#alarms) alarm.close();
    this.#alarms = wanted.map((text) => this.#make(text));
    this.#list.replaceChildren(...this.#alarms.map(({ place }) => place));
    this.#tell();
  }

  get #texts() {
    return this.#alarms.map(({ text }) => text).filter(Boolean);
  }

  /** @param {string} text */
  #make(text) {
    const alarm = new Alarm(this.shell.client, text);
    alarm.addEventListener("set", () => this.#keep());
    alarm.addEventListener("turn", () => this.#tell());
    alarm.addEventListener("remove", () => {
      this.#alarms = this.#alarms.filter((one) => one !== alarm);
      alarm.close();
      alarm.place.remove();
      this.#keep();
      this.#tell();
      this.add.focus();
    });
    return alarm;
  }

  #add() {
    const alarm = this.#make("");
    this.#alarms.push(alarm);
    this.#list.append(alarm.place);
    this.add.disabled = this.#alarms.length >= MOST;
    alarm.input.focus();
  }

  #keep() {
    const texts = this.#texts;
    this.shell.state.set({ [KEY]: texts.length ? JSON.stringify(texts) : null });
  }

  /** Marks the tab while an alarm is on. */
  #tell() {
    this.add.disabled = this.#alarms.length >= MOST;
    const on = this.#alarms.some((alarm) => alarm.on);
    document.title = on ? `(!) ${this.#title}` : this.#title;
  }
}

/**
 * One alarm.
 *
 * Events: `set` when the user has given another condition, `turn` when it changes, `remove`.
 */
class Alarm extends EventTarget {
  /** @type {Watched | null} */
  #watched = null;
  /** @type {import("../../client.mjs").Subscription[]} */
  #subscriptions = [];
  #layouts = ""; // of the drivers that it is resolved against
  #client;
  #notifies = false;

  /**
   * @param {Client} client
   * @param {string} text
   */
  constructor(client, text) {
    super();
    this.#client = client;
    this.text = text;
    const id = `alarm${++count}`;
    this.choices = element("datalist", { id });
    this.input = element("input", {
      value: text,
      maxLength: LONGEST,
      spellcheck: false,
      autocomplete: "off",
      placeholder: "driver_status.temperature > 80",
      "aria-label": "Condition of the alarm",
      oninput: () => this.#typed(),
      onfocus: () => this.#offer(),
      onchange: () => this.#set(),
    });
    this.input.setAttribute("list", id);
    this.said = element("output", { role: "status" });
    this.notify = element(
      "button",
      {
        type: "button",
        hidden: !("Notification" in globalThis),
        title: "Let the browser show a notification when it becomes true",
        "aria-pressed": "false",
        onclick: () => void this.#askToNotify(),
      },
      "Notify",
    );
    const remove = element(
      "button",
      {
        type: "button",
        title: "Remove this alarm",
        "aria-label": "Remove",
        onclick: () => this.dispatchEvent(new Event("remove")),
      },
      "✕",
    );
    const parts = [this.input, this.choices, this.said, this.notify, remove];
    this.place = element("div", { className: "alarm" }, ...parts);
    this.follow();
  }

  /** Whether it is true now. */
  get on() {
    return this.#watched?.on ?? false;
  }

  /** Fits it to the drivers that there are now. */
  follow() {
    const layouts = this.#present();
    if (layouts === this.#layouts) return;
    this.#layouts = layouts;
    this.#begin();
  }

  close() {
    for (const one of this.#subscriptions) one.close();
    this.#subscriptions = [];
    this.#watched = null;
  }

  #present() {
    return [...this.#client.drivers.values()]
      .map(({ name, schema }) => `${name} ${schema?.layout_hash}`)
      .join("\n");
  }

  #begin() {
    this.close();
    try {
      if (this.text) this.#watch();
      this.#tell();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#say("wrong", `${error.reason} (column ${error.column})`);
    }
    this.dispatchEvent(new Event("turn"));
  }

  #watch() {
    const meaning = this.#resolve(this.text);
    const watched = (this.#watched = new Watched(meaning));
    const onbatch = (/** @type {import("../../client.mjs").Batch} */ batch) => {
      const { on } = watched;
      let rang;
      try {
        rang = watched.take(batch);
      } catch (error) {
        if (error instanceof PathError) return; // other structs, of which the page hears in a moment
        throw error;
      }
      if (rang || on !== watched.on) this.#turned(rang > 0);
    };
    for (const { driver, message } of meaning.sources) {
      const wanted = { driver, messages: [message.name], history: { frames: 1 } };
      this.#subscriptions.push(this.#client.subscribe(wanted, { onbatch }));
    }
  }

  /** @param {string} text */
  #resolve(text) {
    return resolve(text, (driver, name) => find(this.#client.drivers, driver, name));
  }

  /** @param {boolean} rang */
  #turned(rang) {
    this.#tell();
    this.dispatchEvent(new Event("turn"));
    if (rang && this.#notifies) new Notification("Alarm", { body: this.text, tag: this.text });
  }

  #tell() {
    const watched = this.#watched;
    if (!watched) return this.#say("", "");
    const { on, since, count: times } = watched;
    if (on === null) return this.#say("", "nothing has come yet");
    const at = Number.isNaN(since) ? "" : ` since ${new Date(since * 1000).toLocaleTimeString()}`;
    const often = times ? `, ${times} ${times === 1 ? "time" : "times"}` : "";
    this.#say(on ? "on" : "off", `${on ? "ALARM" : "ok"}${at}${often}`);
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  #say(state, text) {
    this.place.dataset.state = state;
    if (this.said.textContent !== text) this.said.textContent = text;
    this.input.setAttribute("aria-invalid", String(state === "wrong"));
  }

  #typed() {
    this.#offer();
    const { value } = this.input;
    if (value === this.text) return this.#begin();
    try {
      if (value.trim()) this.#resolve(value);
      this.#say("", value.trim() ? "Enter: watch it" : "");
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#say("wrong", `${error.reason} (column ${error.column})`);
    }
  }

  #offer() {
    const offers = completions(this.input.value, servedDrivers(this.#client.drivers));
    this.choices.replaceChildren(...offers.map((value) => element("option", { value })));
  }

  #set() {
    const text = this.input.value.trim();
    if (text === this.text) return;
    this.text = text;
    this.#begin();
    this.dispatchEvent(new Event("set"));
  }

  async #askToNotify() {
    const may = !this.#notifies && (await Notification.requestPermission()) === "granted";
    this.#notifies = may;
    this.notify.setAttribute("aria-pressed", String(may));
  }
}

/**
 * @param {ReadonlyMap<string, import("../../client.mjs").Driver>} drivers
 * @param {string | null} driver
 * @param {string} name
 */
function find(drivers, driver, name) {
  const one = driver === null ? undefined : drivers.get(driver);
  if (driver !== null && !one) {
    const names = servedDrivers(drivers).map((other) => other.name);
    throw new LookupError(`there is no driver ${driver}; there are: ${names.join(", ")}`);
  }
  const known = one ? [one] : servedDrivers(drivers);
  const all = known.flatMap(({ name: of, schema }) =>
    [...(schema?.messages.values() ?? [])]
      .filter(({ command }) => !command)
      .map((message) => ({ driver: of, message })),
  );
  const found = all.filter(({ message }) => message.name === name);
  if (found.length > 1)
    throw new LookupError(`several drivers have ${name}: write ${found[0].driver}/${name}`);
  if (found.length) return found[0];
  const names = [...new Set(all.map(({ message }) => message.name))].join(", ");
  throw new LookupError(`there is no message ${name}; there are: ${names || "none yet"}`);
}

/**
 * Reads the alarms of a link, which may come from anyone.
 *
 * @param {string | null} text
 * @returns {string[]}
 */
function readAlarms(text) {
  try {
    const json = JSON.parse(text ?? "[]");
    return (Array.isArray(json) ? json : [])
      .filter((one) => typeof one === "string" && one.length <= LONGEST)
      .slice(0, MOST);
  } catch {
    return [];
  }
}
