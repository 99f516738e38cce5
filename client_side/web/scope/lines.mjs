// The lines of a scope, filled from the frames of a message: which line a value belongs to, when it
// was, and whether it follows the one before. Pure.

import { fitsFloat32 } from "../decode/kinds.mjs";
import { FAR, SampleClock, Samples, StampClock, Stamps, ascents, isStep, rises } from "./clock.mjs";
import { countText, leftText, secondsText } from "./reading.mjs";
import { Trace } from "./trace.mjs";

/** @typedef {import("../client.mjs").Batch} Batch */
/** @typedef {import("./trace.mjs").Values} Values */

export const MOST_LINES = 32;
const MOST_COUNTED = 1000; // lines that are not drawn
const MOST_SAMPLES = 1 << 22; // that one line keeps
const MOST_TIMED = 1 << 19;
const TOLD = 10; // s on the lines that a notice stands at least

/**
 * The description of a scope, as `Scope` of Python makes it.
 *
 * @typedef {object} Recipe
 * @property {string} driver
 * @property {string} message
 * @property {"trend"|"block"} kind scalars against time, or arrays
 * @property {string[]} y paths of the fields
 * @property {string[]} [names] of each y, for legends; none: the paths
 * @property {string|null} x path of the step or of the x array; null: the index
 * @property {"step"|"array"|null} x_kind
 * @property {string|null} by path of the field that tells lines apart
 * @property {string|null} first path of the index of an array's first sample
 * @property {number|null} decimate samples behind a minimum and a maximum that the relay makes
 * @property {number|null} window seconds that roll by; null: the newest array of each line
 * @property {number[]} [families] of each y the number of its family, with shades of one colour
 * @property {string} [left] that not all lines are drawn, in a sentence; empty: they are
 * @property {(string | undefined)[]} units of each y
 * @property {string[]} [types] numpy's type string of each y
 * @property {([number, number] | null)[]} [scales] of each y: drawn is value * scale + bias
 * @property {number[]} [x_scale] the same of x; empty: x itself
 */
/**
 * The newest array of a line.
 *
 * @typedef {object} Block
 * @property {number} first index of its first sample
 * @property {number} end index after its last one
 * @property {number} t0
 */
/**
 * A line that the kernel has thinned.
 *
 * @typedef {object} Curve
 * @property {string} label
 * @property {string} unit
 * @property {string} note What was wrong with its clock.
 * @property {number} number Of its y.
 * @property {Float64Array} x
 * @property {Float64Array} y NaN is a gap
 */

/**
 * Returns values as people read them: times a scale, plus a bias. Without one, the values themselves.
 *
 * @param {any} values A typed array.
 * @param {number[] | null} [factors] Scale and bias, or none.
 */
function scaled(values, factors) {
  if (!factors?.length) return values;
  const [scale, bias] = factors;
  return Float64Array.from(values, (value) => Number(value) * scale + bias);
}

/** One line. */
export class Line {
  /**
   * @param {string} label
   * @param {string} path
   * @param {number} number
   * @param {string | undefined} unit
   * @param {Trace} trace
   * @param {Stamps} stamps
   * @param {Samples} samples
   */
  constructor(label, path, number, unit, trace, stamps, samples) {
    this.label = label;
    this.path = path;
    this.number = number; // of its y
    this.unit = unit;
    this.trace = trace;
    this.stamps = stamps; // when its last frame was published
    this.samples = samples; // when its last array began, where the message counts them
    this.broken = false; // a gap comes before its next value
    this.wall = NaN; // when its last array was published, s
    /** @type {Block | null} */
    this.block = null;
  }
}

/** All lines of a message. */
export class Lines {
  /** @param {Recipe} recipe */
  constructor(recipe) {
    this.recipe = recipe;
    /** @type {Map<string, Line>} By label. */
    this.all = new Map();
    /** @type {Set<string>} Labels of lines that are not drawn. */
    this.left = new Set();
    this.frames = 0;
  }

  #stamps = new StampClock();
  #samples = new SampleClock();
  #counterBits = 0;
  /** @type {{text: string, end: number} | null} What was wrong with a clock, and when, s. */
  #doubt = null;
  /** @type {number | null} Of the last frame. */
  #sequence = null;
  /** @type {Batch["type"] | null} The message that can be drawn. */
  #checked = null;

  /** Makes a gap: the driver was away, or the user paused. */
  interrupt({ restarted = false } = {}) {
    for (const line of this.all.values()) line.broken = true;
    this.#sequence = null;
    if (restarted) this.#samples.restart();
  }

  /** That not all lines are drawn, in a sentence; empty: they are. */
  get leftText() {
    const { size } = this.all;
    return leftText(size, size + this.left.size, "name fewer fields, or another by");
  }

  /** What was wrong with the driver's clocks lately; null: nothing. */
  get doubt() {
    if (this.#doubt === null) return null;
    const { text, end } = this.#doubt;
    return this.end - end > Math.max(TOLD, this.recipe.window ?? 0) ? null : text;
  }

  /** @param {string} text */
  #tell(text) {
    this.#doubt = { text, end: this.end || 0 };
  }

  /** Time of the newest value, s; NaN before the first. */
  get end() {
    let end = NaN;
    for (const { trace } of this.all.values()) {
      if (!(trace.end <= end) && !Number.isNaN(trace.end)) end = trace.end;
    }
    return end;
  }

  /** When the newest frame was published, s; NaN before the first. */
  get newest() {
    return this.#stamps.time;
  }

  /**
   * Takes frames.
   *
   * @param {Batch} batch
   * @param {number} [arrived] When they came, by the page's own clock, s.
   * @throws {Error} A field is not there, or no line can be drawn of it.
   */
  take(batch, arrived = NaN) {
    this.#check(batch);
    this.#stamps.arrived = arrived;
    const { buffer, byteOffset, length } = batch.time_ns;
    const halves = new Uint32Array(buffer, byteOffset, length * 2);
    const gaps = this.#gaps(batch.sequence);
    if (this.recipe.kind === "trend") this.#takeNumbers(batch, halves, gaps);
    else this.#takeArrays(batch, halves, gaps);
    this.frames += batch.count;
  }

  /**
   * Replaces everything by curves that the kernel has thinned.
   *
   * @param {Curve[]} curves
   */
  show(curves) {
    const labels = new Set(curves.map(({ label }) => label));
    for (const label of this.all.keys()) if (!labels.has(label)) this.all.delete(label);
    for (const { label, number, unit, x, y } of curves) {
      let line = this.all.get(label);
      if (!line?.trace.timed) {
        const trace = new Trace(y.length, { timed: true, wide: true });
        line = this.#make(label, label, number, unit, trace);
      }
      line.trace.reset();
      line.trace.limit = Math.max(line.trace.limit, 1 << 16);
      for (const [from, to] of ascents(x, y, y.length)) {
        line.trace.appendTimed(y.subarray(from, to), x.subarray(from, to));
      }
      line.block = { first: 0, end: line.trace.total, t0: 0 };
    }
    const text = curves.find(({ note }) => note)?.note;
    this.#doubt = text === undefined ? null : { text, end: Infinity };
  }

  /**
   * Refuses a message with other fields: a driver may come back with other structs.
   *
   * @param {Batch} batch
   */
  #check({ type }) {
    if (type === this.#checked) return;
    const { y, decimate } = this.recipe;
    for (const path of decimate === null ? y : y.map((name) => `${name}_min`)) {
      const { kind, drawable } = type.place(path).field.type;
      if (!drawable) throw new Error(`no line can be drawn of ${path}, which is ${kind}`);
    }
    if (this.recipe.first !== null) {
      const { field, code } = type.place(this.recipe.first);
      this.#counterBits = field.bits?.width ?? 8 * (code?.size ?? 0);
    }
    this.#checked = type;
  }

  /**
   * @param {Batch} batch
   * @param {Uint32Array} halves Of the time stamps.
   * @param {Set<number>} gaps
   */
  #takeNumbers(batch, halves, gaps) {
    const { y, by, scales } = this.recipe;
    const groups = by === null ? null : batch.column(by);
    const times = new Float64Array(batch.count);
    y.forEach((path, number) => {
      const values = scaled(batch.column(path, { as: "number" }), scales?.[number]);
      for (let from = 0; from < batch.count;) {
        let to = from + 1;
        // Neighbours that belong together go together.
        while (to < batch.count && !gaps.has(to) && (!groups || groups[to] === groups[from])) to++;
        const line = this.#line(number, groups?.[from], true);
        if (gaps.has(from)) this.#break(path);
        if (line) this.#takeRun(line, values, halves, times, from, to);
        from = to;
      }
    });
  }

  /**
   * Takes numbers of one line that follow each other, if their times do.
   *
   * @param {Line} line
   * @param {Values} values
   * @param {Uint32Array} halves Of the time stamps.
   * @param {Float64Array} times Is filled.
   * @param {number} from
   * @param {number} to
   */
  #takeRun(line, values, halves, times, from, to) {
    const { stamps, trace } = line;
    let begin = from;
    for (let index = from; index < to; index++) {
      stamps.take(halves[2 * index], halves[2 * index + 1]);
      if (stamps.jump) {
        if (begin < index) {
          trace.appendTimed(
            values.subarray(begin, index),
            times.subarray(begin, index),
            !line.broken,
          );
        }
        begin = index;
        line.broken = true;
        this.#tellJump(stamps.jump);
      }
      times[index] = stamps.time;
    }
    trace.appendTimed(values.subarray(begin, to), times.subarray(begin, to), !line.broken);
    line.broken = false;
  }

  /**
   * Tells that the time stamps have jumped.
   *
   * @param {number} seconds
   */
  #tellJump(seconds) {
    const way = seconds < 0 ? "back" : "ahead";
    this.#tell(`the time stamps went ${way} by ${secondsText(Math.abs(seconds))}`);
  }

  /**
   * Breaks all lines of a field: frames were lost, and nobody knows of which line.
   *
   * @param {string} path
   */
  #break(path) {
    for (const line of this.all.values()) {
      if (line.path === path) line.broken = true;
    }
  }

  /**
   * @param {Batch} batch
   * @param {Uint32Array} halves Of the time stamps.
   * @param {Set<number>} gaps
   */
  #takeArrays(batch, halves, gaps) {
    const { y, x, x_kind, by, first, decimate, scales, x_scale } = this.recipe;
    const groups = by === null ? null : batch.column(by);
    const firsts = first === null ? null : batch.column(first);
    const steps =
      x !== null && x_kind === "step" ? scaled(batch.column(x, { as: "number" }), x_scale) : null;
    const abscissas = x !== null && x_kind === "array" ? arrays(batch, x) : null;
    y.forEach((path, number) => {
      const series = decimate === null ? arrays(batch, path) : extremes(batch, path);
      // Of the relay's decimation, the minimum and the maximum stand for so many samples.
      const stretch = decimate === null ? 1 : decimate / 2;
      for (let index = 0; index < batch.count; index++) {
        if (gaps.has(index) && firsts === null) this.#break(path);
        const line = this.#line(number, groups?.[index], abscissas !== null);
        if (line === null) continue;
        const values = scaled(series(index), scales?.[number]);
        if (abscissas !== null) this.#takeCurve(line, scaled(abscissas(index), x_scale), values);
        else {
          line.stamps.take(halves[2 * index], halves[2 * index + 1]);
          const step = (steps === null ? 1 : steps[index]) * stretch;
          if (isStep(step)) this.#takeBlock(line, values, step, firsts?.[index], stretch);
          else {
            this.#tell(`${x} is ${step / stretch}: such arrays are left out`);
            line.broken = true;
          }
        }
      }
    });
  }

  /**
   * @param {Line} line
   * @param {Values} x
   * @param {Values} y
   */
  #takeCurve(line, x, y) {
    const count = Math.min(x.length, y.length);
    if (x[0] > x[count - 1]) [x, y] = [x.slice(0, count).reverse(), y.slice(0, count).reverse()];
    line.trace.reset();
    const parts = ascents(x, y, count);
    for (const [from, to] of parts)
      line.trace.appendTimed(y.subarray(from, to), x.subarray(from, to));
    if (!rises(x, count))
      this.#tell(`${this.recipe.x} does not rise everywhere: the line has gaps`);
    line.block = { first: 0, end: line.trace.total, t0: 0 };
  }

  /**
   * @param {Line} line
   * @param {Values} values
   * @param {number} step Seconds from one value to the next.
   * @param {number | bigint | undefined} first Index of the first sample, where the message tells it.
   * @param {number} stretch Samples that each value stands for.
   */
  #takeBlock(line, values, step, first, stretch) {
    const { trace, stamps, samples } = line;
    const length = values.length * step;
    const same = trace.segments.at(-1)?.dt === step && !line.broken;
    let joined, t0;
    let fresh = values;
    if (first !== undefined) {
      samples.take(first, values.length * stretch, step / stretch, stamps.time);
      t0 = samples.time;
      if (samples.jump) {
        const way = samples.jump < 0 ? "back" : "ahead";
        const count = countText(Math.abs(samples.jump), "sample");
        this.#tell(`${this.recipe.first} went ${way} by ${count}`);
      }
      // Blocks of a driver that triggers may begin inside the one before.
      const known = same ? samples.known / stretch : -1;
      joined = known >= 0 && known < values.length && Number.isInteger(known);
      if (joined) fresh = values.subarray(known);
    } else {
      // Without a count of samples: a frame that comes late did not follow the one before.
      const late = stamps.time - line.wall > 1.5 * length + 0.05;
      joined = same && !late && !stamps.jump;
      if (stamps.jump) this.#tellJump(stamps.jump);
      t0 = stamps.time - length;
      // By the count of its samples it may be a little further than by its stamps.
      if (trace.total && t0 < trace.end && trace.end - t0 < FAR) t0 = trace.end;
    }
    trace.append(fresh, t0, step, joined);
    const begin = trace.total - values.length;
    line.block = { first: begin, end: trace.total, t0: trace.time(begin) };
    line.broken = false;
    line.wall = stamps.time;
  }

  /**
   * Finds the line of a value, and makes it if it is new; null: there are too many.
   *
   * @param {number} number Of its y.
   * @param {number | bigint | string | undefined} group What tells it from others of the same path.
   * @param {boolean} timed
   */
  #line(number, group, timed) {
    const { y, names, by, units, x_kind, kind } = this.recipe;
    const path = y[number];
    const name = names?.[number] ?? path;
    let label = group === undefined ? name : `${by} ${group}`;
    if (group !== undefined && y.length > 1) label = `${name}, ${label}`;
    const known = this.all.get(label);
    if (known !== undefined) return known;
    if (this.all.size === MOST_LINES) {
      if (this.left.size < MOST_COUNTED) this.left.add(label);
      return null;
    }
    const wide = !fitsFloat32(this.recipe.types?.[number] ?? "");
    const capacity = kind === "trend" || x_kind === "array" ? MOST_TIMED : MOST_SAMPLES;
    return this.#make(
      label,
      path,
      number,
      units[number],
      new Trace(wide ? capacity / 2 : capacity, { timed, wide }),
    );
  }

  /**
   * @param {string} label
   * @param {string} path
   * @param {number} number
   * @param {string | undefined} unit
   * @param {Trace} trace
   */
  #make(label, path, number, unit, trace) {
    const stamps = new Stamps(this.#stamps);
    const samples = new Samples(this.#samples, this.#counterBits);
    const line = new Line(label, path, number, unit, trace, stamps, samples);
    this.all.set(label, line);
    return line;
  }

  /**
   * Indices of frames before which others are missing.
   *
   * @param {Uint32Array} sequence
   */
  #gaps(sequence) {
    /** @type {Set<number>} */
    const gaps = new Set();
    let last = this.#sequence;
    for (let index = 0; index < sequence.length; index++) {
      if (last !== null && (sequence[index] - last) >>> 0 !== 1) gaps.add(index);
      last = sequence[index];
    }
    this.#sequence = last;
    return gaps;
  }
}

/**
 * The arrays of a field, by frame.
 *
 * @param {Batch} batch
 * @param {string} path
 * @returns {(index: number) => Values}
 */
function arrays(batch, path) {
  let column = batch.column(path);
  if (column instanceof BigInt64Array || column instanceof BigUint64Array) {
    column = batch.column(path, { as: "number" });
  }
  const length = column.length / batch.count;
  return (index) => column.subarray(index * length, (index + 1) * length);
}

/**
 * Minima and maxima that the relay has made of a field, one after the other, by frame.
 *
 * @param {Batch} batch
 * @param {string} path
 * @returns {(index: number) => Values}
 */
function extremes(batch, path) {
  const [low, high] = [arrays(batch, `${path}_min`), arrays(batch, `${path}_max`)];
  return (index) => {
    const [least, most] = [low(index), high(index)];
    const Same = /** @type {new (length: number) => Values} */ (least.constructor);
    const both = new Same(least.length * 2);
    for (let i = 0; i < least.length; i++) {
      both[2 * i] = least[i];
      both[2 * i + 1] = most[i];
    }
    return both;
  };
}
