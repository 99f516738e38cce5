// What is known of an image: its geometry, and the tiles that have come. Pure.

import { Cache } from "./cache.mjs";
import { boxOf, keyOf, levelFor, overlap, tilesIn } from "./pyramid.mjs";

/** @typedef {import("./pixels.mjs").Pixels} Pixels */
/** @typedef {import("./pyramid.mjs").Box} Box */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./tiles.mjs").Tile} Tile */
/**
 * A tile that is kept. A newer one of the same place is written into it.
 *
 * @typedef {object} Entry
 * @property {string} key
 * @property {Tile} tile
 * @property {number} bytes
 * @property {number} version Counts what came.
 * @property {boolean} fresh Whether it is of the driver's present run.
 */

const BYTES = 80 * 2 ** 20;

/** The tiles of one image. */
export class Store {
  /** @type {Geometry | null} As the driver says it; null: as far as tiles came. */
  told = null;
  #cache;
  #right = 0;
  #bottom = 0;
  #levels = 1;
  #tileWidth = 0;
  #tileHeight = 0;

  /** @param {(entry: Entry) => void} [gone] Is told of each tile that is not kept any more. */
  constructor(gone, bytes = BYTES) {
    /** @type {Cache<Entry>} */
    this.#cache = new Cache(bytes, gone);
  }

  get bytes() {
    return this.#cache.bytes;
  }

  get count() {
    return this.#cache.size;
  }

  /** @returns {Geometry | null} null: nothing came. */
  get geometry() {
    if (this.told) return this.told;
    if (!this.#right) return null;
    return {
      width: this.#right,
      height: this.#bottom,
      tileWidth: this.#tileWidth,
      tileHeight: this.#tileHeight,
      levels: this.#levels,
    };
  }

  /**
   * Takes a tile.
   *
   * @param {Tile} tile
   * @param {ReadonlySet<string>} needed Tiles that stay in any case.
   */
  take(tile, needed) {
    const key = keyOf(tile);
    const { right, bottom } = boxOf(tile);
    this.#right = Math.max(this.#right, right);
    this.#bottom = Math.max(this.#bottom, bottom);
    this.#levels = Math.max(this.#levels, tile.level + 1);
    this.#tileWidth = Math.max(this.#tileWidth, tile.width);
    this.#tileHeight = Math.max(this.#tileHeight, tile.height);
    const entry = this.#cache.get(key);
    if (entry && sameShape(entry.tile.pixels, tile.pixels)) {
      entry.tile = tile;
      entry.version += 1;
      entry.fresh = true;
      this.#cache.touch(key);
    } else {
      const { bytes } = tile.pixels;
      this.#cache.put(key, { key, tile, bytes, version: 1, fresh: true });
      this.#cache.trim(needed);
    }
  }

  /**
   * The places of the level that suits a scale.
   *
   * @param {Box} box What is in view.
   * @param {number} scale
   * @returns {Place[]} Those nearest to the middle first.
   */
  inView(box, scale) {
    const { geometry } = this;
    if (!geometry) return [];
    return tilesIn(geometry, levelFor(scale, geometry.levels), box);
  }

  /** The place of the first tile of the last level: all of the image, or a part of it. */
  get overview() {
    const { geometry } = this;
    return geometry && { level: geometry.levels - 1, x: 0, y: 0 };
  }

  /**
   * The tiles that a view shows, the coarser ones first.
   *
   * @param {Box} box
   * @param {number} scale
   * @returns {Entry[]}
   */
  drawn(box, scale) {
    const { geometry } = this;
    if (!geometry) return [];
    const level = levelFor(scale, geometry.levels);
    const shown = [...this.#cache.values()].filter(
      ({ tile }) => tile.level >= level && overlap(boxOf(tile), box),
    );
    // Where the finest level is there as a whole, what is below is not seen.
    const whole = this.inView(box, scale).every((place) => this.has(keyOf(place)));
    const seen = whole ? shown.filter(({ tile }) => tile.level === level) : shown;
    for (const { key } of seen) this.#cache.touch(key);
    return seen.sort((one, other) => other.tile.level - one.tile.level);
  }

  /** @param {string} key */
  get(key) {
    return this.#cache.get(key);
  }

  /**
   * Whether a tile of the present run has come.
   *
   * @param {string} key
   */
  has(key) {
    return this.#cache.get(key)?.fresh ?? false;
  }

  /**
   * The number at a place of the full image, of the finest tile that is drawn there.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} scale Finer tiles than suit it are not drawn: what they have may be old.
   * @returns {{value: number, level: number} | null}
   */
  valueAt(x, y, scale) {
    const least = levelFor(scale, this.geometry?.levels ?? 1);
    /** @type {Entry | null} */
    let finest = null;
    for (const entry of this.#cache.values()) {
      const { tile } = entry;
      const { left, top, right, bottom } = boxOf(tile);
      const inside = left <= x && x < right && top <= y && y < bottom;
      if (tile.level < least) continue;
      if (inside && (!finest || tile.level < finest.tile.level)) finest = entry;
    }
    if (!finest) return null;
    const { tile } = finest;
    const size = 2 ** tile.level;
    const column = Math.floor(x / size) - tile.x;
    const row = Math.floor(y / size) - tile.y;
    return { value: tile.pixels.value(column, row), level: tile.level };
  }

  /** Lets tiles of a run that is over be drawn, until new ones come. */
  expire() {
    for (const entry of this.#cache.values()) entry.fresh = false;
  }

  clear() {
    this.#cache.clear();
    this.told = null;
    this.#right = this.#bottom = this.#tileWidth = this.#tileHeight = 0;
    this.#levels = 1;
  }
}

/**
 * @param {Pixels} one
 * @param {Pixels} other
 */
function sameShape(one, other) {
  return one.format === other.format && one.width === other.width && one.height === other.height;
}
