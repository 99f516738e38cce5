// Figures of its own work that the scope takes: for tests, benchmarks and people with a console.

/**
 * A line as it was drawn.
 *
 * @typedef {object} Drawn
 * @property {string} label
 * @property {import("./sketch.mjs").Points} points
 * @property {number} zero Where the points' times begin.
 * @property {string} color
 * @property {number} axis The number of its y axis.
 * @property {boolean} band Its points are minima and maxima in turns, between which it is filled.
 */

/** Counts and times of one scope. */
export class Figures {
  draws = 0;
  points = 0; // in the last picture
  batches = 0;
  frames = 0;
  lost = 0; // frames that were published and did not come
  /** @type {number | null} ms of the page's clock (performance.now) when the first point was drawn */
  firstDrawn = null;
  slowest = 0; // ms of the longest drawing
  spent = 0; // ms of all drawings
  /** @type {string | null} Kind of the route that the data takes. */
  route = null;
  /** @type {Record<string, {low: number, high: number}>} Extremes of the last picture, by label. */
  lines = {};
  /** @type {number[]} When the pictures of the last two seconds were drawn, ms. */
  #times = [];
  /** @type {((lines: Drawn[]) => void) | null} */
  #watch = null;

  /**
   * Calls back after each picture with its lines; null ends it.
   *
   * @param {((lines: Drawn[]) => void) | null} callback
   */
  watch(callback) {
    this.#watch = callback;
  }

  /**
   * Counts a picture.
   *
   * @param {number} begun ms
   * @param {number} now ms
   * @param {Drawn[]} lines
   */
  drew(begun, now, lines) {
    const points = lines.reduce((sum, line) => sum + line.points.count, 0);
    this.draws++;
    this.points = points;
    this.spent += now - begun;
    this.slowest = Math.max(this.slowest, now - begun);
    if (points && this.firstDrawn === null) this.firstDrawn = now;
    this.#times.push(now);
    while (this.#times[0] < now - 2000) this.#times.shift();
    this.#watch?.(lines);
  }

  /** Pictures per second, over the last two. */
  get fps() {
    const times = this.#times;
    const span = times.length > 1 ? times[times.length - 1] - times[0] : 0;
    return span ? ((times.length - 1) * 1000) / span : 0;
  }

  /** Returns them as a plain object. */
  report() {
    return { ...this, fps: this.fps };
  }
}
