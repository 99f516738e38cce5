// The picture as the page has it: a stage that is moved by hand, and what draws on it.

import { element } from "../../elements.mjs";
import { listen } from "./gestures.mjs";
import { Sight } from "./sight.mjs";
import { startDrawing } from "./thread.mjs";

/** @typedef {import("../../client.mjs").Address} Address */
/** @typedef {import("./controls.mjs").Choices} Choices */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./picture.mjs").Told} Told */
/** @typedef {import("./picture.mjs").Wish} Wish */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./wishes.mjs").Asked} Asked */

const LABEL = "The picture: drag or arrow keys move it, wheel, + and − zoom, 0 shows all";

/** Shows one image at a time. */
export class Viewer {
  sight = new Sight();
  /** @type {Image | null} */
  image = null;
  /** @type {Geometry | null} */
  geometry = null;
  /** @type {"worker" | "page" | null} The thread that draws; null: it is not started yet. */
  thread = null;
  #canvases = [element("canvas", {}), element("canvas", { "aria-hidden": "true" })];
  #screen = { width: 1, height: 1 };
  #placed = false; // the link or the user has said where
  /** @type {MessagePort | null} */
  #port = null;
  /** @type {Wish[]} Until it is started. */
  #waiting = [];
  /** @type {Map<number, (value: any) => void>} */
  #asked = new Map();
  #questions = 0;

  /**
   * @param {Choices} choices
   * @param {{draw: string | null, address(): Promise<Address>, onmoved(): void,
   *   onnumbers(numbers: Float64Array): void, onrange(): void,
   *   onfigures(figures: Record<string, string>): void, onnotice(text: string): void}} shell
   *   `draw`: `webgl`, `canvas`, or null: what suits.
   */
  constructor(choices, shell) {
    this.choices = choices;
    this.shell = shell;
    this.stage = element(
      "div",
      { className: "stage", tabIndex: 0, role: "group", "aria-label": LABEL },
      ...this.#canvases,
    );
    listen(this.stage, {
      pan: (dx, dy) => this.#move(() => this.sight.pan(dx, dy)),
      zoom: (factor, x, y) => {
        const { geometry } = this;
        if (geometry) this.#move(() => this.sight.zoom(factor, x, y, geometry, this.#screen));
      },
      fit: () => this.fit(),
      point: (x, y) => this.#send({ op: "point", pointer: { x, y } }),
      leave: () => this.#send({ op: "point", pointer: null }),
    });
    this.#send({ op: "paint", draw: shell.draw, choices });
    new ResizeObserver(() => this.#resize()).observe(this.stage);
    document.addEventListener("visibilitychange", () => this.#look());
    void this.#start();
  }

  /**
   * Shows another image, or the same in other pixels.
   *
   * @param {Image | null} image
   * @param {Asked} asked
   * @param {boolean} placed Whether the view says already where.
   */
  open(image, asked, placed) {
    this.image = image;
    this.geometry = null;
    this.#placed = placed;
    this.#measure(); // what draws does not wait until the page is laid out
    this.#look();
    this.#send({ op: "open", image, asked });
  }

  /** @param {Choices} choices */
  choose(choices) {
    this.choices = choices;
    this.#send({ op: "choose", choices });
  }

  /**
   * Shows another place of the image.
   *
   * @param {string | null} text As a link has it.
   */
  go(text) {
    this.#move(() => this.sight.read(text));
  }

  /** Shows all of the image. */
  fit() {
    const { geometry } = this;
    if (geometry) this.#move(() => this.sight.fit(geometry, this.#screen));
  }

  /**
   * What is seen, for tests and for figures.
   *
   * @returns {Promise<any>}
   */
  async report() {
    const { thread } = this;
    return { ...(await this.#ask({ op: "report" })), thread };
  }

  /**
   * Draws now, and says what is at a place of the image: the number, and the colour on the screen.
   *
   * @param {number} x
   * @param {number} y
   * @returns {Promise<any>}
   */
  probe(x, y) {
    return this.#ask({ op: "probe", x, y });
  }

  async #start() {
    const { port, thread } = await startDrawing(this.#canvases);
    this.thread = thread;
    this.#port = port;
    port.onmessage = ({ data }) => void this.#receive(data);
    for (const wish of this.#waiting.splice(0)) port.postMessage(wish);
  }

  /** @param {Wish} wish */
  #send(wish) {
    if (this.#port) this.#port.postMessage(wish);
    else this.#waiting.push(wish);
  }

  /** @param {{op: "report"} | {op: "probe", x: number, y: number}} question */
  #ask(question) {
    return new Promise((done) => {
      const id = ++this.#questions;
      this.#asked.set(id, done);
      this.#send({ ...question, id });
    });
  }

  /** @param {Told} told */
  async #receive(told) {
    const { shell } = this;
    if (told.op === "address") {
      this.#send({ op: "address", address: await shell.address() });
    } else if (told.op === "geometry") {
      this.#learn(told.geometry);
    } else if (told.op === "numbers") {
      if (told.range && this.choices.auto) {
        this.choices = { ...this.choices, range: { ...told.range, log: this.choices.range.log } };
        shell.onrange();
      }
      shell.onnumbers(told.numbers);
    } else if (told.op === "figures") {
      shell.onfigures(told.figures);
      shell.onnotice(told.notice);
    } else {
      this.#asked.get(told.id)?.(told.answer);
      this.#asked.delete(told.id);
    }
  }

  /** @param {Geometry} geometry Of the image that is open: it may grow while tiles come. */
  #learn(geometry) {
    this.geometry = geometry;
    if (this.#placed)
      this.sight.keepIn(geometry); // a link may be of another image
    else this.sight.fit(geometry, this.#screen);
    this.#look();
  }

  /** @param {() => void} change */
  #move(change) {
    const { geometry } = this;
    if (!geometry) return;
    this.#placed = true;
    change();
    this.sight.keepIn(geometry);
    this.#look();
    this.shell.onmoved();
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (width && height) this.#screen = { width, height };
  }

  #resize() {
    this.#measure();
    if (this.geometry && !this.#placed) this.sight.fit(this.geometry, this.#screen);
    this.#look();
  }

  /** Says what is in view. */
  #look() {
    const { x, y, scale } = this.sight;
    const view = { x, y, scale, ...this.#screen, ratio: devicePixelRatio, hidden: document.hidden };
    this.#send({ op: "look", view });
  }
}
