// What is drawn over the picture: which tiles are visible, wanted and there, and where the view is.

import { context2d, makeCanvas } from "./canvas.mjs";
import { boxOf, keyOf } from "./pyramid.mjs";
import { Colouring } from "./scale.mjs";

/** @typedef {import("./pyramid.mjs").Box} Box */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./store.mjs").Store} Store */
/** @typedef {import("./scale.mjs").Range} Range */

const LABEL_LEAST = 90; // pixels of a tile's side that has room for its name
const INSET = 150; // pixels of the longer side, at most
const INSET_PART = 0.3; // of the screen
const MARGIN = 10;
const LOADED = "rgb(80 220 120)";
const WANTED = "rgb(255 190 60)";

/**
 * Draws the edges of the tiles in view: green ones are there, amber ones are wanted.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Store} store
 * @param {readonly Place[]} places
 * @param {Box} box What is in view.
 * @param {number} scale Pixels of the context for one of the image.
 */
export function drawGrid(context, store, places, box, scale) {
  const { tileWidth, tileHeight } = /** @type {Geometry} */ (store.geometry);
  context.font = "11px ui-monospace, monospace";
  context.textBaseline = "top";
  for (const place of places) {
    const loaded = store.has(keyOf(place));
    const edges = boxOf({ ...place, width: tileWidth, height: tileHeight });
    const x = (edges.left - box.left) * scale;
    const y = (edges.top - box.top) * scale;
    const width = (edges.right - edges.left) * scale;
    const height = (edges.bottom - edges.top) * scale;
    context.strokeStyle = loaded ? LOADED : WANTED;
    context.setLineDash(loaded ? [] : [4, 4]);
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    if (width < LABEL_LEAST || height < LABEL_LEAST) continue;
    const text = `${place.level}: ${place.x}, ${place.y}`;
    context.fillStyle = "rgb(0 0 0 / 60%)";
    context.fillRect(x + 3, y + 3, context.measureText(text).width + 6, 16);
    context.fillStyle = loaded ? LOADED : WANTED;
    context.fillText(text, x + 6, y + 6);
  }
  context.setLineDash([]);
}

/** All of the image, small, with the part that is in view. */
export class Inset {
  #canvas = makeCanvas(1, 1);
  #state = "";

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{width: number, height: number}} screen Of the context.
   * @param {Store} store
   * @param {readonly Place[]} places
   * @param {Box} box What is in view.
   * @param {{range: Range, table: Uint8Array}} colours
   */
  draw(context, screen, store, places, box, colours) {
    const geometry = /** @type {Geometry} */ (store.geometry);
    const most = Math.min(INSET, INSET_PART * Math.min(screen.width, screen.height));
    const scale = most / Math.max(geometry.width, geometry.height);
    const [width, height] = [geometry.width * scale, geometry.height * scale];
    const [left, top] = [screen.width - width - MARGIN, screen.height - height - MARGIN];
    context.fillStyle = "rgb(30 32 36)";
    context.fillRect(left, top, width, height);
    this.#drawImage(context, store, colours, [left, top, scale]);
    for (const place of places) {
      const tile = { ...place, width: geometry.tileWidth, height: geometry.tileHeight };
      const edges = boxOf(tile);
      context.fillStyle = store.has(keyOf(place))
        ? "rgb(80 220 120 / 20%)"
        : "rgb(255 190 60 / 55%)";
      const [x, y] = [left + edges.left * scale, top + edges.top * scale];
      context.fillRect(
        x,
        y,
        Math.min((edges.right - edges.left) * scale, left + width - x),
        Math.min((edges.bottom - edges.top) * scale, top + height - y),
      );
    }
    context.strokeStyle = "white";
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
    const inside = {
      left: Math.max(box.left, 0),
      top: Math.max(box.top, 0),
      right: Math.min(box.right, geometry.width),
      bottom: Math.min(box.bottom, geometry.height),
    };
    context.strokeStyle = "rgb(255 80 80)";
    context.strokeRect(
      left + inside.left * scale,
      top + inside.top * scale,
      Math.max((inside.right - inside.left) * scale, 2),
      Math.max((inside.bottom - inside.top) * scale, 2),
    );
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Store} store
   * @param {{range: Range, table: Uint8Array}} colours
   * @param {[number, number, number]} place Left and top edge, and scale.
   */
  #drawImage(context, store, { range, table }, [left, top, scale]) {
    const { overview } = store;
    const entry = overview && store.get(keyOf(overview));
    if (!entry) return;
    const { pixels } = entry.tile;
    const state = [entry.version, range.low, range.high, range.log, table[512]].join();
    if (state !== this.#state) {
      const { width, height } = pixels;
      Object.assign(this.#canvas, { width, height });
      const picture = new ImageData(width, height);
      new Colouring(range, table).paint(pixels, picture.data);
      context2d(this.#canvas).putImageData(picture, 0, 0);
      this.#state = state;
    }
    const edges = boxOf(entry.tile);
    const [width, height] = [edges.right - edges.left, edges.bottom - edges.top];
    context.drawImage(this.#canvas, left, top, width * scale, height * scale);
  }
}
