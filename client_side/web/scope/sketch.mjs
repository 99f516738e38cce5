// Computes the points to draw of a trace: its samples where there are few, else the smallest and the
// largest of each column of pixels, so that no peak is lost. Pure.

/** @typedef {import("./trace.mjs").Segment} Segment */
/** @typedef {import("./trace.mjs").Trace} Trace */

/** Points of a line; NaN in y is a gap. Kept and filled again for each picture. */
export class Points {
  x = new Float64Array(4096);
  y = new Float64Array(4096);
  count = 0;
  low = Infinity; // the extremes of what is between the edges
  high = -Infinity;

  /** Takes all points out. */
  clear() {
    this.count = 0;
    this.low = Infinity;
    this.high = -Infinity;
  }

  /**
   * Adds a point.
   *
   * @param {number} x
   * @param {number} y
   */
  push(x, y) {
    if (this.count === this.x.length) {
      [this.x, this.y] = [this.x, this.y].map((old) => {
        const made = new Float64Array(old.length * 2);
        made.set(old);
        return made;
      });
    }
    this.x[this.count] = x;
    this.y[this.count++] = y;
  }
}

/**
 * Fills `points` with what is seen of a trace.
 * @param {Trace} trace
 * @param {number} from left edge, s
 * @param {number} to right edge, s
 * @param {number} columns pixels from edge to edge
 * @param {Points} points
 * @param {boolean} [band] The samples are minima and maxima in turns, and so are the points.
 */
export function sketch(trace, from, to, columns, points, band = false) {
  points.clear();
  const { segments, oldest } = trace;
  for (let number = 0; number < segments.length; number++) {
    const segment = segments[number];
    const first = Math.max(segment.first, oldest);
    const end = trace.endOf(number);
    if (first >= end || trace.time(first, segment) > to || trace.time(end - 1, segment) < from) {
      continue;
    }
    if (points.count) points.push(points.x[points.count - 1], NaN);
    if (points.count && band) points.push(points.x[points.count - 1], NaN);
    const inner = trace.search(segment, from, first, end);
    const outer = trace.search(segment, to, inner, end);
    // One sample more at each side: its line leads out of the picture.
    const [begin, stop] = [Math.max(first, inner - 1), Math.min(end, outer + 1)];
    // The newest sample is at the right edge.
    const last = outer < end && trace.time(outer, segment) <= to ? outer + 1 : outer;
    if (inner < last) trace.range(inner, last);
    else trace.range(begin, stop);
    points.low = Math.min(points.low, trace.low);
    points.high = Math.max(points.high, trace.high);
    const width = (to - from) / columns;
    const covered = (trace.time(stop - 1, segment) - trace.time(begin, segment)) / width;
    if (band && stop - begin <= 4 * covered + 4) pairs(trace, segment, begin, stop, points);
    else if (stop - begin <= 2 * covered + 4) exact(trace, segment, begin, stop, points);
    else thinned(trace, segment, begin, stop, from, width, points, band);
  }
}

/**
 * Adds every sample.
 *
 * @param {Trace} trace
 * @param {Segment} segment
 * @param {number} begin
 * @param {number} stop
 * @param {Points} points
 */
function exact(trace, segment, begin, stop, points) {
  for (let index = begin; index < stop; index++) {
    const value = trace.value(index);
    points.push(trace.time(index, segment), Number.isFinite(value) ? value : NaN);
  }
}

/**
 * Adds every minimum with its maximum.
 *
 * @param {Trace} trace
 * @param {Segment} segment
 * @param {number} begin
 * @param {number} stop
 * @param {Points} points
 */
function pairs(trace, segment, begin, stop, points) {
  const end = trace.total - (trace.total % 2);
  for (let index = begin + (begin % 2); index < Math.min(stop, end); index += 2) {
    trace.range(index, index + 2);
    pushBand(trace, (trace.time(index, segment) + trace.time(index + 1, segment)) / 2, points);
  }
}

/**
 * @param {Trace} trace Its range has been looked for.
 * @param {number} x
 * @param {Points} points
 */
function pushBand({ low, high }, x, points) {
  points.push(x, low <= high ? low : NaN);
  points.push(x, low <= high ? high : NaN);
}

/**
 * Adds the extremes of each column of pixels.
 *
 * @param {Trace} trace
 * @param {Segment} segment
 * @param {number} begin
 * @param {number} stop
 * @param {number} from The left edge, s.
 * @param {number} width Of a column, s.
 * @param {Points} points
 * @param {boolean} band
 */
function thinned(trace, segment, begin, stop, from, width, points, band) {
  // Columns begin at multiples of their width, whatever the edge: a line that moves does not flicker.
  let column = Math.floor(Math.max(trace.time(begin, segment), from - width) / width);
  for (let index = begin; index < stop; column++) {
    const next = trace.search(segment, (column + 1) * width, index, stop);
    if (next === index) {
      // Nothing in this column: on to the one before the next sample's.
      column = Math.max(column, Math.floor(trace.time(index, segment) / width) - 1);
      continue;
    }
    const x = (column + 0.5) * width;
    trace.range(index, next);
    if (band) {
      pushBand(trace, x, points);
    } else if (trace.low <= trace.high) {
      // The end that is nearer to the last point comes first: no zigzag from column to column.
      const last = points.count ? points.y[points.count - 1] : NaN;
      const down = last > trace.low / 2 + trace.high / 2;
      points.push(x, down ? trace.high : trace.low);
      if (trace.low < trace.high) points.push(x, down ? trace.low : trace.high);
    } else {
      points.push(x, NaN);
    }
    index = next;
  }
}

/**
 * Finds the value of a trace nearest to a time.
 *
 * @param {Trace} trace
 * @param {number} time
 * @param {number} reach How far away it may be, s.
 * @returns {{time: number, value: number} | null}
 */
export function nearest(trace, time, reach) {
  let found = null;
  for (let number = 0; number < trace.segments.length; number++) {
    const segment = trace.segments[number];
    const first = Math.max(segment.first, trace.oldest);
    const end = trace.endOf(number);
    if (first >= end) continue;
    const at = trace.search(segment, time, first, end);
    for (const index of [at - 1, at]) {
      if (index < first || index >= end) continue;
      const one = trace.time(index, segment);
      const away = Math.abs(one - time);
      if (away <= reach && (found === null || away < Math.abs(found.time - time))) {
        found = { time: one, value: trace.value(index) };
      }
    }
  }
  return found;
}
