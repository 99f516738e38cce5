// An action as a form: an input for each argument, Run and Cancel, progress, and what comes of it.

import { ActionError } from "../../actions.mjs";
import { element } from "../../elements.mjs";
import { errorText } from "../../panel/form.mjs";
import { Unreadable } from "../../panel/rules.mjs";
import { ArgumentEntry } from "./argument_entry.mjs";
import { argumentsOf } from "./arguments.mjs";
import { valueText } from "./results.mjs";

/** @typedef {import("../../actions.mjs").Actions} Actions */
/** @typedef {import("../../actions.mjs").Progress} Progress */
/** @typedef {import("./arguments.mjs").Description} Description */

const SHOWN = 50; // results, the newest

/** One call at a time. Results are drawn once per animation frame, however fast they come. */
export class ActionForm {
  /** @type {AbortController | null} Of the call that runs. */
  #running = null;
  #count = 0; // results of the last call
  /** @type {string[]} The newest of them. */
  #results = [];
  /** @type {Progress | null} */
  #progress = null;
  #drawing = 0;

  /**
   * @param {Actions} actions
   * @param {Description} description
   */
  constructor(actions, description) {
    this.actions = actions;
    this.description = description;
    const { name, doc } = description;
    const { inputs, whole } = argumentsOf(description);
    this.whole = whole;
    this.entries = inputs.map((argument) => new ArgumentEntry(argument));
    // Not `disabled`: who has pressed it by a key would lose the place.
    this.run = element("button", { type: "submit", className: "send" }, "Run");
    this.stop = element(
      "button",
      { type: "button", disabled: true, onclick: () => this.#cancel() },
      "Cancel",
    );
    this.bar = element("progress", { hidden: true, "aria-label": `${name}: progress` });
    this.status = element("span", { className: "form-status", role: "status" });
    this.steps = element("ol", {
      className: "results",
      hidden: true,
      tabIndex: 0,
      "aria-label": `${name}: results`,
    });
    const [, ...more] = doc.split("\n");
    const words = more.join("\n").trim();
    this.place = element(
      "form",
      {
        className: "command",
        noValidate: true,
        "aria-label": name,
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          void this.#call();
        },
      },
      ...(words ? [element("p", { className: "more-doc" }, words)] : []),
      ...this.entries.map(({ place }) => place),
      element("div", { className: "form-buttons" }, this.run, this.stop, this.bar, this.status),
      this.steps,
    );
  }

  /** Ends the call that runs: the form goes. */
  close() {
    this.#running?.abort();
  }

  /**
   * The arguments.
   *
   * @throws {Unreadable}
   */
  #data() {
    /** @type {[string, any][]} */
    const given = [];
    for (const entry of this.entries) {
      const { name } = entry.argument;
      try {
        const value = entry.value();
        if (value !== undefined) given.push([name, value]);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        entry.input.focus();
        throw new Unreadable(`not called: ${name}: ${error.message}`);
      }
    }
    return this.whole ? given[0]?.[1] : Object.fromEntries(given);
  }

  async #call() {
    if (this.#running) return;
    const stop = new AbortController();
    try {
      const data = this.#data();
      this.#running = stop;
      this.#begin();
      const begun = performance.now();
      const stream = this.actions.stream(this.description.name, data, {
        signal: stop.signal,
        onprogress: (progress) => {
          this.#progress = progress;
          this.#draw();
        },
      });
      let next = await stream.next();
      for (; !next.done; next = await stream.next()) this.#came(next.value);
      this.#end(begun, next.value);
    } catch (error) {
      this.#say(stop.signal.aborted ? "cancelled" : failureText(error), "problem");
    }
    this.#running = null;
    this.#over();
  }

  #begin() {
    this.#count = 0;
    this.#results = [];
    this.#progress = null;
    this.steps.replaceChildren();
    this.steps.hidden = true;
    this.run.setAttribute("aria-disabled", "true");
    this.stop.disabled = false;
    this.bar.removeAttribute("value");
    this.bar.hidden = false;
    this.#say("running …", "");
  }

  /** @param {any} value */
  #came(value) {
    this.#count += 1;
    if (this.#results.push(valueText(value)) > SHOWN) this.#results.shift();
    this.#draw();
  }

  /**
   * @param {number} begun
   * @param {any} value
   */
  #end(begun, value) {
    const took = ((performance.now() - begun) / 1e3).toFixed(3);
    const said = value === undefined || value === null ? "done" : valueText(value);
    this.#say(`${said} (${new Date().toTimeString().slice(0, 8)}, ${took} s)`, "good");
  }

  #over() {
    if (this.#drawing) cancelAnimationFrame(this.#drawing);
    this.#show();
    this.bar.hidden = true;
    this.run.removeAttribute("aria-disabled");
    if (document.activeElement === this.stop) this.run.focus();
    this.stop.disabled = true;
  }

  #cancel() {
    this.#running?.abort();
  }

  #draw() {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#show();
      if (this.#running && this.#progress?.text) this.#say(this.#progress.text, "");
    });
  }

  #show() {
    this.#drawing = 0;
    const { bar, steps } = this;
    const { done = 0, total = null } = this.#progress ?? {};
    if (total) {
      bar.max = total;
      bar.value = done;
    }
    if (!this.#count) return;
    steps.hidden = false;
    steps.start = this.#count - this.#results.length + 1;
    steps.replaceChildren(...this.#results.map((text) => element("li", {}, text)));
    steps.scrollTop = steps.scrollHeight;
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  #say(text, kind) {
    if (this.status.textContent !== text)
      this.status.replaceChildren(element("span", { className: kind }, text));
  }
}

/** @param {any} error */
function failureText(error) {
  return error instanceof ActionError ? `${error.code}: ${error.text}` : errorText(error);
}
