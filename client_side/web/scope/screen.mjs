// The scope as one sees it: takes frames when they come, draws when the browser is about to paint,
// and not at all while nobody looks.

import { Controls } from "./controls.mjs";
import { element } from "../elements.mjs";
import { Figures } from "./figures.mjs";
import { Legend } from "./legend.mjs";
import { Lines } from "./lines.mjs";
import { Notices } from "./notices.mjs";
import { checked } from "./numbers.mjs";
import { paint } from "./picture.mjs";
import { placeText, valueText } from "./reading.mjs";
import { Sight } from "./sight.mjs";
import { Points, nearest, sketch } from "./sketch.mjs";
import { View } from "./view.mjs";

/** @typedef {import("../client.mjs").Batch} Batch */
/** @typedef {import("./figures.mjs").Drawn} Drawn */
/**
 * What the user can set, as plain data; what is left out is as it was at first.
 *
 * @typedef {object} Settings
 * @property {number | null} [window]
 * @property {[number, number]} [zoom] Of x.
 * @property {[number, number]} [range] Of the first y axis.
 * @property {Partial<import("./trigger.mjs").Settings>} [trigger]
 * @property {string[]} [hidden] Labels of lines.
 */
/**
 * The description of a scope with its looks.
 *
 * @typedef {import("./lines.mjs").Recipe & {title: string, height: number, fps: number,
 *   x_label: string, x_unit: string, y_label: string,
 *   axes: import("./axes.mjs").Axis[]}} ScreenRecipe
 */

const STEP = 5; // pixels of an arrow key

/**
 * Draws what it is given.
 *
 * Events: `draw` after each picture (its detail: the lines and their points); `settled` when the user
 * has paused or zoomed; `set` when the user has changed any setting.
 */
export class Screen extends EventTarget {
  /** @param {ScreenRecipe} recipe */
  constructor(recipe) {
    super();
    this.recipe = recipe;
    this.figures = new Figures();
    this.notices = new Notices();
    this.lines = new Lines(recipe);
    this.#other = new Lines(recipe);
    this.sight = new Sight(recipe);
    this.paused = false;
    this.fit = true;
    this.kernel = false; // the data comes thinned, through the kernel
    this.controls = this.#makeControls();
    this.legend = new Legend(recipe.families ?? [], () => {
      this.refresh();
      this.#isSet();
    });
    this.notice = element("div", { className: "cwire-notice", role: "status" });
    this.sheet = this.#makeSheet();
    this.root = this.#makeRoot();
    this.#observers = this.#observe();
    this.notices.waiting = "nothing received yet";
    this.#show();
  }

  /** @type {Map<string, Points>} By label. */
  #points = new Map();
  #other; // lines of the way that is not used now
  /** @type {Batch | null} The newest frames. */
  #newestFrames = null;
  /** @type {Lines | null} Lines that are seen instead: of the past. */
  #past = null;
  #dirty = false;
  #asked = 0; // of requestAnimationFrame
  #seen = false; // in the window
  #last = -Infinity; // when it was drawn last, ms
  #pressed = false;
  /** @type {View | null} null until it is seen for the first time. */
  #view = null;
  /** @type {HTMLElement | null} What has the focus here, or had it when the scope left the page. */
  #focused = null;
  #observers;
  #recolor = () => {
    this.#view?.recolor();
  };
  #end = new AbortController(); // of what is listened to outside of the scope

  /**
   * Takes frames of the message.
   *
   * @param {Batch} batch
   */
  take(batch) {
    this.figures.batches++;
    this.figures.frames += batch.count;
    this.#newestFrames = batch;
    if (this.paused) return;
    try {
      this.lines.take(batch, Date.now() / 1000);
      this.notices.fields = null;
    } catch (error) {
      // The driver came back with other structs, and the field is not there any more.
      const reason = /** @type {Error} */ (error).message;
      this.notices.fields = `${this.recipe.message} cannot be drawn any more: ${reason}; run the cell again`;
      this.lines.interrupt();
    }
    this.#arrived();
  }

  /**
   * Takes curves, which come from the kernel instead.
   *
   * @param {import("./lines.mjs").Curve[]} curves
   */
  show(curves) {
    this.figures.batches++;
    if (this.paused) return;
    this.lines.show(curves);
    this.#arrived();
  }

  /**
   * Shows other lines than those that come, which go on unseen.
   *
   * @param {Lines | null} lines null: those that come.
   * @param {string | null} text What they are, for people.
   */
  showPast(lines, text) {
    this.#past = lines;
    this.sight.past = lines !== null;
    this.sight.zoom = null;
    this.tellPast(text);
  }

  /**
   * Says something of the past.
   *
   * @param {string | null} text
   */
  tellPast(text) {
    this.notices.past = text;
    this.refresh();
  }

  /** The time stamp of the newest frame, ns; null: none has come. */
  get newest() {
    const batch = this.#newestFrames;
    return batch === null ? null : batch.frame(batch.count - 1).time_ns[0];
  }

  /** The lines that are seen, if they are not hidden. */
  get #shown() {
    return this.#past ?? this.lines;
  }

  /**
   * Changes the way that the data comes.
   *
   * @param {boolean} kernel Whether through the kernel.
   */
  changeRoute(kernel) {
    if (kernel === this.kernel) return;
    this.kernel = kernel;
    // The lines of the other way are kept: it may come back, and then there is a gap in them.
    [this.lines, this.#other] = [this.#other, this.lines];
    this.sight.trigger.set({ mode: "off" });
    this.#resetWindow();
    this.sight.zoom = null;
    this.refresh();
  }

  /**
   * Makes a gap: the driver was away, or begins anew.
   *
   * @param {{restarted?: boolean}} [options]
   */
  interrupt(options) {
    this.lines.interrupt(options);
  }

  /** Draws anew: something other than the data has changed. */
  refresh() {
    this.#dirty = true;
    this.#ask();
    this.#show();
  }

  /**
   * Puts the scope into an element.
   *
   * @param {Element} place
   */
  mount(place) {
    // Jupyter takes an output out of the page before it brings its next version.
    const { activeElement } = document;
    const lost = activeElement === null || activeElement === document.body;
    const own = this.root.contains(activeElement)
      ? /** @type {HTMLElement} */ (activeElement)
      : null;
    const focused = lost ? this.#focused : own;
    place.replaceChildren(this.root);
    focused?.focus({ preventScroll: true });
    this.#view ??= this.#makeView();
    this.#view.resize();
    this.#view.recolor();
    this.refresh();
  }

  /** What the user has set. */
  get settings() {
    const { sight, recipe, legend } = this;
    const { mode, ...trigger } = sight.trigger.settings;
    const hidden = [...legend.hidden];
    /** @type {Settings} */
    const settings = {
      ...(sight.window !== recipe.window && { window: sight.window }),
      ...(sight.zoom !== null && { zoom: sight.zoom }),
      ...(!this.fit && this.#view !== null && { range: this.#view.ranges[0] }),
      ...(mode !== "off" && { trigger: { mode, ...trigger } }),
      ...(hidden.length && { hidden }),
    };
    return settings;
  }

  /**
   * Sets what a user has set before; to be called once, when the screen is in the page.
   *
   * @param {Settings} settings
   */
  restore({ window, zoom, range, trigger, hidden = [] }) {
    const { sight, controls, legend } = this;
    if (window !== undefined) {
      sight.window = window ?? (this.recipe.kind === "trend" ? this.recipe.window : null);
      controls.showWindow(sight.window);
    }
    if (trigger) sight.trigger.set(trigger);
    controls.showTrigger(sight.trigger.settings);
    legend.hide(hidden);
    if (zoom) sight.zoom = checked(...zoom);
    const wanted = range && checked(...range);
    if (wanted && this.#view) {
      this.fit = false;
      this.#view.hold(0, wanted);
    }
    this.refresh();
  }

  /**
   * The lines that are seen, and from where to where on each one's clock.
   *
   * @returns {{line: import("./lines.mjs").Line, zero: number, from: number, to: number}[]}
   */
  get seen() {
    const [from, to] = this.sight.edges;
    return [...this.#shown.all].flatMap(([label, line]) => {
      const zero = this.sight.zeroOf(line);
      if (this.legend.hidden.has(label) || Number.isNaN(zero)) return [];
      return [{ line, zero, from: from + zero, to: to + zero }];
    });
  }

  /** Whether the user holds the mouse button: not the time to change anything. */
  get busy() {
    return this.#pressed;
  }

  /** Paints what is seen, or would be if it were in view; null before it was in a page. */
  picture() {
    if (this.#view === null) return null;
    if (!this.#seen) {
      this.#view.resize();
      this.#draw();
    }
    const style = getComputedStyle(this.root);
    const entries = [...this.legend.entries].filter(([, one]) => !one.hidden);
    return paint({
      canvas: this.#view.plot.ctx.canvas,
      title: this.recipe.title,
      note: this.notices.line.problem ? this.notices.line.text : "",
      ground: style.getPropertyValue("--cwire-ground").trim() || "white",
      text: style.getPropertyValue("--cwire-text").trim() || "black",
      entries: entries.map(([label, one]) => ({ label, color: one.color })),
    });
  }

  /** Ends it: nothing is drawn, and no sample kept, any more. */
  close() {
    cancelAnimationFrame(this.#asked);
    for (const observer of this.#observers) observer.disconnect();
    this.#end.abort();
    this.#view?.close();
    this.#view = null;
    this.#past = this.#newestFrames = null;
    this.lines = this.#other = new Lines(this.recipe); // whoever still knows the screen has no samples
    this.#points.clear();
    this.root.remove();
  }

  /** Makes the buttons and fields. */
  #makeControls() {
    const { x_kind, kind, window } = this.recipe;
    const rolls = kind === "trend" || x_kind !== "step";
    return new Controls({ timed: this.sight.timed, window, rolls }, (wish) => this.#act(wish));
  }

  /** Makes the sheet that the lines are drawn on. */
  #makeSheet() {
    return element("div", {
      className: "cwire-sheet",
      tabIndex: 0,
      role: "img",
      "aria-label":
        `${this.recipe.title}; space pauses, ` +
        "the arrows left and right move the cursor, r resets the zoom",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onpointerdown: () => (this.#pressed = true),
    });
  }

  /** Puts all of the scope into one element. */
  #makeRoot() {
    // Jupyter's shortcuts (a: a new cell) are not meant while something here has the focus.
    // JupyterLab listens after us; Notebook 7 before, and asks what has the focus.
    const silent = (/** @type {Event} */ event) => event.stopPropagation();
    const mark = (/** @type {FocusEvent} */ { target }) => {
      const focused = /** @type {HTMLElement} */ (target);
      focused.setAttribute("data-lm-suppress-shortcuts", "true");
      this.#focused = focused;
    };
    // A user who leaves does so while the scope is in the page.
    const leave = () =>
      queueMicrotask(() => {
        if (this.root.isConnected && !this.root.contains(document.activeElement))
          this.#focused = null;
      });
    return element(
      "div",
      {
        className: "cwire-live",
        onkeydown: silent,
        onfocusin: mark,
        onfocusout: leave,
      },
      element(
        "div",
        { className: "cwire-head" },
        element("strong", {}, this.recipe.title),
        this.notice,
      ),
      this.controls.place,
      this.sheet,
      this.legend.place,
    );
  }

  /** Watches what changes around the scope. */
  #observe() {
    const sight = new IntersectionObserver((entries) => {
      this.#seen = entries[entries.length - 1].isIntersecting;
      this.#ask();
    });
    sight.observe(this.root);
    // In the next frame: what changes sizes while sizes are being told is an error of the page.
    const size = new ResizeObserver(() =>
      requestAnimationFrame(() => {
        this.#view?.resize();
        this.refresh();
      }),
    );
    size.observe(this.sheet);
    const theme = new MutationObserver(this.#recolor);
    theme.observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
    });
    const { signal } = this.#end;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.#recolor, {
      signal,
    });
    document.addEventListener("visibilitychange", () => this.#ask(), { signal });
    window.addEventListener("pointerup", () => (this.#pressed = false), { signal });
    return [sight, size, theme];
  }

  #makeView() {
    const { height, x_label: xLabel, x_unit: xUnit, axes } = this.recipe;
    return new View(
      this.sheet,
      { height, xLabel, xUnit, axes },
      {
        zoom: (x, y) => this.#zoom(x, y),
        reset: () => this.#act({ reset: true }),
        cursor: () => this.#read(),
      },
    );
  }

  #arrived() {
    this.notices.waiting = null;
    this.notices.lines = this.recipe.left || this.lines.leftText || null;
    this.notices.clock = this.lines.doubt;
    if (this.#past !== null) return; // it is not seen
    this.#dirty = true;
    this.#ask();
  }

  #ask() {
    if (!this.#dirty || this.#asked || !this.#seen || document.hidden) return;
    this.#asked = requestAnimationFrame((now) => {
      this.#asked = 0;
      // Half a frame early is in time: the browser's clock and ours beat.
      if (now - this.#last < 1000 / this.recipe.fps - 8) {
        this.#ask();
        return;
      }
      this.#last = now;
      if (this.#seen) this.#draw();
    });
  }

  #draw() {
    if (this.#view === null) return;
    const begun = performance.now();
    this.#dirty = false;
    const { sight, legend } = this;
    const lines = this.#shown;
    if (!this.paused && this.#past === null) {
      sight.follow(lines, begun / 1000);
      if (sight.trigger.done) this.#act({ pause: true });
    } else sight.hold(lines);
    legend.update(lines.all);
    const [from, to] = sight.edges;
    /** @type {Drawn[]} */
    const drawn = [];
    this.figures.lines = {};
    for (const [label, line] of lines.all) {
      const entry = legend.entries.get(label);
      const zero = sight.zeroOf(line);
      if (!entry || entry.hidden || Number.isNaN(zero)) continue;
      const points = this.#pointsOf(label);
      const band = this.recipe.decimate !== null && !this.kernel;
      sketch(line.trace, from + zero, to + zero, this.#view.columns, points, band);
      this.figures.lines[label] = { low: points.low, high: points.high };
      drawn.push({ label, points, zero, color: entry.color, axis: this.#axisOf(line), band });
    }
    this.notices.infinite = drawn
      .filter(({ points }) => points.count && points.low > points.high)
      .map(({ label }) => label);
    const { active, settings } = sight.trigger;
    const source = lines.all.get(settings.source ?? "") ?? [...lines.all.values()][0];
    this.#view.level =
      active && source ? { value: settings.level, axis: this.#axisOf(source) } : null;
    this.#view.draw([from, to], drawn, this.fit);
    this.#read();
    this.#show();
    this.figures.drew(begun, performance.now(), drawn);
    this.dispatchEvent(new CustomEvent("draw", { detail: drawn }));
  }

  /** @param {import("./lines.mjs").Line} line */
  #axisOf({ number }) {
    return Math.max(
      0,
      this.recipe.axes.findIndex(({ lines }) => lines.includes(number)),
    );
  }

  /** @param {string} label */
  #pointsOf(label) {
    let points = this.#points.get(label);
    if (!points) this.#points.set(label, (points = new Points()));
    return points;
  }

  #read() {
    const at = this.#view?.cursor ?? null;
    const values = new Map();
    if (at !== null) {
      const [from, to] = this.sight.edges;
      for (const [label, line] of this.#shown.all) {
        const found = nearest(line.trace, at + this.sight.zeroOf(line), (to - from) / 50);
        if (found) values.set(label, valueText(found.value, line.unit));
      }
    }
    this.legend.read(at === null ? null : placeText(at, this.recipe.x_unit), values);
  }

  #show() {
    const { text, problem } = this.notices.line;
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.classList.toggle("cwire-problem", problem);
    this.controls.show({
      paused: this.paused,
      fit: this.fit,
      follow: this.sight.zoom === null,
      trigger: this.sight.trigger.settings,
      sources: [...this.legend.entries.keys()],
      kernel: this.kernel,
    });
  }

  /**
   * Shows a part only.
   *
   * @param {[number, number] | null} x null: as before.
   * @param {Map<number, [number, number]>} y By axis.
   */
  #zoom(x, y) {
    if (x !== null) this.sight.zoom = checked(...x);
    for (const [axis, range] of y) {
      const wanted = checked(...range);
      if (wanted === null || !this.#view) continue;
      this.fit = false;
      this.#view.hold(axis, wanted);
    }
    this.refresh();
    this.#settled();
    this.#isSet();
  }

  /** @param {import("./controls.mjs").Wish} wish */
  #act(wish) {
    const { sight } = this;
    if (wish.pause !== undefined) this.#pause(wish.pause === "toggle" ? !this.paused : wish.pause);
    if (wish.fit) this.fit = !this.fit;
    if (wish.follow) sight.zoom = sight.zoom === null ? [...sight.edges] : null;
    if (wish.refused !== undefined) this.notices.field = wish.refused;
    if (wish.window !== undefined) {
      // Scalars have no block to go back to.
      sight.window = wish.window ?? (this.recipe.kind === "trend" ? this.recipe.window : null);
      sight.zoom = null;
    }
    if (wish.trigger) sight.trigger.set(wish.trigger);
    if (wish.trigger?.mode) sight.zoom = null;
    if (wish.arm) {
      sight.trigger.rearm();
      this.#pause(false);
    }
    if (wish.reset) {
      sight.zoom = null;
      this.fit = true;
      this.#resetWindow();
    }
    this.refresh();
    if (wish.pause !== undefined || wish.reset) this.#settled();
    this.#isSet();
  }

  /** Goes back to the window that the scope was made with; curves of the kernel have their own. */
  #resetWindow() {
    this.sight.window = this.kernel ? null : this.recipe.window;
    this.controls.showWindow(this.recipe.window);
    this.notices.field = null;
  }

  /** @param {boolean} paused */
  #pause(paused) {
    if (this.paused === paused) return;
    this.paused = paused;
    // What came meanwhile was not kept.
    if (!paused) {
      this.lines.interrupt();
      if (this.sight.trigger.done) this.sight.trigger.rearm();
    }
  }

  #isSet() {
    this.dispatchEvent(new CustomEvent("set"));
  }

  #settled() {
    this.dispatchEvent(new CustomEvent("settled"));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const reach = event.shiftKey ? 10 * STEP : STEP;
    /** @type {Record<string, () => void>} */
    const acts = {
      " ": () => this.#act({ pause: "toggle" }),
      r: () => this.#act({ reset: true }),
      ArrowLeft: () => this.#view?.moveCursor(-reach),
      ArrowRight: () => this.#view?.moveCursor(reach),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}
