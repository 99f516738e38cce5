// One scope of the page, with what is chosen around it.

import { element } from "../../elements.mjs";
import { csvPieces } from "../../scope/csv.mjs";
import { Feed } from "../../scope/feed.mjs";
import { PastControls } from "../../scope/past_controls.mjs";
import { canDraw, drawablePaths, makeRecipe } from "../../scope/recipe.mjs";
import { Screen } from "../../scope/screen.mjs";
import { download } from "../shell/download.mjs";
import { offerMessages } from "../shell/message_choice.mjs";

/** @typedef {import("./layout.mjs").Pane} Chosen */

/** Measurements of the scopes, by pane: for tests, benchmarks and a console. */
const page = /** @type {{__cwireScope?: Record<string, any>}} */ (globalThis);
const figures = (page.__cwireScope ??= {});
let count = 0;

/**
 * Draws one message, from the first `follow` on: when it is in the page.
 *
 * Events: `set` when the user has changed anything; `remove`, `earlier`, `later` as the buttons say.
 */
export class Pane extends EventTarget {
  #id = `pane${++count}`;
  /** @type {Screen | null} */
  #screen = null;
  /** @type {Feed | null} */
  #feed = null;
  /** @type {PastControls | null} */
  #past = null;
  #made = ""; // the recipe of the screen

  /**
   * @param {import("../../client.mjs").Client} client
   * @param {import("../../history.mjs").History} history
   * @param {Chosen} chosen
   */
  constructor(client, history, chosen) {
    super();
    this.client = client;
    this.history = history;
    this.chosen = chosen;
    this.body = element("div", { className: "pane-body" });
    this.problem = element("p", { className: "pane-problem", role: "status" });
    this.message = element("select", {
      "aria-label": "Message",
      onchange: () => this.#choose(this.message.value),
    });
    this.fields = element("div", { className: "pane-fields" });
    this.details = element(
      "details",
      { className: "pane-details" },
      element("summary", {}, "Fields"),
      this.fields,
    );
    const button = (/** @type {string} */ text, /** @type {string} */ title, act = () => {}) =>
      element("button", { type: "button", title, onclick: act }, text);
    const tell = (/** @type {string} */ event) => () => this.dispatchEvent(new Event(event));
    const tools = element(
      "span",
      { className: "pane-tools" },
      button("CSV", "Save the samples that are seen as a table", () => void this.#saveTable()),
      button("PNG", "Save the picture", () => void this.#savePicture()),
      button("Width", "Take the page's whole width, or half of it", () => this.#widen()),
      button("↑", "Move before the scope above", tell("earlier")),
      button("↓", "Move behind the scope below", tell("later")),
      button("✕", "Take this scope from the page", tell("remove")),
    );
    for (const [index, name] of ["Move up", "Move down", "Remove"].entries())
      tools.children[3 + index].setAttribute("aria-label", name);
    this.past = element("span", { className: "pane-past" });
    this.place = element(
      "section",
      { className: "pane" },
      element("div", { className: "pane-head" }, this.message, this.details, this.past, tools),
      this.problem,
      this.body,
    );
  }

  /** What is drawn, and what the user has set. */
  get state() {
    const { driver, message, wide, y, x, by, window, decimate } = this.chosen;
    const settings = this.#screen?.settings ?? this.chosen;
    return { driver, message, wide, y, x, by, window, decimate, ...settings };
  }

  /** Follows the drivers: one may have come, gone, or changed its structs. */
  follow() {
    const { driver: name, message: text } = this.chosen;
    const driver = this.client.drivers.get(name);
    const message = driver?.schema?.messages.get(text);
    offerMessages(this.message, this.client.drivers.values(), canDraw, this.chosen);
    this.place.classList.toggle("pane-wide", this.chosen.wide === true);
    this.place.setAttribute("aria-label", `${name} ${text}`);
    if (!message) {
      // While its driver is away, a scope keeps its picture and says so itself.
      if (this.#screen === null && this.client.state === "open")
        this.#say(
          driver?.schema
            ? `Driver ${name} has no message ${text}: choose another one.`
            : `There is no driver ${name} yet; it is drawn once it is up.`,
        );
      return;
    }
    try {
      const recipe = makeRecipe(name, message, this.chosen);
      this.#say("");
      if (JSON.stringify(recipe) !== this.#made) this.#start(recipe, message);
    } catch (error) {
      this.#stop();
      this.#say(/** @type {Error} */ (error).message);
      this.#offerFields(message, []);
    }
  }

  /** Ends it. */
  close() {
    this.#stop();
    this.place.remove();
  }

  /**
   * @param {import("../../scope/screen.mjs").ScreenRecipe} recipe
   * @param {import("../../decode/structs.mjs").Message} message
   */
  #start(recipe, message) {
    const { zoom, range, trigger, hidden } = this.state;
    this.#stop();
    this.#made = JSON.stringify(recipe);
    const screen = (this.#screen = new Screen(recipe));
    screen.mount(this.body);
    screen.restore({ zoom, range, trigger, hidden });
    screen.addEventListener("set", () => this.#changed());
    const words = { remedy: "choose another one", alone: false }; // the page says it once
    this.#feed = new Feed(screen, this.client, words);
    this.#past = new PastControls(screen, this.history, this.client);
    this.past.append(this.#past.place);
    figures[this.#id] = screen.figures;
    this.#offerFields(message, recipe.y);
  }

  #stop() {
    this.#feed?.close();
    this.#past?.close();
    this.#screen?.close();
    this.#feed = this.#past = this.#screen = null;
    this.#made = "";
    delete figures[this.#id];
  }

  /** Keeps what the user has set, also for when the scope is made anew. */
  #changed() {
    if (this.#screen) {
      const { driver, message, wide, y, x, by, window, decimate } = this.chosen;
      const chosen = { driver, message, wide, y, x, by, window, decimate };
      this.chosen = { ...chosen, ...this.#screen.settings };
      if (this.chosen.window !== window) this.#made = this.#remade();
    }
    this.dispatchEvent(new Event("set"));
  }

  /** The recipe that the link now says; the screen has its window already. */
  #remade() {
    const { driver, message: text } = this.chosen;
    const message = this.client.drivers.get(driver)?.schema?.messages.get(text);
    return message ? JSON.stringify(makeRecipe(driver, message, this.chosen)) : this.#made;
  }

  /** @param {string} value */
  #choose(value) {
    const [driver, message] = JSON.parse(value);
    this.chosen = { driver, message, wide: this.chosen.wide };
    this.#stop();
    this.follow();
    this.dispatchEvent(new Event("set"));
  }

  /**
   * Offers the fields of the message: those that are drawn are checked.
   *
   * @param {import("../../decode/structs.mjs").Message} message
   * @param {string[]} drawn
   */
  #offerFields(message, drawn) {
    const paths = drawablePaths(message);
    for (const path of drawn) if (!paths.includes(path) && !isPart(path, paths)) paths.push(path);
    const boxes = paths.map((path) => {
      const input = element("input", {
        type: "checkbox",
        value: path,
        checked: drawn.some((one) => one === path || isPart(one, [path])),
        onchange: () => this.#draw(path, input.checked),
      });
      return element("label", {}, input, ` ${path}`);
    });
    const { x = "", by = "" } = this.chosen;
    const text = (/** @type {"x" | "by"} */ key, /** @type {string} */ title, value = "") =>
      element(
        "label",
        { title },
        `${key} `,
        element("input", {
          value,
          size: 10,
          spellcheck: false,
          onchange: (/** @type {any} */ { target }) =>
            this.#rechoose({ [key]: target.value || null }),
        }),
      );
    const decimate = element("input", {
      type: "number",
      min: "2",
      step: "1",
      value: this.chosen.decimate ?? "",
      onchange: () => this.#rechoose({ decimate: Number(decimate.value) || null }),
    });
    this.fields.replaceChildren(
      ...boxes,
      text("x", "The step from one sample to the next, or an array of places", x ?? ""),
      text("by", "The field that tells lines apart; index: each element is a line", by ?? ""),
      element(
        "label",
        {
          title: "Samples behind one minimum and maximum that the relay makes; empty: all samples",
        },
        "decimate ",
        decimate,
      ),
    );
  }

  /**
   * Draws a field, or does not any more. Numbers and arrays are not drawn in one scope.
   *
   * @param {string} path
   * @param {boolean} on
   */
  #draw(path, on) {
    const { driver, message: text } = this.chosen;
    const message = this.client.drivers.get(driver)?.schema?.messages.get(text);
    if (!message) return;
    const before = this.#checked().filter((one) => one !== path);
    const y = on ? [...before, path] : before;
    try {
      makeRecipe(driver, message, { ...this.chosen, y });
      this.#rechoose({ y: y.length ? y : null });
    } catch {
      this.#rechoose({ y: [path], x: null, decimate: null, window: undefined });
    }
  }

  #checked() {
    const boxes = this.fields.querySelectorAll('input[type="checkbox"]');
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (boxes)]
      .filter(({ checked }) => checked)
      .map(({ value }) => value);
  }

  /** @param {Partial<Chosen>} changes */
  #rechoose(changes) {
    const { driver, message, wide, y, x, by, window, decimate, trigger } = this.chosen;
    const kept = { driver, message, wide, y, x, by, window, decimate, trigger };
    this.chosen = { ...kept, ...changes };
    this.#stop();
    this.follow();
    this.dispatchEvent(new Event("set"));
  }

  #widen() {
    this.chosen.wide = !this.chosen.wide;
    this.follow();
    this.dispatchEvent(new Event("set"));
  }

  /** @param {string} text */
  #say(text) {
    if (this.problem.textContent !== text) this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  async #saveTable() {
    const screen = this.#screen;
    if (screen === null) return;
    const { x_label: xLabel, x_unit: xUnit, message } = screen.recipe;
    const pieces = [];
    const axis = { timed: screen.sight.timed, xLabel, xUnit };
    for (const piece of csvPieces(screen.seen, axis)) {
      pieces.push(piece);
      // The page goes on drawing; what is written was seen when it began, as far as it is still kept.
      await new Promise((done) => setTimeout(done));
    }
    download(new Blob(pieces, { type: "text/csv;charset=utf-8" }), `${message}.csv`);
  }

  async #savePicture() {
    const sheet = this.#screen?.picture();
    /** @type {Blob | null} */
    const blob = sheet ? await new Promise((done) => sheet.toBlob(done, "image/png")) : null;
    if (blob) download(blob, `${this.chosen.message}.png`);
  }
}

/**
 * Whether a path is one line of a field that is offered: `axis[0].speed` of `axis.speed`.
 *
 * @param {string} path
 * @param {string[]} offered
 */
function isPart(path, offered) {
  return offered.includes(path.replace(/\[[^\]]*\]/g, ""));
}
