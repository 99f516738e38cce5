// Tiles that have come and wait for being drawn: of each place the newest. Pure.

import { keyOf } from "./pyramid.mjs";

/** @typedef {import("./tiles.mjs").Tile} Tile */

const MOST_PICTURES = 2; // as screens and drivers do not keep the same time

/** The tiles that wait, picture by picture. */
export class Waiting {
  /** Tiles that newer ones have replaced. */
  replaced = 0;
  /** @type {Map<string, Tile>[]} The oldest first; the last one is being filled. */
  #pictures = [new Map()];
  #time = NaN; // of the picture whose tiles come: they have the same
  #came = 0;
  #whole = false; // all of it has come

  /** Whether tiles wait. */
  get any() {
    return this.#pictures.some((tiles) => tiles.size > 0);
  }

  /** Whether a whole picture waits. */
  get ready() {
    return this.#pictures.length > 1 || this.#whole;
  }

  /**
   * Takes a tile in the place of an older one.
   *
   * @param {Tile} tile
   * @param {number} count Tiles of a picture.
   */
  put(tile, count) {
    if (tile.time !== this.#time) {
      if (this.#whole) this.#pictures.push(new Map());
      if (this.#pictures.length > MOST_PICTURES) this.#join();
      this.#time = tile.time;
      this.#came = 0;
      this.#whole = false;
    }
    const tiles = /** @type {Map<string, Tile>} */ (this.#pictures.at(-1));
    const key = keyOf(tile);
    if (tiles.delete(key)) this.replaced += 1;
    tiles.set(key, tile);
    this.#came += 1;
    this.#whole = this.#came >= count;
  }

  /**
   * Takes a picture out: the tiles in the order in which they came.
   *
   * @param {boolean} newest All that waits at once; else the oldest picture.
   */
  take(newest) {
    while (newest && this.#pictures.length > 1) this.#join();
    const [tiles] = this.#pictures.splice(0, 1);
    if (!this.#pictures.length) {
      this.#pictures.push(new Map());
      this.#whole = false;
    }
    return [...tiles.values()];
  }

  /** Lets the second picture replace what it has of the first one. */
  #join() {
    const [first, second] = this.#pictures.splice(0, 2);
    for (const [key, tile] of second) {
      if (first.delete(key)) this.replaced += 1;
      first.set(key, tile);
    }
    this.#pictures.unshift(first);
  }
}
