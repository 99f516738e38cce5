// The lines' names, with their values at the cursor; a click hides or shows a line.

import { element } from "../elements.mjs";
import { lineColors } from "./palette.mjs";
import { shortened } from "./reading.mjs";

const LETTERS = 40; // of a name

/**
 * @typedef {object} Entry
 * @property {boolean} hidden
 * @property {string} color
 * @property {HTMLOutputElement} value
 * @property {HTMLButtonElement} button
 */

/** Shows the names, and knows which lines are hidden. */
export class Legend {
  /** @type {Map<string, Entry>} By label. */
  entries = new Map();
  /** @type {Set<string>} Labels of lines that are not drawn, also of those that have yet to come. */
  hidden = new Set();

  /**
   * @param {number[]} families Of each y.
   * @param {() => void} changed
   */
  constructor(families, changed) {
    this.families = families;
    this.place = element("div", {
      className: "cwire-legend",
      role: "group",
      "aria-label": "Lines",
    });
    this.at = element("span", { className: "cwire-at" });
    this.place.append(this.at);
    this.changed = changed;
  }

  /**
   * Makes the entries fit these lines.
   *
   * @param {Map<string, {label: string, number: number}>} lines By label.
   */
  update(lines) {
    if (lines.size === this.entries.size && [...lines.keys()].every((one) => this.entries.has(one)))
      return;
    this.entries.clear();
    lineColors([...lines.values()], this.families).forEach((color, label) => {
      const value = element("output");
      const mark = element("i", { className: "cwire-mark" });
      mark.style.background = color;
      const button = element(
        "button",
        {
          type: "button",
          title: `Hide or show ${label}`,
          onclick: () => {
            entry.hidden = !entry.hidden;
            if (entry.hidden) this.hidden.add(label);
            else this.hidden.delete(label);
            this.#press(entry);
            this.changed();
          },
        },
        mark,
        shortened(label, LETTERS),
        " ",
        value,
      );
      /** @type {Entry} */
      const entry = { hidden: this.hidden.has(label), color, value, button };
      this.#press(entry);
      this.entries.set(label, entry);
    });
    this.place.replaceChildren(...[...this.entries.values()].map(({ button }) => button), this.at);
  }

  /**
   * Hides lines.
   *
   * @param {string[]} labels
   */
  hide(labels) {
    this.hidden = new Set(labels);
    for (const [label, entry] of this.entries) {
      entry.hidden = this.hidden.has(label);
      this.#press(entry);
    }
  }

  /**
   * Writes the values at the cursor.
   *
   * @param {string | null} at null: there is no cursor.
   * @param {Map<string, string>} values By label.
   */
  read(at, values) {
    write(this.at, at === null ? "" : `at ${at}`);
    for (const [label, { value }] of this.entries) {
      write(value, at === null ? "" : (values.get(label) ?? "–"));
    }
  }

  /** @param {Entry} entry */
  #press({ button, hidden }) {
    button.setAttribute("aria-pressed", String(!hidden));
  }
}

/**
 * @param {HTMLElement} node
 * @param {string} text
 */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
