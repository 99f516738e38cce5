// The samples of one line: a ring, and above it minima and maxima of ever longer stretches, so that
// the extremes of any part are found in a few steps, however many samples it has. Pure.

const FACTOR = 16; // entries of a level behind one of the next
const SMALLEST = FACTOR ** 3;

/** @typedef {Float32Array | Float64Array} Floats */
/** @typedef {Floats | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array} Values */

/** A stretch of samples without a gap: the time of each follows from t0 and dt (or from `times`). */
export class Segment {
  /**
   * @param {number} first
   * @param {number} t0
   * @param {number} dt
   */
  constructor(first, t0, dt) {
    this.first = first; // index of its first sample, counted since the trace began
    this.t0 = t0;
    this.dt = dt;
  }
}

/**
 * A ring of samples with times in seconds. Indices count samples since the beginning and never
 * wrap; those from `oldest` to `total` are here.
 */
export class Trace {
  capacity = 0; // of the ring
  total = 0; // samples so far
  /** @type {Segment[]} */
  segments = [];
  /** @type {Floats[]} The samples, and the minima of ever longer stretches of them. */
  mins = [];
  /** @type {Floats[]} */
  maxs = [];
  low = Infinity; // what `range` found
  high = -Infinity;
  /** @type {Float64Array | null} Of each sample, if it is timed. */
  times = null;

  /**
   * @param {number} capacity samples that are kept at most (made a power of two)
   * @param {{timed?: boolean, wide?: boolean}} [options] timed: each sample has a time of its own;
   *   wide: values need more than the 24 bits of a float
   */
  constructor(capacity, { timed = false, wide = false } = {}) {
    this.limit = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(capacity)));
    this.timed = timed;
    this.Values = wide ? Float64Array : Float32Array;
    this.#allocate(SMALLEST);
    this.reset();
  }

  /** Forgets everything. */
  reset() {
    this.total = 0;
    this.segments = [];
    this.low = Infinity;
    this.high = -Infinity;
  }

  /** Index of the first sample that is still here. */
  get oldest() {
    return Math.max(0, this.total - this.capacity);
  }

  /** Time after the last sample; NaN when there is none. */
  get end() {
    const last = this.segments.at(-1);
    if (last === undefined) return NaN;
    return this.timed ? this.time(this.total - 1) : last.t0 + (this.total - last.first) * last.dt;
  }

  /**
   * Adds samples that are dt apart.
   *
   * @param {Values} values
   * @param {number} t0
   * @param {number} dt
   * @param {boolean} [joined] They follow the last one, and t0 is not looked at.
   */
  append(values, t0, dt, joined = false) {
    if (!values.length) return;
    const last = this.segments.at(-1);
    if (!joined || last === undefined || last.dt !== dt) {
      const begin = joined && last !== undefined ? this.end : t0;
      this.segments.push(new Segment(this.total, begin, dt));
    }
    this.#write(values);
  }

  /**
   * Adds samples with their times, which do not decrease.
   *
   * @param {Values} values
   * @param {Values} times
   * @param {boolean} [joined] A line leads to the first.
   */
  appendTimed(values, times, joined = false) {
    if (!values.length) return;
    if (!joined || !this.segments.length) {
      this.segments.push(new Segment(this.total, times[0], NaN));
    }
    this.#write(values, times);
  }

  /** @param {number} index */
  value(index) {
    return this.mins[0][index & (this.capacity - 1)];
  }

  /**
   * Time of a sample, s.
   *
   * @param {number} index
   * @param {Segment} [segment] The one that it is in; left out: the last one.
   */
  time(index, segment = this.segments[this.segments.length - 1]) {
    if (this.times) return this.times[index & (this.capacity - 1)];
    return segment.t0 + (index - segment.first) * segment.dt;
  }

  /**
   * Index after the last sample of a segment.
   *
   * @param {number} number The segment's.
   */
  endOf(number) {
    return number + 1 < this.segments.length ? this.segments[number + 1].first : this.total;
  }

  /**
   * Finds the first index from `from` to `to` in a segment whose time is not before t; `to` if none.
   *
   * @param {Segment} segment
   * @param {number} t
   * @param {number} from
   * @param {number} to
   */
  search(segment, t, from, to) {
    const { times } = this;
    if (!times) {
      const index = segment.first + Math.ceil((t - segment.t0) / segment.dt - 1e-9);
      return Math.min(Math.max(index, from), to);
    }
    let [low, high] = [from, to];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (times[middle & (this.capacity - 1)] < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Finds `low` and `high`, the extremes of the finite samples from one index to another (exclusive).
   *
   * @param {number} from
   * @param {number} to
   */
  range(from, to) {
    this.low = Infinity;
    this.high = -Infinity;
    for (let level = 0; from < to; level++) {
      if (level + 1 === this.mins.length || to - from <= 2 * FACTOR) {
        this.#scan(level, from, to);
        return;
      }
      const [first, last] = [Math.ceil(from / FACTOR), Math.floor(to / FACTOR)];
      this.#scan(level, from, first * FACTOR);
      this.#scan(level, last * FACTOR, to);
      [from, to] = [first, last];
    }
  }

  /**
   * @param {number} level
   * @param {number} from
   * @param {number} to
   */
  #scan(level, from, to) {
    const [mins, maxs] = [this.mins[level], this.maxs[level]];
    const mask = mins.length - 1;
    let { low, high } = this;
    for (let index = from; index < to; index++) {
      // Comparisons pass over NaN, and over a level's stretches that have no finite value.
      const least = mins[index & mask];
      const most = maxs[index & mask];
      if (least < low && least !== -Infinity) low = least;
      if (most > high && most !== Infinity) high = most;
    }
    this.low = low;
    this.high = high;
  }

  /**
   * @param {Values} values
   * @param {Values} [times]
   */
  #write(values, times) {
    while (this.capacity < this.limit && this.total + values.length > this.capacity) {
      this.#allocate(this.capacity * 2);
    }
    // In pieces of half a ring, so that no level is made of samples that are gone already.
    const piece = this.capacity / 2;
    for (let done = 0; done < values.length; done += piece) {
      const count = Math.min(piece, values.length - done);
      const before = this.total;
      copy(this.mins[0], before, values, done, count);
      if (times && this.times) copy(this.times, before, times, done, count);
      this.total = before + count;
      this.#raise(before);
    }
    while (this.segments.length > 1 && this.segments[1].first <= this.oldest) this.segments.shift();
  }

  /**
   * Brings the upper levels up to date with what was written since an index.
   *
   * @param {number} before
   */
  #raise(before) {
    let [from, to] = [before, this.total];
    for (let level = 1; level < this.mins.length; level++) {
      [from, to] = [Math.floor(from / FACTOR), Math.floor(to / FACTOR)];
      const [mins, maxs] = [this.mins[level], this.maxs[level]];
      const mask = mins.length - 1;
      for (let group = from; group < to; group++) {
        this.low = Infinity;
        this.high = -Infinity;
        this.#scan(level - 1, group * FACTOR, (group + 1) * FACTOR);
        mins[group & mask] = this.low;
        maxs[group & mask] = this.high;
      }
    }
  }

  /**
   * Makes the ring larger (before it has ever come around, so nothing moves).
   *
   * @param {number} capacity
   */
  #allocate(capacity) {
    /** @type {[Floats | undefined, Float64Array | null]} */
    const [values, times] = [this.mins[0], this.times];
    this.capacity = capacity;
    this.mins = [];
    this.maxs = [];
    for (let size = capacity; size >= FACTOR; size /= FACTOR) {
      this.mins.push(new this.Values(size));
      this.maxs.push(this.mins.length > 1 ? new this.Values(size) : this.mins[0]);
    }
    if (this.timed) this.times = new Float64Array(capacity);
    if (values === undefined) return;
    this.mins[0].set(values);
    if (times) this.times?.set(times);
    this.#raise(0);
  }
}

/**
 * Writes into a ring.
 *
 * @param {Floats} ring
 * @param {number} index Where, counted since the trace began.
 * @param {Values} values
 * @param {number} from The first of them.
 * @param {number} count
 */
function copy(ring, index, values, from, count) {
  const at = index & (ring.length - 1);
  const head = Math.min(count, ring.length - at);
  ring.set(values.subarray(from, from + head), at);
  if (head < count) ring.set(values.subarray(from + head, from + count), 0);
}
