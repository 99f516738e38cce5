// What the scope has done, measured by itself: for tests, benchmarks and people with a console.

export class Figures {
  constructor() {
    this.draws = 0;
    this.points = 0; // in the last picture
    this.batches = 0;
    this.frames = 0;
    this.lost = 0; // frames that were published and did not come
    this.firstDrawn = null; // ms of the page's clock (performance.now) when the first point was drawn
    this.slowest = 0; // ms of the longest drawing
    this.spent = 0; // ms of all drawings
    this.route = null;
    this.lines = {}; // label: {low, high} of the last picture
    this.#times = [];
    this.#watch = null;
  }

  #times;
  #watch;

  /** Calls back after each picture with its lines, `{label, points}`: null ends it. */
  watch(callback) {
    this.#watch = callback;
  }

  /** A picture of these lines has been drawn; `begun` and `now` in ms. */
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
    const span = times.length > 1 ? times.at(-1) - times[0] : 0;
    return span ? ((times.length - 1) * 1000) / span : 0;
  }

  /** As a plain object. */
  report() {
    return { ...this, fps: this.fps };
  }
}
