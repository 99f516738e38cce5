// The lines' names, with their values at the cursor; a click hides or shows a line.

import { element } from "./elements.mjs";
import { color } from "./palette.mjs";

export class Legend {
  /** @param {() => void} changed */
  constructor(changed) {
    this.place = element("div", {
      className: "cwire-legend",
      role: "group",
      "aria-label": "Lines",
    });
    this.at = element("span", { className: "cwire-at" });
    this.place.append(this.at);
    this.entries = new Map(); // by label
    this.changed = changed;
  }

  /** Makes the entries fit these labels; their colours go by their place among the sorted ones. */
  update(labels) {
    if (labels.length === this.entries.size && labels.every((label) => this.entries.has(label)))
      return;
    const hidden = new Set(
      [...this.entries].filter(([, one]) => one.hidden).map(([label]) => label),
    );
    this.entries.clear();
    const sorted = [...labels].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    sorted.forEach((label, number) => {
      const value = element("output");
      const entry = { hidden: hidden.has(label), color: color(number), value, button: null };
      const mark = element("i", { className: "cwire-mark" });
      mark.style.background = entry.color;
      entry.button = element(
        "button",
        {
          type: "button",
          title: `Hide or show ${label}`,
          onclick: () => {
            entry.hidden = !entry.hidden;
            this.#press(entry);
            this.changed();
          },
        },
        mark,
        label,
        " ",
        value,
      );
      this.#press(entry);
      this.entries.set(label, entry);
    });
    this.place.replaceChildren(...[...this.entries.values()].map(({ button }) => button), this.at);
  }

  /** Writes the values at the cursor; null: there is no cursor. */
  read(at, values) {
    write(this.at, at === null ? "" : `at ${at}`);
    for (const [label, { value }] of this.entries) {
      write(value, at === null ? "" : (values.get(label) ?? "–"));
    }
  }

  #press({ button, hidden }) {
    button.setAttribute("aria-pressed", String(!hidden));
  }
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
