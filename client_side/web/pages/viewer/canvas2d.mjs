// Draws tiles where there is no WebGL: each is an image whose colours are looked up in a table.

import { context2d, makeCanvas } from "./canvas.mjs";
import { boxOf } from "./pyramid.mjs";
import { Colouring } from "./scale.mjs";

/** @typedef {import("./store.mjs").Entry} Entry */
/** @typedef {import("./scale.mjs").Range} Range */
/** @typedef {import("./pyramid.mjs").Box} Box */
/**
 * @typedef {{canvas: OffscreenCanvas | HTMLCanvasElement, picture: ImageData, version: number,
 *   colouring: Colouring | null}} Drawn
 */

/** Draws by Canvas2D. */
export class CanvasPainter {
  kind = "Canvas";
  largest = 8192;
  #context;
  /** @type {Map<Entry, Drawn>} */
  #drawn = new Map();
  /** @type {Uint8Array} */
  #table = new Uint8Array(1024);
  /** @type {Colouring | undefined} Of what was drawn last. */
  #colouring;
  #state = ""; // of the colours

  /** @param {OffscreenCanvas | HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#context = context2d(canvas);
  }

  /**
   * @param {number} width Pixels of the device.
   * @param {number} height
   */
  resize(width, height) {
    Object.assign(this.#context.canvas, { width, height });
  }

  /** @param {Uint8Array} table */
  setColours(table) {
    this.#table = table;
    this.#state = "";
  }

  /**
   * @param {Entry[]} entries The coarser ones first.
   * @param {Box} box What is in view.
   * @param {Range} range Drawable.
   */
  draw(entries, box, range) {
    const { width, height } = this.#context.canvas;
    const scale = width / (box.right - box.left);
    this.#context.clearRect(0, 0, width, height);
    this.#context.imageSmoothingEnabled = false;
    const state = `${range.low}, ${range.high}, ${range.log}`;
    if (state !== this.#state || !this.#colouring) {
      this.#colouring = new Colouring(range, this.#table);
      this.#state = state;
    }
    for (const entry of entries) {
      const { left, top, right, bottom } = boxOf(entry.tile);
      // Whole pixels, so that there is no seam between tiles.
      const [x, y] = [left - box.left, top - box.top].map((edge) => Math.round(edge * scale));
      const [x2, y2] = [right - box.left, bottom - box.top].map((edge) => Math.round(edge * scale));
      this.#context.drawImage(this.#upToDate(entry, this.#colouring).canvas, x, y, x2 - x, y2 - y);
    }
  }

  /** @param {Entry} entry */
  forget(entry) {
    this.#drawn.delete(entry);
  }

  /**
   * The colour of a pixel.
   *
   * @param {number} x
   * @param {number} y
   */
  colourAt(x, y) {
    return [...this.#context.getImageData(x, y, 1, 1).data];
  }

  close() {
    this.#drawn.clear();
  }

  /**
   * @param {Entry} entry
   * @param {Colouring} colouring
   */
  #upToDate(entry, colouring) {
    const { pixels } = entry.tile;
    let drawn = this.#drawn.get(entry);
    if (!drawn) this.#drawn.set(entry, (drawn = makeImage(pixels.width, pixels.height)));
    if (drawn.version !== entry.version || drawn.colouring !== colouring) {
      colouring.paint(pixels, drawn.picture.data);
      context2d(drawn.canvas).putImageData(drawn.picture, 0, 0);
      drawn.version = entry.version;
      drawn.colouring = colouring;
    }
    return drawn;
  }
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {Drawn}
 */
function makeImage(width, height) {
  const canvas = makeCanvas(width, height);
  return { canvas, picture: new ImageData(width, height), version: 0, colouring: null };
}
