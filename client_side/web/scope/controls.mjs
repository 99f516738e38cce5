// The buttons and fields above the picture: native elements, so that keyboards and screen readers
// can use them.

import { element } from "../elements.mjs";
import { EDGES, MODES } from "./trigger.mjs";

/**
 * A change that the user wants; what is left out stays as it is.
 *
 * @typedef {object} Wish
 * @property {boolean | "toggle"} [pause]
 * @property {"toggle"} [fit]
 * @property {"toggle"} [follow]
 * @property {number | null} [window] s; null: the newest block
 * @property {string | null} [refused] What a field cannot be; null: it can.
 * @property {Partial<import("./trigger.mjs").Settings>} [trigger]
 * @property {true} [arm]
 * @property {true} [reset]
 */

const LEAST_WINDOW = 1e-9; // s
const MOST_WINDOW = 1e7; // s; Python's `scope` refuses more, too

/** Buttons and fields; `act` is called with what the user wants. */
export class Controls {
  /**
   * @param {{timed: boolean, window: number|null, rolls: boolean}} recipe
   * @param {(wish: Wish) => void} act
   */
  constructor(recipe, act) {
    const refuse = (/** @type {string | null} */ refused) => act({ refused });
    this.pause = element("button", {
      type: "button",
      className: "cwire-pause",
      title: "Pause or go on (space bar)",
      onclick: () => act({ pause: "toggle" }),
    });
    this.fit = element("button", {
      type: "button",
      textContent: "Auto Y",
      title: "The y axis follows the lines",
      onclick: () => act({ fit: "toggle" }),
    });
    this.follow = element("button", {
      type: "button",
      textContent: "Auto X",
      title: "The x axis shows all of the picture",
      onclick: () => act({ follow: "toggle" }),
    });
    const reset = element("button", {
      type: "button",
      textContent: "Reset",
      title: "Both axes automatic: ends a zoom (r, or a double click)",
      onclick: () => act({ reset: true }),
    });
    this.window = field(
      "Window",
      "s",
      {
        title: recipe.rolls
          ? "Seconds that are seen"
          : "Seconds that are seen; empty: the newest block",
        placeholder: recipe.rolls ? "" : "block",
        min: String(LEAST_WINDOW),
        max: String(MOST_WINDOW),
        value: recipe.window ?? "",
      },
      (value) => act({ window: value }),
      refuse,
    );
    this.mode = choice(
      "Trigger",
      MODES,
      "What the picture waits for; auto does not wait for ever",
      (mode) => act({ trigger: { mode } }),
    );
    this.edge = choice("Edge", EDGES, "The direction in which the line crosses the level", (edge) =>
      act({ trigger: { edge } }),
    );
    this.level = field(
      "Level",
      "",
      { title: "The level that the line crosses", value: 0 },
      (value) => act({ trigger: { level: value ?? 0 } }),
      refuse,
    );
    this.hold = field(
      "Hold",
      "s",
      { title: "Least time from one crossing to the next", value: 0, min: "0" },
      (value) => act({ trigger: { hold: value ?? 0 } }),
      refuse,
    );
    this.source = choice("Of", [], "The line that triggers", (source) =>
      act({ trigger: { source } }),
    );
    this.arm = element("button", {
      type: "button",
      textContent: "Arm",
      title: "Waits for one more crossing",
      onclick: () => act({ arm: true }),
    });
    this.details = element(
      "span",
      { className: "cwire-trigger" },
      this.source.label,
      this.edge.label,
      this.level.label,
      this.hold.label,
      this.arm,
    );
    this.timing = element(
      "span",
      { className: "cwire-timing" },
      this.window.label,
      this.mode.label,
      this.details,
    );
    this.place = element(
      "div",
      { className: "cwire-controls", role: "toolbar", "aria-label": "Scope" },
      this.pause,
      this.fit,
      this.follow,
      reset,
    );
    if (recipe.timed) this.place.append(this.timing);
  }

  /**
   * Writes the window into its field.
   *
   * @param {number | null} window
   */
  showWindow(window) {
    this.window.input.value = window === null ? "" : String(window);
  }

  /**
   * Writes a trigger's settings into their fields; the source's when the lines are known.
   *
   * @param {import("./trigger.mjs").Settings} settings
   */
  showTrigger({ mode, edge, level, hold }) {
    this.mode.select.value = mode;
    this.edge.select.value = edge;
    this.level.input.value = String(level);
    this.hold.input.value = String(hold);
  }

  #sources = ""; // their names, as they are shown

  /**
   * Shows the state of the scope.
   *
   * @param {{paused: boolean, fit: boolean, follow: boolean, sources: string[], kernel: boolean,
   *   trigger: import("./trigger.mjs").Settings}} state
   */
  show({ paused, fit, follow, trigger, sources, kernel }) {
    const wanted = paused ? "Run" : "Pause";
    if (this.pause.textContent !== wanted) this.pause.textContent = wanted;
    press(this.pause, paused);
    press(this.fit, fit);
    press(this.follow, follow);
    this.details.hidden = trigger.mode === "off";
    this.arm.hidden = trigger.mode !== "single";
    this.timing.hidden = kernel;
    const names = sources.join("\n");
    if (names !== this.#sources) {
      this.#sources = names;
      this.source.select.replaceChildren(
        ...sources.map((name) => element("option", { value: name }, name)),
      );
      if (trigger.source !== null) this.source.select.value = trigger.source;
    }
    this.source.label.hidden = sources.length < 2;
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} pressed
 */
function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}

/**
 * Makes a list to choose from.
 *
 * @param {string} name
 * @param {string[]} options
 * @param {string} title
 * @param {(value: string) => void} act
 */
function choice(name, options, title, act) {
  /** @type {HTMLSelectElement} */
  const select = element(
    "select",
    { title, onchange: () => act(select.value) },
    ...options.map((value) => element("option", { value }, value)),
  );
  return { select, label: element("label", { title }, `${name} `, select) };
}

/**
 * Makes a field for a number.
 *
 * @param {string} name
 * @param {string} unit
 * @param {{title: string, value: number | string, placeholder?: string, min?: string, max?: string}}
 *   properties
 * @param {(value: number | null) => void} act Called with null where it is empty.
 * @param {(reason: string | null) => void} refuse Called with what it can be where it is not that.
 */
function field(name, unit, properties, act, refuse) {
  const { min, max } = properties;
  const least = min === undefined ? "" : ` from ${Number(min)}`;
  const most = max === undefined ? "" : ` to ${Number(max).toLocaleString("en")}`;
  const allowed = `${name} can be a number${least}${most}${unit && ` ${unit}`}`;
  // At each key: a notebook may keep the Enter key, which would end the input, to itself.
  /** @type {HTMLInputElement} */
  const input = element("input", {
    type: "number",
    step: "any",
    ...properties,
    oninput: () => {
      const value = input.value === "" ? null : Number(input.value);
      const fits = input.checkValidity() && (value === null || Number.isFinite(value));
      refuse(fits ? null : allowed);
      if (fits) act(value);
    },
  });
  return {
    input,
    label: element("label", { title: properties.title }, `${name} `, input, unit && ` ${unit}`),
  };
}
