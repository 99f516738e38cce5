// One input of a form: it holds a value that was given, or keeps what the instrument has.

import { element } from "../../elements.mjs";
import { Unreadable, read, show } from "../../panel/rules.mjs";

/** @typedef {import("../../panel/inputs.mjs").Control} Control */

const SLIDER_STEPS = 1000; // of one whose range is dragged by its logarithm
let count = 0;

/** Shows a control. */
export class Entry {
  given = false; // the user has changed it

  /**
   * @param {Control} control
   * @param {boolean} keeps Unchanged, it means the instrument's present value, else the default.
   * @param {() => void} changed
   */
  constructor(control, keeps, changed) {
    this.control = control;
    this.keeps = keeps;
    this.changed = changed;
    const id = `entry${++count}`;
    this.input = this.#makeInput(id);
    this.slider = this.#makeSlider();
    this.mark = element(
      "button",
      {
        type: "button",
        className: "mark",
        title: keeps ? "Leave this as it is at the instrument" : "Back to the default",
        onclick: () => this.#reset(),
      },
      "↺",
    );
    this.mark.setAttribute("aria-label", `${control.title}: ${this.mark.title}`);
    this.state = element("span", { className: "entry-state" });
    const { title, tip, note } = control;
    this.place = element(
      "div",
      { className: `entry entry-${control.widget.kind}` },
      element("label", { htmlFor: id, title: tip }, title),
      element(
        "span",
        { className: "entry-value" },
        ...(this.slider ? [this.slider] : []),
        this.input,
        element("span", { className: "note" }, note),
      ),
      this.state,
      this.mark,
    );
    this.show(control.initial);
    this.#tell();
  }

  /** What the input holds, as the rules take it. */
  get held() {
    const { input } = this;
    if (input instanceof HTMLSelectElement)
      return input.selectedIndex < 0 ? null : input.selectedIndex;
    if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked;
    if (input instanceof HTMLInputElement && input.type === "number")
      return input.value === "" ? "" : Number(input.value);
    return input.value;
  }

  /**
   * The value to send, where the input says it.
   *
   * @returns {any} undefined: the default is meant.
   * @throws {Unreadable | import("../../panel/rules.mjs").NotJson}
   */
  value() {
    const { rule } = this.control;
    const held = this.checked();
    // An emptied field is no wish for the default, unless its hint says so.
    if (held !== "" || !this.given || rule.rule === "list" || rule.rule === "json")
      return read(rule, held);
    if (rule.of === "text") return "";
    const other = this.keeps ? "leave it as it is" : "take the default";
    throw new Unreadable(`it is empty: give a value, or ${other} with ↺`);
  }

  /**
   * What the input holds, if it can be sent.
   *
   * @throws {Unreadable}
   */
  checked() {
    const { input, held } = this;
    const { low, high, whole, kind } = this.control.widget;
    if (input.validity.badInput) throw new Unreadable("this is not a number");
    if (typeof held !== "number" || kind === "select") return held;
    const between = low === undefined ? "" : ` from ${low} to ${high}`;
    const fits = held >= (low ?? -Infinity) && held <= (high ?? Infinity);
    if (!fits || (whole && !Number.isInteger(held)))
      throw new Unreadable(`it can be a ${whole ? "whole " : ""}number${between}, not ${held}`);
    return held;
  }

  /**
   * The instrument's present value, to be sent as it is.
   *
   * @param {any} value As the getter's reply has it.
   * @throws {Unreadable}
   */
  kept(value) {
    if (value === undefined || value === null)
      throw new Unreadable("its present value cannot be read, so it must be given");
    return value;
  }

  /**
   * What the input is to hold for a value.
   *
   * @param {any} value
   * @returns {any} undefined: nothing that it could hold.
   */
  heldFor(value) {
    return show(this.control.rule, value);
  }

  /** @returns {string} A word for an input that nobody has changed. */
  get unchanged() {
    return this.keeps ? "as it is" : "default";
  }

  /**
   * Shows a value that nobody has given here.
   *
   * @param {any} value As JSON has it; what does not fit is not shown.
   */
  show(value) {
    const held = this.heldFor(value);
    if (held === undefined) return;
    const { input } = this;
    if (input instanceof HTMLSelectElement) input.selectedIndex = held;
    else if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = held;
    else input.value = String(held);
    this.#slide();
  }

  /** @param {string} id */
  #makeInput(id) {
    const { kind, low, high, hint = "" } = this.control.widget;
    const common = { id, oninput: () => this.#given() };
    const { rule } = this.control;
    switch (kind) {
      case "check":
        return element("input", { ...common, type: "checkbox" });
      case "select": {
        const options = (rule.options ?? []).map((name) => element("option", {}, name));
        return element("select", common, ...options);
      }
      case "area":
        return element("textarea", { ...common, rows: 3, placeholder: hint });
      case "text":
        return element("input", { ...common, type: "text", placeholder: hint, spellcheck: false });
      default: {
        const ends = low === undefined ? {} : { min: String(low), max: String(high) };
        return element("input", { ...common, ...ends, type: "number", step: "any" });
      }
    }
  }

  #makeSlider() {
    const { kind, low = 0, high = 1, step } = this.control.widget;
    if (kind !== "slider" && kind !== "log") return null;
    const log = kind === "log";
    /** @type {HTMLInputElement} */
    const slider = element("input", {
      type: "range",
      min: String(log ? Math.log10(low) : low),
      max: String(log ? Math.log10(high) : high),
      step: String(log ? (Math.log10(high) - Math.log10(low)) / SLIDER_STEPS : step),
      tabIndex: -1,
      "aria-label": `${this.control.title}, dragged`,
      oninput: () => {
        const at = Number(slider.value);
        this.input.value = String(log ? this.#fromLog(at) : at);
        this.#given(false);
      },
    });
    return slider;
  }

  /** @param {number} exponent */
  #fromLog(exponent) {
    const { low = 0, high = 1, whole } = this.control.widget;
    const value = Number((10 ** exponent).toPrecision(4));
    return Math.min(Math.max(whole ? Math.round(value) : value, low), high);
  }

  /** Puts the slider where the number is. */
  #slide() {
    if (!this.slider || this.held === "") return;
    const value = Number(this.held);
    this.slider.value = String(
      this.control.widget.kind === "log" ? Math.log10(Math.max(value, 1e-300)) : value,
    );
  }

  #given(slide = true) {
    this.given = true;
    if (slide) this.#slide();
    this.#tell();
    this.changed();
  }

  #reset() {
    this.given = false;
    if (!this.keeps) this.show(this.control.initial);
    this.#tell();
    this.changed();
    this.input.focus();
  }

  #tell() {
    this.state.textContent = this.given ? "changed" : this.unchanged;
    this.place.classList.toggle("given", this.given);
    this.mark.disabled = !this.given;
  }
}
