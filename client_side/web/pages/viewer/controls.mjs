// The controls beside the picture: which image, its colours, the histogram, what is there.

import { fromShown, scaling, toShown } from "../../decode/shown.mjs";
import { element } from "../../elements.mjs";
import { countBars } from "./histogram.mjs";
import { COLOURS, placeIn, valueAt } from "./scale.mjs";

/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./scale.mjs").Range} Range */
/**
 * What the user may choose.
 *
 * @typedef {object} Choices
 * @property {string} colours
 * @property {Range} range Drawable.
 * @property {boolean} auto Whether the range follows the picture.
 * @property {boolean} grid
 * @property {boolean} inset
 */
/**
 * @typedef {object} Handlers
 * @property {(name: string) => void} onimage
 * @property {(format: string) => void} onformat
 * @property {(choices: Partial<Choices>) => void} onchoice
 * @property {() => void} onfit
 */

const BARS = 96;
const BAR_HEIGHT = 72; // pixels
const REACH = 0.25; // of the range, that the histogram shows at each of its ends
const DIGITS = 6;
/** @type {Pick<Image, "unit" | "shown">} */
const PLAIN = { unit: "", shown: { time: undefined, scale: undefined, bias: undefined } };

/** The controls. */
export class Controls {
  #handlers;
  #image = element("select", { onchange: () => this.#handlers.onimage(this.#image.value) });
  #format = element("select", { onchange: () => this.#handlers.onformat(this.#format.value) });
  #formatLabel = labelled("Pixels", this.#format);
  #colours = element(
    "select",
    { onchange: () => this.#choose({ colours: this.#colours.value }) },
    ...COLOURS.map((name) => element("option", { value: name }, name)),
  );
  #low = this.#makeNumber("low");
  #high = this.#makeNumber("high");
  #lowName = element("span", {}, "Min");
  #highName = element("span", {}, "Max");
  #ends = element("div", { className: "ends" });
  /** How the pixels' numbers are read: all that is shown here is scaled, the range is not. */
  #reading = PLAIN;
  #auto = this.#makeToggle("Auto", () => ({ auto: !this.choices.auto }));
  #log = this.#makeToggle("Log", () => ({
    range: { ...this.choices.range, log: !this.choices.range.log },
  }));
  #grid = this.#makeToggle("Grid", () => ({ grid: !this.choices.grid }));
  #inset = this.#makeToggle("Inset", () => ({ inset: !this.choices.inset }));
  #bars = element("canvas", {
    className: "bars",
    role: "img",
    "aria-label": "Histogram of the numbers in view; drag its ends, or type Min and Max",
  });
  #figures = element("dl", { className: "figures" });
  /** @type {"low" | "high" | null} The end that is dragged. */
  #dragged = null;
  /** @type {Range} What the histogram shows: more than the range. */
  #shown = { low: 0, high: 1, log: false };
  /** @type {Float64Array} */
  #numbers = new Float64Array(0);

  /**
   * @param {Choices} choices
   * @param {Handlers} handlers
   */
  constructor(choices, handlers) {
    this.choices = choices;
    this.#handlers = handlers;
    this.element = element(
      "section",
      { className: "controls", "aria-label": "Controls" },
      element(
        "div",
        { className: "row" },
        labelled("Image", this.#image),
        this.#formatLabel,
        labelled("Colours", this.#colours),
      ),
      element(
        "div",
        { className: "row" },
        this.#auto,
        this.#log,
        this.#grid,
        this.#inset,
        this.#makeFit(),
      ),
      element("div", { className: "histogram" }, this.#bars, this.#ends),
      element(
        "div",
        { className: "row" },
        element("label", {}, this.#lowName, this.#low),
        element("label", {}, this.#highName, this.#high),
      ),
      this.#figures,
    );
    this.#listen();
    this.show(choices);
  }

  /**
   * Lists the images that there are.
   *
   * @param {readonly {name: string}[]} images
   * @param {string} chosen
   */
  listImages(images, chosen) {
    fill(
      this.#image,
      images.map(({ name }) => name),
      chosen,
    );
  }

  /**
   * Says how the numbers of the image are read.
   *
   * @param {Pick<Image, "unit" | "shown"> | null} image
   */
  read(image) {
    this.#reading = image ?? PLAIN;
    const { unit } = this.#reading;
    this.#lowName.textContent = unit ? `Min, ${unit}` : "Min";
    this.#highName.textContent = unit ? `Max, ${unit}` : "Max";
    this.show(this.choices);
  }

  /**
   * Lists the types of pixels that can be asked for.
   *
   * @param {readonly string[]} formats None: it comes in one.
   * @param {string | null} chosen
   */
  listFormats(formats, chosen) {
    this.#formatLabel.hidden = formats.length < 2;
    fill(this.#format, formats, chosen ?? "");
  }

  /** @param {Choices} choices */
  show(choices) {
    this.choices = choices;
    const { range } = choices;
    this.#colours.value = choices.colours;
    for (const [field, end] of /** @type {const} */ ([
      [this.#low, "low"],
      [this.#high, "high"],
    ])) {
      if (document.activeElement === field) continue;
      field.value = this.#numberText(range[this.#turned(end)]);
    }
    for (const [button, pressed] of /** @type {const} */ ([
      [this.#auto, choices.auto],
      [this.#log, range.log],
      [this.#grid, choices.grid],
      [this.#inset, choices.inset],
    ])) {
      button.setAttribute("aria-pressed", String(pressed));
    }
    this.#drawBars();
  }

  /**
   * Shows how often which numbers are in view.
   *
   * @param {Float64Array} numbers In rising order.
   */
  showNumbers(numbers) {
    this.#numbers = numbers;
    this.#drawBars();
  }

  /** @param {Record<string, string>} figures */
  showFigures(figures) {
    this.#figures.replaceChildren(
      ...Object.entries(figures).map(([name, text]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, text)),
      ),
    );
  }

  /** @param {Partial<Choices>} choices */
  #choose(choices) {
    this.#handlers.onchoice(choices);
  }

  /** @param {"low" | "high"} end */
  #makeNumber(end) {
    /** @type {HTMLInputElement} */
    const field = element("input", {
      type: "number",
      step: "any",
      onchange: () => {
        const value = fromShown(this.#reading.shown, field.valueAsNumber);
        if (Number.isFinite(value)) this.#setEnd(this.#turned(end), value);
        else this.show(this.choices);
      },
    });
    return field;
  }

  /** Whether what people read falls where the numbers rise. */
  get #falls() {
    return (scaling(this.#reading.shown)?.[0] ?? 1) < 0;
  }

  /**
   * The end of the range that people read as this one.
   *
   * @param {"low" | "high"} end
   * @returns {"low" | "high"}
   */
  #turned(end) {
    return this.#falls ? (end === "low" ? "high" : "low") : end;
  }

  /** @param {number} value Of the range. */
  #numberText(value) {
    return String(Number(toShown(this.#reading.shown, value).toPrecision(DIGITS)));
  }

  /**
   * @param {"low" | "high"} end
   * @param {number} value
   */
  #setEnd(end, value) {
    this.#choose({ auto: false, range: { ...this.choices.range, [end]: value } });
  }

  /**
   * @param {string} text
   * @param {() => Partial<Choices>} next
   */
  #makeToggle(text, next) {
    return element("button", { type: "button", onclick: () => this.#choose(next()) }, text);
  }

  #makeFit() {
    return element("button", { type: "button", onclick: () => this.#handlers.onfit() }, "Fit");
  }

  #listen() {
    const place = (/** @type {PointerEvent} */ event) => {
      const { left, width } = this.#bars.getBoundingClientRect();
      const at = Math.min(Math.max((event.clientX - left) / width, 0), 1);
      return this.#falls ? 1 - at : at;
    };
    this.#bars.addEventListener("pointerdown", (event) => {
      this.#bars.setPointerCapture(event.pointerId);
      const { low, high } = this.choices.range;
      const at = place(event);
      const [toLow, toHigh] = [low, high].map((end) => Math.abs(placeIn(end, this.#shown) - at));
      this.#dragged = toLow < toHigh ? "low" : "high";
      this.#setEnd(this.#dragged, valueAt(at, this.#shown));
    });
    this.#bars.addEventListener("pointermove", (event) => {
      if (this.#dragged) this.#setEnd(this.#dragged, valueAt(place(event), this.#shown));
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      this.#bars.addEventListener(end, () => {
        this.#dragged = null;
        this.#drawBars();
      });
    }
  }

  #drawBars() {
    const { range } = this.choices;
    const width = this.#bars.clientWidth;
    if (!width) return;
    // While an end is dragged, what is behind it stays where it is.
    if (!this.#dragged) this.#shown = wider(range);
    const ratio = devicePixelRatio;
    Object.assign(this.#bars, { width: width * ratio, height: BAR_HEIGHT * ratio });
    const context = /** @type {CanvasRenderingContext2D} */ (this.#bars.getContext("2d"));
    context.scale(ratio, ratio);
    const style = getComputedStyle(this.#bars);
    const { unit } = this.#reading;
    const ends = [this.#shown[this.#turned("low")], this.#shown[this.#turned("high")]];
    this.#ends.replaceChildren(
      ...ends.map((end) => element("span", {}, `${this.#numberText(end)} ${unit}`.trim())),
    );
    const counts = countBars(this.#numbers, this.#shown, BARS);
    const most = Math.max(...counts, 1);
    context.fillStyle = style.color;
    counts.forEach((count, bar) => {
      // The root lets rare numbers be seen beside frequent ones.
      const height = Math.sqrt(count / most) * (BAR_HEIGHT - 4);
      const column = this.#falls ? BARS - 1 - bar : bar;
      context.fillRect((column * width) / BARS, BAR_HEIGHT - height, width / BARS - 0.5, height);
    });
    context.fillStyle = style.accentColor;
    for (const end of [range.low, range.high]) {
      const place = placeIn(end, this.#shown);
      const x = (this.#falls ? 1 - place : place) * width;
      context.fillRect(Math.min(Math.max(x - 1, 0), width - 2), 0, 2, BAR_HEIGHT);
    }
  }
}

/**
 * @param {Range} range
 * @returns {Range}
 */
function wider({ low, high, log }) {
  if (log) {
    const factor = (high / low) ** REACH;
    return { low: low / factor, high: high * factor, log };
  }
  const more = (high - low) * REACH;
  return { low: low - more, high: high + more, log };
}

/**
 * @param {string} text
 * @param {HTMLElement} field
 */
function labelled(text, field) {
  return element("label", {}, element("span", {}, text), field);
}

/**
 * @param {HTMLSelectElement} select
 * @param {readonly string[]} names
 * @param {string} chosen
 */
function fill(select, names, chosen) {
  const options = names.map((name) => element("option", { value: name }, name));
  select.replaceChildren(...options);
  select.value = chosen;
}
