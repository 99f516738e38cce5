// One argument of an action in a form: an input that knows what JSON Schema says of it.

import { Unreadable } from "../../panel/rules.mjs";
import { readArgument, showArgument } from "./arguments.mjs";
import { Entry } from "./entry.mjs";

/** @typedef {import("./arguments.mjs").Argument} Argument */

/** Shows an argument. What nobody has changed is left out: the function has its own default. */
export class ArgumentEntry extends Entry {
  /** @param {Argument} argument */
  constructor(argument) {
    super(argument, false, () => {});
    this.input.required = argument.needed;
    if (argument.note) this.input.setAttribute("aria-description", argument.note);
  }

  get unchanged() {
    return this.argument.needed ? "needed" : "default";
  }

  get argument() {
    return /** @type {Argument} */ (this.control);
  }

  /** @param {any} value */
  heldFor(value) {
    return showArgument(this.argument, value);
  }

  /**
   * The value to send.
   *
   * @returns {any} undefined: it is left out.
   * @throws {Unreadable}
   */
  value() {
    const { form, needed } = this.argument;
    if (!this.given && !needed) return undefined;
    const held = this.checked();
    if (form !== "check" && !this.given) throw new Unreadable("it is needed: give a value");
    const value = readArgument(this.argument, held);
    if (value !== undefined) return value;
    throw new Unreadable(
      needed
        ? "it is empty: give a value"
        : "it is empty: give a value, or take the default with ↺",
    );
  }
}
