// Finds the elements of a cell's output in which a scope is seen: they name it. A notebook makes
// them anew when it pleases (a new picture, a scrolled page, a reload), so they are watched.

const GRACE = 10_000; // ms without a place until nobody is taken to look any more

/** Watches the page for the places of one scope, and mounts it there. */
export class Placeholders {
  /** @type {Element | null} */
  place = null;
  /** @type {ChildNode[]} What was in the place: the saved picture. */
  #still = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #observer = new MutationObserver(() => this.#look());

  /**
   * @param {string} id
   * @param {import("./screen.mjs").Screen} screen
   * @param {{found(): void, gone(): void}} events
   */
  constructor(id, screen, { found, gone }) {
    this.selector = `[data-cwire-scope="${CSS.escape(id)}"]`;
    this.screen = screen;
    this.found = found;
    this.gone = gone;
    this.#observer.observe(document.body, { childList: true, subtree: true });
    this.#look();
  }

  #look() {
    if (this.place?.isConnected && this.screen.root.parentElement === this.place) return;
    const place = document.querySelector(this.selector);
    if (place === null) {
      if (this.place !== null) {
        this.place = null;
        this.#timer = setTimeout(this.gone, GRACE);
      }
      return;
    }
    clearTimeout(this.#timer);
    this.place = place;
    // At once, before the browser paints: the picture and the live scope take turns unseen.
    this.#still = [...place.childNodes].filter((node) => node !== this.screen.root);
    this.screen.mount(place);
    this.found();
  }

  /** Ends it: the saved picture comes back. */
  close() {
    this.#observer.disconnect();
    clearTimeout(this.#timer);
    this.place?.replaceChildren(...this.#still);
  }
}
