// The pace of a page's pictures: what is to be drawn is drawn together, so that the browser lays out,
// paints and hands over the page once for all of it.

const EVERY = 100; // ms from one picture to the next

/** Draws what has changed, ten times a second at most, and never in a page that nobody sees. */
export class Pace {
  /** @type {Set<() => Promise<void>>} */
  #waiting = new Set();
  #due = -Infinity; // of the next picture, by the page's clock
  #busy = false; // a picture is on its way

  /**
   * Has something drawn in the next picture.
   *
   * @param {() => Promise<void>} draw
   */
  later(draw) {
    this.#waiting.add(draw);
    if (this.#busy) return;
    this.#busy = true;
    const rest = this.#due - performance.now();
    setTimeout(() => requestAnimationFrame(() => void this.#draw()), Math.max(0, rest));
  }

  /**
   * Takes it back.
   *
   * @param {() => Promise<void>} draw
   */
  forget(draw) {
    this.#waiting.delete(draw);
  }

  async #draw() {
    this.#due = Math.max(this.#due, performance.now() - EVERY / 2) + EVERY;
    const draws = [...this.#waiting];
    this.#waiting.clear();
    try {
      await Promise.all(draws.map((draw) => draw()));
    } finally {
      this.#busy = false;
      for (const draw of this.#waiting) this.later(draw);
    }
  }
}
