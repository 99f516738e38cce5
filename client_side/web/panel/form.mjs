// A form in the page: it sends its command by the page's own line to the relay, and shows the answer.

import { CommandError } from "../errors.mjs";
import { BAD, BUSY, GOOD, line, replyLine } from "./answer.mjs";
import { find, keepPlace, pick, put, requestOf } from "./fields.mjs";
import { NotJson, Unreadable, read, show } from "./rules.mjs";

/**
 * @typedef {object} ControlRecipe
 * @property {string} model
 * @property {import("./fields.mjs").Steps} steps
 * @property {string} path
 * @property {[string, number][]} when The choices that it depends on, by their models.
 * @property {{model: string, text: string}} note
 */
/**
 * A form as `CommandForm.recipe` of Python says it. Models are named by their ids.
 *
 * @typedef {object} Recipe
 * @property {string} driver
 * @property {string | null} run The driver's run that the form was made or looked at for: its epoch.
 * @property {string} command
 * @property {string} send
 * @property {string} live
 * @property {string} status
 * @property {Record<string, string>} carries
 * @property {(ControlRecipe & import("./rules.mjs").Rule)[]} controls
 * @property {import("./getters.mjs").Getter | null} getter
 * @property {import("./answer.mjs").Part[]} reply
 * @property {boolean} small The relay takes it as JSON, and tells the reply so.
 */
/** @typedef {any} RawModel A model of ipywidgets: Backbone's, with `save_changes`. */

const LONGEST = 100_000; // characters of what is typed, for JSON; the relay takes 256 KiB

/** At most one command is under way; with live, what changes meanwhile is sent after its answer. */
export class Form {
  #waiting = false;
  /** @type {Record<string, any> | null} What to send after the answer. */
  #next = null;
  #writing = false;
  #telling = false;
  #untold = false;

  /**
   * @param {Recipe} recipe
   * @param {import("./line.mjs").Line} connection
   * @param {Map<string, RawModel>} models All that the recipe names.
   */
  constructor(recipe, connection, models) {
    this.recipe = recipe;
    this.connection = connection;
    this.models = models;
    for (const [id, trait] of Object.entries(recipe.carries))
      this.model(id).on(`change:${trait}`, this.#changed);
    this.model(recipe.live).on("change:value", this.#follow);
  }

  /**
   * Loads the models and makes the form.
   *
   * @param {Recipe} recipe
   * @param {import("./line.mjs").Line} connection
   * @param {(id: string) => Promise<RawModel>} load
   */
  static async of(recipe, connection, load) {
    const { send, live, status, carries, controls } = recipe;
    const notes = controls.map(({ note }) => note.model);
    const ids = [send, live, status, ...Object.keys(carries), ...notes];
    const models = await Promise.all(ids.map((id) => load(id)));
    return new Form(recipe, connection, new Map(ids.map((id, index) => [id, models[index]])));
  }

  /**
   * @param {string} id
   * @returns {RawModel}
   */
  model(id) {
    return this.models.get(id);
  }

  /**
   * Does what a button says.
   *
   * @param {"send" | "live" | "read"} what
   * @returns {Promise<boolean>} Whether it is done: else the kernel is to be told of the click.
   */
  async click(what) {
    if (!(await this.connection.reached()) || this.#session() === null) {
      if (what !== "live") this.#sayKernel();
      return false;
    }
    if (what === "read") void this.#fetch();
    else if (what === "send") return this.#submit({ newestWins: false });
    else {
      const live = this.model(this.recipe.live);
      live.set("value", !live.get("value"));
      live.save_changes();
      if (live.get("value")) void this.#sendLive();
    }
    return true;
  }

  /**
   * The number of the driver's run that this form is of. null: the relay has another one, or another
   * driver of this name. Then fields may mean something else, and the kernel, which is told of the
   * click, makes the form anew.
   */
  #session() {
    const { driver, run } = this.recipe;
    const there = this.connection.client.drivers.get(driver);
    return there && there.epoch === run ? there.session : null;
  }

  /** Says that nothing is sent any more. */
  end() {
    this.close();
    this.model(this.recipe.send).set("disabled", true);
    this.model(this.recipe.live).set("disabled", true);
    this.#sayHere("the kernel has ended: run the cell again", BAD);
  }

  close() {
    this.#next = null;
    for (const [id, trait] of Object.entries(this.recipe.carries))
      this.model(id).off(`change:${trait}`, this.#changed);
    this.model(this.recipe.live).off("change:value", this.#follow);
  }

  // While a model of ipywidgets takes a kernel's message, it keeps it as `_state_lock`. What the
  // kernel and other pages change they send themselves.
  #changed = (/** @type {RawModel} */ model) => {
    if (this.#writing || model._state_lock) return;
    if (this.model(this.recipe.live).get("value")) void this.#sendLive();
  };

  /** Makes sliders tell every position, at once: the kernel does so when it is not busy. */
  #follow = () => {
    const on = this.model(this.recipe.live).get("value");
    for (const { model } of this.recipe.controls)
      if (this.model(model).get("continuous_update") === !on)
        this.model(model).set("continuous_update", on);
  };

  async #sendLive() {
    if ((await this.connection.reached()) && this.#submit({ newestWins: true })) return;
    this.#tellKernel();
  }

  /** One message at a time, so that they do not pile up before a busy kernel. */
  #tellKernel() {
    this.#untold = this.#telling;
    if (this.#telling) return;
    this.#telling = true;
    const taken = (/** @type {any} */ message) => {
      if (message.content.execution_state !== "idle") return;
      this.#telling = false;
      if (this.#untold) this.#tellKernel();
    };
    const callbacks = { iopub: { status: taken } };
    this.model(this.recipe.live).send({ event: "change", shown: this.shown() }, callbacks);
  }

  /** @returns {Record<string, any>} What the page shows, by the ids of the models. */
  shown() {
    const { carries } = this.recipe;
    return Object.fromEntries(
      Object.entries(carries).map(([id, trait]) => [id, this.model(id).get(trait)]),
    );
  }

  /**
   * The fields of the command.
   *
   * @throws {Unreadable | NotJson}
   */
  #values() {
    /** @type {Record<string, any>} */
    const fields = {};
    if (!this.recipe.small || this.#typed() > LONGEST) throw new NotJson("it is too large");
    for (const control of this.recipe.controls) {
      if (!control.when.every(([id, index]) => this.model(id).get("index") === index)) continue;
      try {
        const value = read(control, this.#held(control));
        if (value === undefined) keepPlace(fields, control.steps);
        else put(fields, control.steps, value);
      } catch (error) {
        if (error instanceof Unreadable) error.message = `${control.path}: ${error.message}`;
        throw error;
      }
    }
    return fields;
  }

  #typed() {
    return this.recipe.controls.reduce((sum, one) => sum + (this.#held(one)?.length ?? 0), 0);
  }

  /** @param {ControlRecipe} control */
  #held({ model }) {
    return this.model(model).get(this.recipe.carries[model]);
  }

  /**
   * @param {{newestWins: boolean}} options
   * @returns {boolean} false: it is the kernel that can send this.
   */
  #submit({ newestWins }) {
    if (this.#session() === null) {
      this.#sayKernel();
      return false;
    }
    let fields;
    try {
      fields = this.#values();
    } catch (error) {
      if (error instanceof NotJson) {
        this.#sayKernel();
        return false;
      }
      if (!(error instanceof Unreadable)) throw error;
      this.#say(`not sent: ${error.message}`, BAD);
      return true;
    }
    if (!this.#waiting) void this.#send(fields);
    else if (newestWins) this.#next = fields;
    else this.#say("not sent: the last one has not been answered yet", BAD);
    return true;
  }

  /** @param {Record<string, any>} fields */
  async #send(fields) {
    const { driver, command, reply: parts, send: id } = this.recipe;
    const send = this.model(id);
    const live = this.model(this.recipe.live).get("value");
    const begun = performance.now();
    this.#waiting = true;
    if (!live) {
      send.trigger("cwire:waiting", true);
      this.#say("sent, waiting for the answer …", BUSY);
    }
    try {
      const { client } = this.connection;
      const reply = await client.command(driver, command, fields, { session: this.#session() });
      const when = `${new Date().toTimeString().slice(0, 8)}, ${(performance.now() - begun).toFixed(1)} ms`;
      if (reply === null) this.#say(`OK (${when})`, GOOD);
      else this.#say(`${reply.message} (${when})`, GOOD, replyLine(parts, reply.fields).outerHTML);
    } catch (error) {
      this.#say(errorText(error), BAD);
    }
    this.#waiting = false;
    const next = this.#next;
    this.#next = null;
    if (next !== null && this.#session() !== null) void this.#send(next);
    else send.trigger("cwire:waiting", false);
  }

  /** Shows what the driver has now. */
  async #fetch() {
    const { driver, getter } = this.recipe;
    if (getter === null) return;
    try {
      const { client } = this.connection;
      const request = requestOf(getter, this.#asked());
      const run = { session: this.#session() };
      const reply = await client.command(driver, getter.command, request, run);
      if (reply === null) return;
      const present = pick(getter, reply.fields, this.#asked());
      if (present) this.#write(present);
      else this.#say(`${getter.command} tells nothing of the one that is meant`, BAD);
    } catch (error) {
      this.#say(errorText(error), BAD);
    }
  }

  #asked() {
    try {
      return this.#values();
    } catch {
      return {};
    }
  }

  /** @param {Record<string, any>} values */
  #write(values) {
    this.#writing = true;
    try {
      for (const control of this.recipe.controls) {
        if (!control.when.length) this.#writeOne(control, find(values, control.steps));
      }
    } finally {
      this.#writing = false;
    }
  }

  /**
   * @param {ControlRecipe & import("./rules.mjs").Rule} control
   * @param {any} value
   */
  #writeOne(control, value) {
    const held = show(control, value);
    if (held === undefined) return;
    const model = this.model(control.model);
    const fits = within(model, held);
    model.set(this.recipe.carries[control.model], fits);
    model.save_changes();
    const { text } = control.note;
    const note = this.model(control.note.model);
    const other = typeof held === "number" && !isClose(held, fits);
    note.set("value", other ? `${text} (now ${Number(held.toPrecision(6))})`.trim() : text);
    note.save_changes();
  }

  #sayKernel() {
    this.#sayHere("this goes through the kernel, which hears of it when no cell runs …", BUSY);
  }

  /**
   * Says something that is not for the kernel: it is gone, or says more when it hears of a click.
   *
   * @param {string} text
   * @param {string} color
   */
  #sayHere(text, color) {
    this.model(this.recipe.status).set("value", line(text, color));
  }

  /**
   * @param {string} text
   * @param {string} color
   */
  #say(text, color, more = "") {
    const status = this.model(this.recipe.status);
    status.set("value", line(text, color) + more);
    status.save_changes();
  }
}

/**
 * What people are told of a command that was refused.
 *
 * @param {any} error
 */
export function errorText(error) {
  const code = error instanceof CommandError && error.code !== null ? ` (${error.name})` : "";
  return `${error.text ?? error.message}${code}`;
}

/**
 * What a slider can stand at: nothing beyond its ends.
 *
 * @param {RawModel} model
 * @param {any} held
 */
function within(model, held) {
  if (typeof held !== "number" || typeof model.get("min") !== "number") return held;
  const base = model.get("base"); // of a logarithmic one, whose ends are exponents
  const [low, high] = ["min", "max"].map((end) =>
    base === undefined ? model.get(end) : base ** model.get(end),
  );
  return Math.min(Math.max(held, low), high);
}

/**
 * @param {number} one
 * @param {number} other
 */
function isClose(one, other) {
  return Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other));
}
