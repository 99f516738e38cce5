// One graph of the page, with what is chosen around it.

import { element } from "../../elements.mjs";
import { canDraw, drawablePaths } from "../../scope/recipe.mjs";
import { offerMessages } from "../shell/message_choice.mjs";
import { Chart } from "./chart.mjs";
import { WINDOWS } from "./layout.mjs";
import { Source, tellersOf } from "./source.mjs";
import { SpecificationError, firstSpecification, readSpecification } from "./specification.mjs";

/** @typedef {import("./layout.mjs").Chosen} Chosen */

const TYPING = 400; // ms without a key until a specification is tried
const WINDOW_TEXTS = new Map([
  [10, "10 s"],
  [60, "1 min"],
  [300, "5 min"],
  [3600, "1 h"],
]);
let count = 0;

/**
 * Draws fields of one message, from the first `follow` on.
 *
 * Events: `set` when the user has changed anything; `remove` as the button says.
 */
export class Graph extends EventTarget {
  #id = `graph${++count}`;
  /** @type {Source | null} */
  #source = null;
  /** @type {Chart | null} */
  #chart = null;
  /** @type {import("../../client.mjs").Subscription | null} */
  #subscription = null;
  #schema = /** @type {unknown} */ (null); // that the source is made for
  #seen = true; // whether it is on the screen, or near it
  #sight = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: "50%" });
  #draw = () => this.#drawChanges();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  #theme;
  #pace;

  /**
   * @param {import("../../client.mjs").Client} client
   * @param {import("./pace.mjs").Pace} pace
   * @param {Chosen} chosen
   * @param {() => Record<string, any>} theme Of the page as it is now.
   */
  constructor(client, pace, chosen, theme) {
    super();
    this.client = client;
    this.chosen = chosen;
    this.#theme = theme;
    this.#pace = pace;
    this.body = element("div", { className: "graph-body" });
    this.problem = element("p", { className: "pane-problem", role: "status", hidden: true });
    this.notice = element("p", { className: "graph-notice", role: "status", hidden: true });
    this.message = element("select", {
      "aria-label": "Message",
      onchange: () => this.#chooseMessage(this.message.value),
    });
    this.window = element("select", {
      "aria-label": "Time that is seen",
      onchange: () => this.#choose({ seconds: Number(this.window.value) }),
    });
    this.by = element("select", {
      id: `${this.#id}-by`,
      onchange: () => this.#choose({ by: this.by.value }),
    });
    this.fields = element("div", { className: "pane-fields" });
    this.text = element("textarea", {
      "aria-label": "Specification in Vega-Lite",
      spellcheck: false,
      rows: 16,
      oninput: () => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => this.#take(this.text.value), TYPING);
      },
      onchange: () => this.#take(this.text.value),
    });
    const button = (/** @type {string} */ text, /** @type {string} */ title, act = () => {}) =>
      element("button", { type: "button", title, onclick: act }, text);
    this.remove = button("✕", "Take this graph from the page", () =>
      this.dispatchEvent(new Event("remove")),
    );
    this.remove.setAttribute("aria-label", "Remove");
    this.place = element(
      "section",
      { className: "graph pane" },
      element(
        "div",
        { className: "pane-head" },
        this.message,
        this.window,
        element(
          "details",
          {},
          element("summary", {}, "Fields"),
          this.fields,
          element("label", { htmlFor: this.by.id }, "Lines by "),
          this.by,
        ),
        element(
          "details",
          { className: "graph-editor" },
          element("summary", {}, "Specification"),
          element(
            "p",
            {},
            "Vega-Lite. Each row has time, series and value, and low and high: the extremes of " +
              "what was too dense to be drawn; a row of an array has index, series and value. " +
              "from and to are the times that are seen, bottom and top a range of the values.",
          ),
          this.text,
          button("Reset", "Go back to the specification that is made of the fields", () =>
            this.#choose({ spec: undefined }),
          ),
        ),
        this.remove,
      ),
      this.problem,
      this.body,
      this.notice,
    );
    this.#sight.observe(this.body);
  }

  /** Measurements, for tests and benchmarks. */
  get figures() {
    const { draws = 0, busy = 0 } = this.#chart ?? {};
    return { draws, busy, health: this.#subscription?.health };
  }

  /** Follows the drivers: one may have come, gone, or changed its structs. */
  follow() {
    const { driver: name, message: text } = this.chosen;
    const driver = this.client.drivers.get(name);
    const message = driver?.schema?.messages.get(text);
    this.#offer();
    this.place.setAttribute("aria-label", `${name} ${text}`);
    if (!driver || !message) {
      if (this.#source === null && this.client.state === "open")
        this.#say(
          driver?.schema
            ? `Driver ${name} has no message ${text}: choose another one.`
            : `There is no driver ${name} yet; it is drawn once it is up.`,
        );
      return;
    }
    if (this.#schema === driver.schema) return;
    this.#stop();
    this.#schema = driver.schema;
    try {
      this.#source = new Source(driver, message, this.chosen);
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message);
      this.#offerFields(message, [], null);
      return;
    }
    this.#offerFields(message, this.#source.y, this.#source.by);
    this.redraw();
    this.#subscription = this.client.subscribe(this.#source.wanted, {
      onbatch: (batch) => {
        this.#source?.take(batch, performance.now() / 1e3, Date.now());
        this.#later();
      },
      onchange: ({ event }) => {
        if (event === "lost" || event === "down" || event === "restarted")
          this.#source?.breakLines();
      },
      ondropped: () => this.#later(),
      onerror: (error) => this.#say(error.message),
    });
  }

  /** Draws anew: the specification, or the page's colours, are others. */
  redraw() {
    const source = this.#source;
    if (source === null) return;
    const { array, label, bytes } = source;
    const first = JSON.stringify(firstSpecification({ array, label, bytes }), null, 2);
    const text = this.chosen.spec ?? first;
    if (document.activeElement !== this.text) this.text.value = text;
    /** @type {Chart} */
    let chart;
    const place = element("div", { className: "graph-picture" });
    try {
      const spec = readSpecification(text);
      this.#chart?.close();
      this.#chart = null;
      this.body.replaceChildren(place);
      chart = new Chart(place, spec, this.#theme());
    } catch (error) {
      if (!(error instanceof SpecificationError)) throw error;
      this.body.replaceChildren();
      this.#chart?.close();
      this.#chart = null;
      this.#say(`This specification cannot be drawn. ${error.message}`);
      return;
    }
    this.#say("");
    chart.addEventListener("problem", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (this.#chart === chart || this.#chart === null)
        this.#say(`Vega says of this specification: ${detail}`);
    });
    const canvas = place.querySelector("canvas");
    canvas?.setAttribute("role", "img");
    canvas?.setAttribute("aria-label", `Graph of ${this.chosen.message}: ${source.y.join(", ")}`);
    this.#chart = chart;
    source.restart();
    this.#later();
  }

  /** Ends it. */
  close() {
    this.#stop();
    this.#sight.disconnect();
    clearTimeout(this.#typing);
    this.place.remove();
  }

  #stop() {
    this.#pace.forget(this.#draw);
    this.#subscription?.close();
    this.#chart?.close();
    this.body.replaceChildren();
    this.#subscription = this.#chart = this.#source = this.#schema = null;
  }

  /** Draws in the page's next picture. */
  #later() {
    this.#pace.later(this.#draw);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #look(entries) {
    this.#seen = entries[entries.length - 1].isIntersecting;
    if (this.#seen) this.#later();
  }

  async #drawChanges() {
    const [source, chart] = [this.#source, this.#chart];
    if (source === null || chart === null) return;
    this.#tell();
    if (!this.#seen) return;
    const { remove, insert } = source.changes();
    // Without a row Vega has no range to draw.
    if (insert.length || remove.length || chart.draws)
      await chart.draw(remove, insert, source.edges);
  }

  /** Says what is not in the picture. */
  #tell() {
    const lost = this.#subscription?.health.lost ?? 0;
    const leftOut = this.#source?.leftOut ?? 0;
    const texts = [];
    if (lost) texts.push(`${lost} frame${lost === 1 ? "" : "s"} lost`);
    if (leftOut) texts.push(`${leftOut} lines more than can be drawn`);
    const text = texts.join(" · ");
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  /** @param {string} text */
  #say(text) {
    if (this.problem.textContent !== text) this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  /**
   * Takes a specification that the user wrote.
   *
   * @param {string} spec
   */
  #take(spec) {
    clearTimeout(this.#typing);
    if (spec === this.chosen.spec) return;
    this.chosen = { ...this.chosen, spec };
    this.redraw();
    this.dispatchEvent(new Event("set"));
  }

  /** @param {Partial<Chosen>} changes */
  #choose(changes) {
    this.chosen = { ...this.chosen, ...changes };
    this.#schema = null;
    this.follow();
    this.dispatchEvent(new Event("set"));
  }

  /** @param {string} value */
  #chooseMessage(value) {
    const [driver, message] = JSON.parse(value);
    this.chosen = { driver, message, seconds: this.chosen.seconds };
    this.#choose({});
  }

  /** Lists the messages of all drivers, and the times that may be seen. */
  #offer() {
    const { seconds = WINDOWS[0] } = this.chosen;
    offerMessages(this.message, this.client.drivers.values(), canDraw, this.chosen);
    const offered = [...new Set([...WINDOWS, seconds])].sort((one, other) => one - other);
    this.window.replaceChildren(
      ...offered.map((one) =>
        element("option", { value: String(one) }, WINDOW_TEXTS.get(one) ?? `${one} s`),
      ),
    );
    this.window.value = String(seconds);
  }

  /**
   * Offers the fields of the message: those that are drawn are checked.
   *
   * @param {import("../../decode/structs.mjs").Message} message
   * @param {string[]} drawn
   * @param {string | null} by
   */
  #offerFields(message, drawn, by) {
    const parts = (/** @type {string} */ path) =>
      drawn.filter((one) => one === path || one.replace(/\[[^\]]*\]/g, "") === path);
    const boxes = drawablePaths(message).map((path) => {
      const input = element("input", {
        type: "checkbox",
        checked: parts(path).length > 0,
        onchange: () => {
          const rest = drawn.filter((one) => !parts(path).includes(one));
          const y = input.checked ? [...rest, path] : rest;
          this.#choose({ y: y.length ? y : undefined });
        },
      });
      return element("label", {}, input, ` ${path}`);
    });
    this.fields.replaceChildren(...boxes);
    this.by.replaceChildren(
      element("option", { value: "" }, "(nothing)"),
      ...tellersOf(message).map((name) => element("option", { value: name }, name)),
    );
    this.by.value = by ?? "";
    this.window.hidden = this.#source?.array === true;
  }
}
