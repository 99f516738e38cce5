// The lines of a scope, filled from the frames of a message: which line a value belongs to, when it
// was, and whether it follows the one before. Pure.

import { fitsFloat32 } from "../decode/kinds.mjs";
import { Trace } from "./trace.mjs";

/** @typedef {import("../client.mjs").Batch} Batch */
/** @typedef {import("./trace.mjs").Values} Values */

const MOST_LINES = 32;
const MOST_SAMPLES = 1 << 22; // that one line keeps
const MOST_TIMED = 1 << 19;

/**
 * The description of a scope, as `Scope` of Python makes it.
 *
 * @typedef {object} Recipe
 * @property {string} driver
 * @property {string} message
 * @property {"trend"|"block"} kind scalars against time, or arrays
 * @property {string[]} y paths of the fields
 * @property {string|null} x path of the step or of the x array; null: the index
 * @property {"step"|"array"|null} x_kind
 * @property {string|null} by path of the field that tells lines apart
 * @property {string|null} first path of the index of an array's first sample
 * @property {number|null} decimate samples behind a minimum and a maximum that the relay makes
 * @property {number|null} window seconds that roll by; null: the newest array of each line
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
   * @param {string | undefined} unit
   * @param {Trace} trace
   */
  constructor(label, path, unit, trace) {
    this.label = label;
    this.path = path;
    this.unit = unit;
    this.trace = trace;
    this.broken = false; // a gap comes before its next value
    this.next = NaN; // index that its next array begins with, where the message tells it
    this.wall = NaN; // when its last frame was published, s
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
    this.full = false; // more lines came than are drawn
    this.frames = 0;
  }

  #clock = new SampleClock();
  /** @type {[low: number, high: number] | null} Time of the first frame, two halves of nanoseconds. */
  #origin = null;
  /** @type {number | null} Of the last frame. */
  #sequence = null;
  /** @type {Batch["type"] | null} The message that can be drawn. */
  #checked = null;

  /** Makes a gap: the driver was away, or the user paused. */
  interrupt({ restarted = false } = {}) {
    for (const line of this.all.values()) line.broken = true;
    this.#sequence = null;
    if (restarted) this.#clock.restart();
  }

  /** Time of the newest value, s; NaN before the first. */
  get end() {
    let end = NaN;
    for (const { trace } of this.all.values()) {
      if (!(trace.end <= end) && !Number.isNaN(trace.end)) end = trace.end;
    }
    return end;
  }

  /**
   * Takes frames.
   *
   * @param {Batch} batch
   * @throws {Error} A field is not there, or no line can be drawn of it.
   */
  take(batch) {
    this.#check(batch);
    const times = this.#seconds(batch.time_ns);
    const gaps = this.#gaps(batch.sequence);
    if (this.recipe.kind === "trend") this.#takeNumbers(batch, times, gaps);
    else this.#takeArrays(batch, times, gaps);
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
    for (const { label, unit, x, y } of curves) {
      let line = this.all.get(label);
      if (!line?.trace.timed) {
        line = new Line(label, label, unit, new Trace(y.length, { timed: true, wide: true }));
        this.all.set(label, line);
      }
      line.trace.reset();
      line.trace.limit = Math.max(line.trace.limit, 1 << 16);
      // A gap is a point without a value.
      for (let from = 0; from < y.length;) {
        let to = from;
        while (to < y.length && !Number.isNaN(y[to])) to++;
        line.trace.appendTimed(y.subarray(from, to), x.subarray(from, to));
        from = to + 1;
      }
      line.block = { first: 0, end: line.trace.total, t0: 0 };
    }
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
    this.#checked = type;
  }

  /**
   * @param {Batch} batch
   * @param {Float64Array} times
   * @param {Set<number>} gaps
   */
  #takeNumbers(batch, times, gaps) {
    const { y, by, units, scales } = this.recipe;
    const groups = by === null ? null : batch.column(by);
    y.forEach((path, number) => {
      const values = scaled(batch.column(path, { as: "number" }), scales?.[number]);
      for (let from = 0; from < batch.count;) {
        let to = from + 1;
        // Neighbours that belong together go together.
        while (to < batch.count && !gaps.has(to) && (!groups || groups[to] === groups[from])) to++;
        const line = this.#line(path, groups?.[from], units[number], true);
        if (gaps.has(from)) this.#break(path);
        if (line) {
          const when = ascending(times.subarray(from, to), line.trace);
          line.trace.appendTimed(values.subarray(from, to), when, !line.broken);
          line.broken = false;
        }
        from = to;
      }
    });
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
   * @param {Float64Array} times
   * @param {Set<number>} gaps
   */
  #takeArrays(batch, times, gaps) {
    const { y, x, x_kind, by, first, units, decimate, scales, x_scale } = this.recipe;
    const groups = by === null ? null : batch.column(by);
    const firsts = first === null ? null : batch.column(first, { as: "number" });
    const steps =
      x !== null && x_kind === "step" ? scaled(batch.column(x, { as: "number" }), x_scale) : null;
    const abscissas = x !== null && x_kind === "array" ? arrays(batch, x) : null;
    y.forEach((path, number) => {
      const series = decimate === null ? arrays(batch, path) : extremes(batch, path);
      // Of the relay's decimation, the minimum and the maximum stand for so many samples.
      const stretch = decimate === null ? 1 : decimate / 2;
      for (let index = 0; index < batch.count; index++) {
        if (gaps.has(index) && firsts === null) this.#break(path);
        const line = this.#line(path, groups?.[index], units[number], abscissas !== null);
        if (line === null) continue;
        const values = scaled(series(index), scales?.[number]);
        if (abscissas !== null) this.#takeCurve(line, scaled(abscissas(index), x_scale), values);
        else {
          const step = (steps === null ? 1 : steps[index]) * stretch;
          this.#takeBlock(line, values, step, firsts?.[index], times[index], stretch);
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
    line.trace.reset();
    line.trace.appendTimed(y.subarray(0, count), x.subarray(0, count));
    line.block = { first: 0, end: count, t0: 0 };
  }

  /**
   * @param {Line} line
   * @param {Values} values
   * @param {number} step Seconds from one value to the next.
   * @param {number | undefined} first Index of the first sample, where the message tells it.
   * @param {number} wall When the frame was published, s.
   * @param {number} stretch Samples that each value stands for.
   */
  #takeBlock(line, values, step, first, wall, stretch) {
    const { trace } = line;
    const samples = values.length * stretch;
    const length = values.length * step;
    const same = trace.segments.at(-1)?.dt === step && !line.broken;
    let joined, t0;
    let fresh = values;
    if (first !== undefined) {
      t0 = this.#clock.time(first, step / stretch, wall - length);
      // Blocks of a driver that triggers may begin inside the one before.
      const known = same ? (line.next - first) / stretch : -1;
      joined = known >= 0 && known < values.length && Number.isInteger(known);
      if (joined) fresh = values.subarray(known);
      line.next = first + samples;
    } else {
      // Without a count of samples: a frame that comes late did not follow the one before.
      joined = same && wall - line.wall <= 1.5 * length + 0.05;
      t0 = wall - length;
    }
    if (trace.total && !(t0 >= trace.end)) t0 = trace.end;
    trace.append(fresh, t0, step, joined);
    const begin = trace.total - values.length;
    line.block = { first: begin, end: trace.total, t0: trace.time(begin) };
    line.broken = false;
    line.wall = wall;
  }

  /**
   * Finds the line of a value, and makes it if it is new; null: there are too many.
   *
   * @param {string} path
   * @param {number | bigint | string | undefined} group What tells it from others of the same path.
   * @param {string | undefined} unit
   * @param {boolean} timed
   */
  #line(path, group, unit, timed) {
    const { y, by, x_kind, kind } = this.recipe;
    let label = group === undefined ? path : `${by} ${group}`;
    if (group !== undefined && y.length > 1) label = `${path}, ${label}`;
    const known = this.all.get(label);
    if (known !== undefined) return known;
    if (this.all.size === MOST_LINES) {
      this.full = true;
      return null;
    }
    const wide = !fitsFloat32(this.recipe.types?.[y.indexOf(path)] ?? "");
    const capacity = kind === "trend" || x_kind === "array" ? MOST_TIMED : MOST_SAMPLES;
    const line = new Line(
      label,
      path,
      unit,
      new Trace(wide ? capacity / 2 : capacity, { timed, wide }),
    );
    this.all.set(label, line);
    return line;
  }

  /**
   * Seconds since the first frame: differences of halves, so that nothing is rounded.
   *
   * @param {BigUint64Array} time_ns
   */
  #seconds(time_ns) {
    const halves = new Uint32Array(time_ns.buffer, time_ns.byteOffset, time_ns.length * 2);
    if (this.#origin === null) this.#origin = [halves[0], halves[1]];
    const [low, high] = this.#origin;
    const seconds = new Float64Array(time_ns.length);
    for (let index = 0; index < seconds.length; index++) {
      seconds[index] =
        (halves[2 * index + 1] - high) * 4.294967296 + (halves[2 * index] - low) * 1e-9;
    }
    return seconds;
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

/** Knows when samples were, of a driver that counts them: one time for all channels. */
class SampleClock {
  #first = NaN;
  #t0 = NaN;
  #dt = NaN;
  #newest = -Infinity;
  #wall = NaN;

  /** Begins anew with the driver, which may count from anywhere. */
  restart() {
    this.#dt = NaN;
  }

  /**
   * Time of a sample.
   *
   * @param {number} first Its index.
   * @param {number} dt
   * @param {number} wall About when it was by the wall clock.
   */
  time(first, dt, wall) {
    if (dt !== this.#dt || first < this.#first) {
      // Another rate, or a count from the beginning: on the wall clock it goes on.
      const away = Math.max(0, wall - this.#wall) || 0;
      this.#t0 = this.#newest === -Infinity ? wall : this.#newest + away;
      this.#first = first;
      this.#dt = dt;
    }
    const t0 = this.#t0 + (first - this.#first) * dt;
    if (t0 >= this.#newest) {
      this.#newest = t0;
      this.#wall = wall;
    }
    return t0;
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

/**
 * Makes times that do not go back, whatever the clock does.
 *
 * @param {Float64Array} times Changed in place.
 * @param {Trace} trace What they follow.
 */
function ascending(times, trace) {
  let last = trace.total ? trace.end : -Infinity;
  for (let index = 0; index < times.length; index++) {
    if (!(times[index] >= last)) times[index] = last;
    last = times[index];
  }
  return times;
}
