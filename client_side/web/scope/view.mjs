// The picture: uPlot has the axes, the scales, the cursor and the selection; the lines are drawn
// here, because each has points of its own.

import uPlot from "uplot";
import { checked, exponentOf, padded, timePart } from "./numbers.mjs";

/** @typedef {import("./figures.mjs").Drawn} Drawn */

const EDGE = 0.08; // of the height, above and below the lines
const ROOMY = 0.4; // when the lines fill less of the height, the axis follows them

/** Draws lines into an element. */
export class View {
  /** @type {number[]} Edges; nothing fits into these, so the first lines set them. */
  y = [0, 0];
  /** @type {Drawn[]} */
  lines = [];
  /** @type {number | null} Of the trigger. */
  level = null;
  factor = 1; // of the numbers at the x axis
  factorY = 1; // and at the y axis
  colors = { text: "", grid: "", level: "" };

  /**
   * @param {HTMLElement} place
   * @param {{height: number, xLabel: string, xUnit: string, yLabel: string}} labels
   * @param {{zoom(x: [number, number]|null, y: [number, number]|null): void, reset(): void,
   *   cursor(): void}} events
   */
  constructor(place, labels, events) {
    this.place = place;
    this.labels = labels;
    this.events = events;
    this.plot = new uPlot(
      this.#options(),
      [
        [0, 1],
        [null, null],
      ],
      place,
    );
    this.recolor();
  }

  /** Pixels of the screen between the edges. */
  get columns() {
    return Math.max(16, Math.round(this.plot.bbox.width));
  }

  /**
   * Draws lines and axes.
   * @param {[number, number]} edges of x, in the axis' unit
   * @param {Drawn[]} lines
   * @param {boolean} fit whether the y axis follows the lines
   */
  draw(edges, lines, fit) {
    this.lines = lines;
    if (fit) this.#fit(lines);
    // uPlot gets ranges that its axes can divide, in numbers of a few digits.
    const [left, right] = checked(...edges) ?? [0, 1];
    const [low, high] = this.y;
    const [bottom, top] = (low < high && checked(low, high)) || [-1, 1];
    this.#scaleUnit(left, right);
    this.#scaleY(bottom, top);
    this.plot.batch(() => {
      this.plot.setScale("x", { min: left / this.factor, max: right / this.factor });
      this.plot.setScale("y", { min: bottom / this.factorY, max: top / this.factorY });
      this.plot.redraw(false, false);
    });
  }

  /** The place of the cursor, in the unit of the axis; null when it is not in the picture. */
  get cursor() {
    const { left } = this.plot.cursor;
    return left === undefined || left < 0 ? null : this.plot.posToVal(left, "x") * this.factor;
  }

  /**
   * Moves the cursor, into the picture if it was not there.
   *
   * @param {number} pixels
   */
  moveCursor(pixels) {
    const { left, top } = this.plot.cursor;
    const { width, height } = this.plot.over.getBoundingClientRect();
    const begin = left === undefined || left < 0 ? width / 2 : left;
    this.plot.setCursor({
      left: Math.min(width - 1, Math.max(0, begin + pixels)),
      top: top === undefined || top < 0 ? height / 2 : top,
    });
  }

  resize() {
    const width = Math.floor(this.place.clientWidth);
    if (width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: this.labels.height });
    }
  }

  /** Takes the colours from the style sheet: the theme may have changed. */
  recolor() {
    const style = getComputedStyle(this.place);
    for (const name of /** @type {const} */ (["text", "grid", "level"])) {
      this.colors[name] = style.getPropertyValue(`--cwire-${name}`).trim() || "gray";
    }
    this.plot.redraw(false, true);
  }

  close() {
    this.plot.destroy();
  }

  /** @returns {uPlot.Options} */
  #options() {
    const axis = { stroke: () => this.colors.text, font: FONT, labelFont: FONT, labelSize: 18 };
    const lines = { stroke: () => this.colors.grid, width: 1 };
    const common = { ...axis, grid: lines, ticks: { ...lines, size: 4 } };
    return {
      width: Math.max(200, this.place.clientWidth),
      height: this.labels.height,
      legend: { show: false },
      padding: [8, 12, 0, 0],
      scales: { x: { time: false, auto: false, range: keep }, y: { auto: false, range: keep } },
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      axes: [
        { ...common, size: 30, label: " " },
        { ...common, size: wide, label: this.labels.yLabel || " " },
      ],
      cursor: {
        drag: { x: true, y: true, uni: 30, setScale: false },
        points: { show: false },
        bind: {
          dblclick: () => () => {
            this.events.reset();
            return null;
          },
        },
      },
      hooks: {
        draw: [() => this.#drawLines()],
        setSelect: [() => this.#select()],
        setCursor: [() => this.events.cursor()],
      },
    };
  }

  #drawLines() {
    const { ctx, bbox } = this.plot;
    const ratio = /** @type {any} */ (this.plot).pxRatio ?? devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    // Whole pixels, and one where a pixel is one: anything wider is filled as a shape, which without
    // a graphics processor takes 11 ms of a picture instead of 3.
    ctx.lineWidth = Math.max(1, Math.floor(ratio));
    ctx.lineJoin = "bevel";
    for (const line of this.lines) this.#drawLine(ctx, line, ratio);
    if (this.level !== null) this.#drawLevel(ctx, ratio, this.level);
    ctx.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {Drawn} line
   * @param {number} ratio Pixels of the canvas in one of the page.
   */
  #drawLine(ctx, { points, zero, color }, ratio) {
    const { x, y, count } = points;
    const { bbox, scales } = this.plot;
    // As valToPos does it, without a call for each point.
    const [{ min: xMin = 0, max: xMax = 1 }, { min: yMin = 0, max: yMax = 1 }] = [
      scales.x,
      scales.y,
    ];
    const across = bbox.width / (xMax - xMin) / this.factor;
    const left = bbox.left - xMin * this.factor * across;
    const up = bbox.height / (yMax - yMin) / this.factorY;
    const bottom = bbox.top + bbox.height + yMin * this.factorY * up;
    const [top, low] = [bbox.top - 1e4, bbox.top + bbox.height + 1e4];
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.beginPath();
    let pen = false;
    for (let index = 0; index < count; index++) {
      if (Number.isNaN(y[index])) {
        pen = false;
        continue;
      }
      const px = left + (x[index] - zero) * across;
      const py = Math.min(low, Math.max(top, bottom - y[index] * up));
      if (pen) ctx.lineTo(px, py);
      else ctx.moveTo(px, py);
      // A value between two gaps has no line: a dot.
      if (!pen && (index + 1 === count || Number.isNaN(y[index + 1]))) {
        ctx.fillRect(px - ratio, py - ratio, 2 * ratio, 2 * ratio);
      }
      pen = true;
    }
    ctx.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} ratio
   * @param {number} level
   */
  #drawLevel(ctx, ratio, level) {
    const at = this.plot.valToPos(level / this.factorY, "y", true);
    ctx.strokeStyle = this.colors.level;
    ctx.setLineDash([4 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(this.plot.bbox.left, at);
    ctx.lineTo(this.plot.bbox.left + this.plot.bbox.width, at);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  #select() {
    const { left, top, width, height } = this.plot.select;
    if (width < 4 && height < 4) return;
    const across = this.plot.over.clientWidth;
    const down = this.plot.over.clientHeight;
    const x = (/** @type {number} */ pixel) => this.plot.posToVal(pixel, "x") * this.factor;
    const y = (/** @type {number} */ pixel) => this.plot.posToVal(pixel, "y") * this.factorY;
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    // uPlot selects all of a direction that was not dragged in.
    this.events.zoom(
      width < across - 1 ? [x(left), x(left + width)] : null,
      height < down - 1 ? [y(top + height), y(top)] : null,
    );
  }

  /**
   * Makes the y axis follow the lines.
   *
   * @param {Drawn[]} lines
   */
  #fit(lines) {
    let [low, high] = [Infinity, -Infinity];
    for (const { points } of lines) {
      [low, high] = [Math.min(low, points.low), Math.max(high, points.high)];
    }
    const wanted = padded(low, high, EDGE);
    if (wanted === null) return;
    const [bottom, top] = this.y;
    const size = high - low || Math.abs(high) || 1;
    if (low >= bottom && high <= top && size > ROOMY * (top - bottom)) return;
    this.y = wanted;
  }

  /**
   * Chooses the part of a second for the x axis, or a power of ten.
   *
   * @param {number} low
   * @param {number} high
   */
  #scaleUnit(low, high) {
    const { xLabel, xUnit } = this.labels;
    const [factor, unit] = xUnit === "s" ? timePart(low, high) : [1, xUnit];
    const exponent = exponentOf(low / factor, high / factor);
    this.factor = factor * 10 ** exponent;
    this.plot.axes[0].label = axisLabel(`${xLabel}${unit ? ` [${unit}]` : ""}`, exponent);
  }

  /**
   * Chooses a power of ten for the y axis, where its numbers would be long.
   *
   * @param {number} low
   * @param {number} high
   */
  #scaleY(low, high) {
    const exponent = exponentOf(low, high);
    this.factorY = 10 ** exponent;
    this.plot.axes[1].label = axisLabel(this.labels.yLabel, exponent) || " ";
  }
}

/**
 * The label of an axis whose numbers are written in a power of ten.
 *
 * @param {string} label
 * @param {number} exponent
 */
function axisLabel(label, exponent) {
  return exponent ? `${label} · 10^${exponent}`.trim() : label;
}

const FONT = "12px system-ui, sans-serif";

/**
 * Leaves the edges of a scale as they were set.
 *
 * @param {uPlot} plot
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
function keep(plot, low, high) {
  return [low, high];
}

/**
 * Room for the longest number at the y axis, in steps, so that it does not tremble.
 *
 * @param {uPlot} plot
 * @param {string[] | null} values
 */
function wide(plot, values) {
  const longest = Math.max(4, ...(values ?? []).map((text) => text?.length ?? 0));
  return 24 + 7 * longest;
}
