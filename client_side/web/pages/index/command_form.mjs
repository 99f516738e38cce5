// A command as a form: an input for each field, a button, and the driver's answer.
//
// A field that nobody has changed keeps what the instrument has: it is read by the command's getter
// when the form is opened, and again when the command is sent. Where there is no getter the input
// shows the default, and that is sent.

import { element } from "../../elements.mjs";
import { replyLine } from "../../panel/answer.mjs";
import { find, keepPlace, pick, put, requestOf } from "../../panel/fields.mjs";
import { errorText } from "../../panel/form.mjs";
import { findGetter, replyOf } from "../../panel/getters.mjs";
import { controlsOf, inputsOf, replyParts } from "../../panel/inputs.mjs";
import { NotJson, Unreadable, read } from "../../panel/rules.mjs";
import { Entry } from "./entry.mjs";

/** @typedef {import("../../client.mjs").Client} Client */
/** @typedef {import("../../panel/inputs.mjs").Choice} Choice */
/** @typedef {import("../../panel/inputs.mjs").Part} Part */

/** At most one command is under way; with live, the newest change is sent after its answer. */
export class CommandForm {
  /** @type {{entry: Entry, when: [Choice, number][]}[]} */
  #entries = [];
  /** @type {Map<Choice, HTMLSelectElement>} */
  #choosers = new Map();
  /** @type {Set<string>} The fields that say which element is meant, such as the axis. */
  #indices;
  #waiting = false;
  #again = false; // something has changed while a command was under way

  /**
   * @param {Client} client
   * @param {string} driver
   * @param {import("../../decode/schema.mjs").Schema} schema
   * @param {import("../../decode/structs.mjs").Message} message
   */
  constructor(client, driver, schema, message) {
    this.client = client;
    this.driver = driver;
    this.message = message;
    this.getter = findGetter(schema, message);
    const { key = null, shared = [] } = this.getter ?? {};
    this.#indices = new Set(key === null ? shared : [key, ...shared]);
    const answer = replyOf(schema, message);
    this.replyParts = answer ? replyParts(answer.struct) : [];
    const parts = inputsOf(message.struct);
    for (const { control, when } of controlsOf(parts)) {
      const keeps = this.getter !== null && !this.#isIndex(control);
      const entry = new Entry(control, keeps, () => this.#changed(entry));
      this.#entries.push({ entry, when });
    }
    /** @type {Map<object, Entry>} */
    const byControl = new Map(this.#entries.map(({ entry }) => [entry.control, entry]));
    this.send = element("button", { type: "submit", className: "send" }, "Send");
    this.live = element("input", {
      type: "checkbox",
      onchange: () => this.live.checked && void this.#submit(true),
    });
    this.status = element("div", { className: "form-status", role: "status" });
    const buttons = element("div", { className: "form-buttons" }, this.send);
    if (this.#entries.length)
      buttons.append(
        element(
          "label",
          { title: "Send at every change, as fast as the driver answers" },
          this.live,
          " live",
        ),
      );
    if (this.getter)
      buttons.append(
        element(
          "button",
          {
            type: "button",
            title: `Show what the driver has now (${this.getter.command})`,
            onclick: () => void this.fetch(),
          },
          "Read",
        ),
      );
    const words = this.getter
      ? `What you do not change stays as it is: it is read by ${this.getter.command}.`
      : this.#entries.length
        ? "All fields are sent, as they stand here."
        : "";
    this.place = element(
      "form",
      {
        className: "command",
        noValidate: true,
        "aria-label": `${message.name} of ${driver}`,
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          void this.#submit(false);
        },
      },
      ...parts.map((part) => this.#part(part, byControl)),
      element("p", { className: "hint", hidden: !words }, words),
      buttons,
      this.status,
    );
  }

  /** Allows or forbids to send. */
  set enabled(/** @type {boolean} */ on) {
    this.send.disabled = !on;
    if (!on) this.live.checked = false;
  }

  /** Shows what the driver has now, in the fields that were not changed. */
  async fetch() {
    if (this.getter === null) return;
    try {
      const present = await this.#present();
      for (const { entry } of this.#entries) {
        if (entry.keeps && !entry.given) entry.show(find(present, entry.control.steps));
      }
    } catch (error) {
      this.#say(`the present values cannot be read: ${errorText(error)}`, "problem");
    }
  }

  /**
   * @param {Part} part
   * @param {Map<object, Entry>} entries
   * @returns {HTMLElement}
   */
  #part(part, entries) {
    if (part.part === "control") return /** @type {Entry} */ (entries.get(part)).place;
    const inner = part.parts.map((one) => this.#part(one, entries));
    if (part.part === "group") {
      if (!part.title) return element("div", {}, ...inner);
      const legend = element("legend", { title: part.doc }, part.title);
      return element("fieldset", {}, legend, ...inner);
    }
    const names = part.parts.map((one) => ("title" in one && one.title) || one.name);
    const chooser = element(
      "select",
      {
        onchange: () => {
          inner.forEach((one, index) => (one.hidden = index !== chooser.selectedIndex));
          this.#changed(null);
        },
      },
      ...names.map((name) => element("option", {}, name)),
    );
    inner.forEach((one, index) => (one.hidden = index > 0));
    this.#choosers.set(part, chooser);
    const title = "These members share their bytes (a union): choose the one to send.";
    return element(
      "fieldset",
      {},
      element("legend", { title }, element("label", {}, `${part.name} one of `, chooser)),
      ...inner,
    );
  }

  /** @param {Entry | null} entry */
  #changed(entry) {
    // Another channel is meant: the fields that were not changed show what that one has.
    if (entry && (this.#isIndex(entry.control) || !entry.given)) void this.fetch();
    if (this.live.checked && entry?.given !== false) void this.#submit(true);
  }

  /** The present values of the command's fields, as JSON has them. */
  async #present() {
    const getter = /** @type {import("../../panel/getters.mjs").Getter} */ (this.getter);
    const asked = this.#meant();
    const request = requestOf(getter, asked);
    const reply = await this.client.command(this.driver, getter.command, request, this.#run());
    if (reply === null) return {};
    const present = pick(getter, reply.fields, asked);
    if (present) return present;
    throw new Unreadable(`${getter.command} tells nothing of the one that is meant`);
  }

  /** The same, where they are needed: else nothing is sent. */
  async #presentOrNot() {
    try {
      return await this.#present();
    } catch (error) {
      throw new Unreadable(`the present values cannot be read: ${errorText(error)}`);
    }
  }

  /** @param {import("../../panel/inputs.mjs").Control} control */
  #isIndex({ name, steps }) {
    return steps.length === 1 && this.#indices.has(name);
  }

  /** The fields that say which element is meant. */
  #meant() {
    const found = this.#entries.filter(({ entry }) => this.#isIndex(entry.control));
    return Object.fromEntries(
      found.map(({ entry: { control, held } }) => [control.name, read(control.rule, held)]),
    );
  }

  /** The driver's run that is shown: another one refuses what was meant for it. */
  #run() {
    return { session: this.client.drivers.get(this.driver)?.session ?? null };
  }

  /**
   * The fields of the command.
   *
   * @returns {Promise<Record<string, any>>}
   * @throws {Unreadable | NotJson}
   */
  async #fields() {
    const meant = this.#entries.filter(({ when }) =>
      when.every(([choice, index]) => this.#choosers.get(choice)?.selectedIndex === index),
    );
    const keeps = meant.some(({ entry }) => entry.keeps && !entry.given);
    const present = keeps ? await this.#presentOrNot() : {};
    /** @type {Record<string, any>} */
    const fields = {};
    for (const { entry } of meant) {
      const { steps, path } = entry.control;
      try {
        const kept = entry.keeps && !entry.given;
        const value = kept ? entry.kept(find(present, steps)) : entry.value();
        if (value === undefined) keepPlace(fields, steps);
        else put(fields, steps, value);
      } catch (error) {
        const reason = /** @type {Error} */ (error).message;
        if (error instanceof NotJson)
          throw new Unreadable(`${path}: ${reason}: a page cannot send that; use Python`);
        if (error instanceof Unreadable) throw new Unreadable(`${path}: ${reason}`);
        throw error;
      }
    }
    return fields;
  }

  /** @param {boolean} newestWins */
  async #submit(newestWins) {
    if (this.#waiting) {
      if (newestWins) this.#again = true;
      else this.#say("not sent: the last one has not been answered yet", "problem");
      return;
    }
    this.#waiting = true;
    if (!this.live.checked) this.#say("sent, waiting for the answer …", "");
    const begun = performance.now();
    try {
      const fields = await this.#fields();
      const { name } = this.message;
      const reply = await this.client.command(this.driver, name, fields, this.#run());
      const took = (performance.now() - begun).toFixed(1);
      const when = `${new Date().toTimeString().slice(0, 8)}, ${took} ms`;
      this.#say(`${reply?.message ?? "OK"} (${when})`, "good");
      if (reply) this.status.append(replyLine(this.replyParts, reply.fields));
    } catch (error) {
      const unsent = error instanceof Unreadable ? "not sent: " : "";
      this.#say(unsent + errorText(error), "problem");
    }
    this.#waiting = false;
    const again = this.#again;
    this.#again = false;
    if (again && this.live.checked) void this.#submit(true);
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  #say(text, kind) {
    this.status.replaceChildren(element("span", { className: kind }, text));
  }
}
