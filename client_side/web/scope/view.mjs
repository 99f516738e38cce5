// The picture: uPlot has the axes, the scales, the cursor and the selection; the lines are drawn
// beside it (`strokes.mjs`), because each has points of its own.

import uPlot from "uplot";
import { checked, exponentOf, padded, timePart } from "./numbers.mjs";
import { shortened } from "./reading.mjs";
import { fillBand, strokeLevel, strokeLine } from "./strokes.mjs";

/** @typedef {import("./figures.mjs").Drawn} Drawn */

const EDGE = 0.08; // of the height, above and below the lines
const BAND = 0.3; // of a band, above and below its values
const GAP = 0.12; // of the height of a pane, between panes
const WIDE = 6.5; // pixels of a letter, about
const LETTERS = 8; // that a label has at least
const ROOMY = 0.4; // when the lines fill less of the height, the axis follows them

/** Draws lines into an element. */
export class View {
  /** @type {[number, number][]} Edges of each y axis; nothing fits into the first of all. */
  ranges;
  /** @type {Set<number>} Axes that do not follow their lines. */
  #held = new Set();
  /** @type {Drawn[]} */
  lines = [];
  /** @type {{value: number, axis: number} | null} Of the trigger. */
  level = null;
  factor = 1; // of the numbers at the x axis
  /** @type {number[]} And at each y axis. */
  factors;
  colors = { text: "", grid: "", level: "" };

  /**
   * @param {HTMLElement} place
   * @param {{height: number, xLabel: string, xUnit: string,
   *   axes: import("./axes.mjs").Axis[]}} labels
   * @param {{zoom(x: [number, number] | null, y: Map<number, [number, number]>): void,
   *   reset(): void, cursor(): void}} events
   */
  constructor(place, labels, events) {
    this.place = place;
    this.labels = labels;
    this.events = events;
    this.ranges = labels.axes.map(({ names }) => {
      const [low, high] = [names[0]?.[0] ?? 0, names.at(-1)?.[0] ?? 0];
      return (names.length && padded(low, high, BAND)) || [0, 0];
    });
    this.factors = labels.axes.map(() => 1);
    this.#rooms = roomsOf(labels.axes);
    this.#longest = labels.axes.map(() => 0);
    this.plot = new uPlot(this.#options(), [[0, 1], ...labels.axes.map(() => [null, null])], place);
    this.recolor();
  }

  /** @type {[number, number][]} Where each axis is in the height: parts of it, from below. */
  #rooms;
  /** @type {number[]} Characters of the longest number at each axis. */
  #longest;

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
    if (fit) this.#held.clear();
    else if (!this.#held.size) this.ranges.forEach((_, axis) => this.#held.add(axis));
    this.ranges.forEach((_, axis) => {
      if (!this.#held.has(axis) && !this.labels.axes[axis].names.length) this.#fit(axis, lines);
    });
    // uPlot gets ranges that its axes can divide, in numbers of a few digits.
    const [left, right] = checked(...edges) ?? [0, 1];
    this.#scaleUnit(left, right);
    const ends = this.ranges.map((range, axis) => this.#scaleY(range, axis));
    this.plot.batch(() => {
      this.plot.setScale("x", { min: left / this.factor, max: right / this.factor });
      ends.forEach(([min, max], axis) => this.plot.setScale(scaleOf(axis), { min, max }));
      this.plot.redraw(false, false);
    });
  }

  /**
   * Sets the edges of a y axis, which then stay until the axes follow their lines again.
   *
   * @param {number} axis
   * @param {[number, number]} range
   */
  hold(axis, range) {
    if (this.labels.axes[axis].names.length) return;
    this.ranges[axis] = range;
    this.#held.add(axis);
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
      scales: {
        x: { time: false, auto: false, range: keep },
        ...Object.fromEntries(
          this.labels.axes.map((_, axis) => [scaleOf(axis), { auto: false, range: keep }]),
        ),
      },
      series: [
        {},
        ...this.labels.axes.map((_, axis) => ({
          show: true,
          scale: scaleOf(axis),
          paths: () => null,
          points: { show: false },
        })),
      ],
      axes: [{ ...common, size: 30, label: " " }, ...this.#yAxes(common)],
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
        draw: [
          () => {
            this.#drawLines();
            this.#drawLabels();
          },
        ],
        setSelect: [() => this.#select()],
        setCursor: [() => this.events.cursor()],
      },
    };
  }

  /**
   * The y axes, the first pane's at the end: the others take no room beside it, but share its.
   *
   * @param {object} common
   * @returns {uPlot.Axis[]}
   */
  #yAxes(common) {
    return this.labels.axes
      .map(({ side, pane, names }, axis) => {
        const main = pane === 0;
        /** @type {uPlot.Axis} */
        const made = {
          ...common,
          scale: scaleOf(axis),
          side: side === "left" ? 3 : 1,
          size: (_, values) => this.#wide(axis, values),
          ...(main ? { label: " " } : { labelSize: 0 }),
          ...(side === "right" && { grid: { show: false } }),
          ...(names.length && {
            splits: () => names.map(([value]) => value),
            values: () => names.map(([, name]) => name),
          }),
          ...(!names.length &&
            this.#rooms.length > 1 && {
              splits: (_, __, ___, ____, step) => this.#ticks(axis, step),
            }),
        };
        return made;
      })
      .reverse();
  }

  /**
   * Room for the longest number at the y axes of a side, in steps, so that it does not tremble.
   *
   * @param {number} axis
   * @param {string[] | null} values
   */
  #wide(axis, values) {
    this.#longest[axis] = Math.max(0, ...(values ?? []).map((text) => text?.length ?? 0));
    const { side, pane } = this.labels.axes[axis];
    if (pane) return 0;
    const beside = this.#longest.filter((_, other) => this.labels.axes[other].side === side);
    return 24 + 7 * Math.max(4, ...beside);
  }

  /**
   * The round numbers between the edges of an axis.
   *
   * @param {number} axis
   * @param {number} step
   */
  #ticks(axis, step) {
    const [low, high] = this.ranges[axis].map((edge) => edge / this.factors[axis]);
    const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
    if (!(step > 0) || !(last - first < 100)) return [];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, number) =>
      Number(((first + number) * step).toPrecision(12)),
    );
  }

  /** Writes what is beside the panes, which uPlot does for one only. */
  #drawLabels() {
    const { ctx, bbox, width } = this.plot;
    const ratio = /** @type {any} */ (this.plot).pxRatio ?? devicePixelRatio;
    ctx.save();
    ctx.fillStyle = this.colors.text;
    ctx.font = FONT.replace("12", String(12 * ratio));
    this.labels.axes.forEach(({ label, side, names }, axis) => {
      const [from, to] = this.#rooms[axis].map((part) => bbox.top + bbox.height * (1 - part));
      const room = names.length ? bbox.width : 1.1 * (from - to);
      const letters = Math.max(LETTERS, Math.floor(room / ratio / WIDE));
      const power = Math.round(Math.log10(this.factors[axis]));
      const text = shortened(axisLabel(label, power), letters);
      ctx.save();
      if (names.length) {
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        ctx.fillText(text, bbox.left + 4 * ratio, to);
      } else {
        ctx.textAlign = "center";
        ctx.textBaseline = side === "left" ? "top" : "bottom";
        ctx.translate(side === "left" ? 2 * ratio : (width - 2) * ratio, (from + to) / 2);
        ctx.rotate(-Math.PI / 2);
        ctx.fillText(text, 0, 0, room);
      }
      ctx.restore();
    });
    ctx.restore();
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
    for (const line of this.lines) {
      const place = this.#placeOf(line.axis);
      if (line.band) fillBand(ctx, line, place);
      else strokeLine(ctx, line, place, ratio, this.labels.axes[line.axis].names.length > 0);
    }
    if (this.level !== null) this.#drawLevel(ctx, ratio, this.level);
    ctx.restore();
  }

  /**
   * Where the points of an axis are on the canvas: as valToPos has it, without a call for each.
   *
   * @param {number} axis
   * @returns {import("./strokes.mjs").Place}
   */
  #placeOf(axis) {
    const { bbox, scales } = this.plot;
    const [{ min: xMin = 0, max: xMax = 1 }, { min: yMin = 0, max: yMax = 1 }] = [
      scales.x,
      scales[scaleOf(axis)],
    ];
    const factor = this.factors[axis];
    const across = bbox.width / (xMax - xMin) / this.factor;
    const up = bbox.height / (yMax - yMin) / factor;
    const [from, to] = this.#rooms[axis];
    // Out of its pane a line is at the edge: the next pane is another's.
    const out = from > 0 || to < 1 ? 0 : 1e4;
    return {
      across,
      left: bbox.left - xMin * this.factor * across,
      up,
      bottom: bbox.top + bbox.height + yMin * factor * up,
      top: bbox.top + (1 - to) * bbox.height - out,
      low: bbox.top + (1 - from) * bbox.height + out,
    };
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} ratio
   * @param {{value: number, axis: number}} level
   */
  #drawLevel(ctx, ratio, { value, axis }) {
    const { left, width } = this.plot.bbox;
    const at = this.plot.valToPos(value / this.factors[axis], scaleOf(axis), true);
    ctx.strokeStyle = this.colors.level;
    strokeLevel(ctx, [left, left + width], at, ratio);
  }

  #select() {
    const { left, top, width, height } = this.plot.select;
    if (width < 4 && height < 4) return;
    const across = this.plot.over.clientWidth;
    const down = this.plot.over.clientHeight;
    const x = (/** @type {number} */ pixel) => this.plot.posToVal(pixel, "x") * this.factor;
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    // uPlot selects all of a direction that was not dragged in.
    /** @type {Map<number, [number, number]>} */
    const y = new Map();
    const middle = 1 - (top + height / 2) / down;
    if (height < down - 1)
      this.#rooms.forEach(([from, to], axis) => {
        if (middle < from || middle > to) return;
        const value = (/** @type {number} */ pixel) =>
          this.plot.posToVal(pixel, scaleOf(axis)) * this.factors[axis];
        y.set(axis, [value(top + height), value(top)]);
      });
    this.events.zoom(width < across - 1 ? [x(left), x(left + width)] : null, y);
  }

  /**
   * Makes a y axis follow its lines.
   *
   * @param {number} axis
   * @param {Drawn[]} lines
   */
  #fit(axis, lines) {
    let [low, high] = [Infinity, -Infinity];
    for (const { points, axis: its } of lines) {
      if (its !== axis) continue;
      [low, high] = [Math.min(low, points.low), Math.max(high, points.high)];
    }
    const wanted = padded(low, high, EDGE);
    if (wanted === null) return;
    const [bottom, top] = this.ranges[axis];
    const size = high - low || Math.abs(high) || 1;
    if (low >= bottom && high <= top && size > ROOMY * (top - bottom)) return;
    this.ranges[axis] = wanted;
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
   * Chooses a power of ten for a y axis, where its numbers would be long.
   *
   * @param {[number, number]} range
   * @param {number} axis
   * @returns {[number, number]} The edges of all of the height.
   */
  #scaleY([low, high], axis) {
    const [bottom, top] = (low < high && checked(low, high)) || [-1, 1];
    const factor = (this.factors[axis] = 10 ** exponentOf(bottom, top));
    const [from, to] = this.#rooms[axis];
    if (from === 0 && to === 1) return [bottom / factor, top / factor];
    const whole = (top - bottom) / (to - from);
    const least = bottom - from * whole;
    return [least / factor, (least + whole) / factor];
  }
}

/**
 * Where the axes are in the height: parts of it, from below.
 *
 * @param {import("./axes.mjs").Axis[]} axes
 * @returns {[number, number][]}
 */
function roomsOf(axes) {
  /** @type {number[]} */
  const heights = [];
  for (const { pane, height } of axes) heights[pane] = height;
  if (heights.length === 1) return axes.map(() => [0, 1]);
  const whole = heights.reduce((sum, one) => sum + one + GAP, -GAP);
  return axes.map(({ pane }) => {
    const above = heights.slice(0, pane).reduce((sum, one) => sum + one + GAP, 0);
    return [1 - (above + heights[pane]) / whole, 1 - above / whole];
  });
}

/** @param {number} axis */
function scaleOf(axis) {
  return axis ? `y${axis}` : "y";
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
