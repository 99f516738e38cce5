// One graph as Vega draws it: under the page's policy, so that expressions are interpreted, and
// without a loader, since what it draws may come with a link.

import { View, changeset, parse } from "vega";
import { compile } from "vega-lite";

import { expressions } from "./expressions.mjs";
import { EDGES, ROWS, SpecificationError, completed } from "./specification.mjs";

const LONGEST = 300; // characters of Vega's words that are told
const NO_NUMBERS = /^Infinite extent/; // what Vega says while there are none

/** Refuses whatever a specification would load or lead to. */
const NO_LOADER = Object.fromEntries(
  ["load", "sanitize", "http", "file"].map((name) => [
    name,
    () => Promise.reject(new Error("a graph loads nothing")),
  ]),
);

/**
 * Draws a specification in a place of the page.
 *
 * Events: `problem` (detail: the text) when Vega cannot draw it, or has something to say.
 */
export class Chart extends EventTarget {
  /** @type {View | null} */
  #view = null;
  #broken = false;
  #names;
  /** Pictures that were drawn, and the page's time for them, in ms: for benchmarks and tests. */
  draws = 0;
  busy = 0;

  /**
   * @param {HTMLElement} place
   * @param {Record<string, any>} spec
   * @param {Record<string, any>} theme
   * @throws {SpecificationError} It is none that can be drawn.
   */
  constructor(place, spec, theme) {
    super();
    const logger = this.#makeLogger();
    let view;
    try {
      const { spec: vega } = compile(completed(spec, theme), { logger });
      const runtime = parse(vega, undefined, { ast: true });
      view = new View(runtime, {
        expr: expressions,
        loader: /** @type {any} */ (NO_LOADER),
        logger,
        renderer: "canvas",
      });
      view.initialize(place);
    } catch (error) {
      throw new SpecificationError(wordsOf(error));
    }
    this.#view = view;
    this.#names = EDGES.filter((name) => hasSignal(view, name));
    view.description("");
  }

  /**
   * Draws the rows that have changed.
   *
   * @param {object[]} remove As they were inserted.
   * @param {object[]} insert
   * @param {Record<string, number>} edges By the names of EDGES.
   */
  async draw(remove, insert, edges) {
    const view = this.#view;
    if (view === null || this.#broken) return;
    const began = performance.now();
    try {
      for (const name of this.#names) view.signal(name, edges[name]);
      view.change(ROWS, changeset().remove(remove).insert(insert));
      await view.runAsync();
    } catch (error) {
      this.#fail(error);
    }
    this.busy += performance.now() - began;
    this.draws += 1;
  }

  /** Ends it. */
  close() {
    this.#view?.finalize();
    this.#view = null;
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#broken = true;
    this.#tell(wordsOf(error));
  }

  /** @param {string} text */
  #warn(text) {
    if (!NO_NUMBERS.test(text)) this.#tell(wordsOf(text));
  }

  /** @param {string} text */
  #tell(text) {
    this.dispatchEvent(new CustomEvent("problem", { detail: text }));
  }

  /** A logger as Vega wants it: the console is for what nobody expected. */
  #makeLogger() {
    /** @type {any} */
    const logger = {
      level: () => logger,
      error: (/** @type {unknown[]} */ ...words) => (this.#fail(words.join(" ")), logger),
      warn: (/** @type {unknown[]} */ ...words) => (this.#warn(words.join(" ")), logger),
      info: () => logger,
      debug: () => logger,
    };
    return logger;
  }
}

/**
 * @param {View} view
 * @param {string} name
 */
function hasSignal(view, name) {
  try {
    view.signal(name);
    return true;
  } catch {
    return false;
  }
}

/** @param {unknown} error */
function wordsOf(error) {
  let text = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError)
    text = `A part of it is missing, misspelled or of another kind (Vega-Lite: ${text})`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}
