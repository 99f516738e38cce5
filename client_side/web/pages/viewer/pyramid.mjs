// A pyramid of tiles: which tiles a view shows, and of which level. Pure.
// Places are in pixels of the full image unless they are said to be of a level.

/**
 * The size of an image and of its tiles.
 *
 * @typedef {object} Geometry
 * @property {number} width
 * @property {number} height
 * @property {number} tileWidth Of whole tiles, in pixels of their level.
 * @property {number} tileHeight
 * @property {number} levels
 */
/**
 * The place of a tile, in pixels of its level.
 *
 * @typedef {object} Place
 * @property {number} level
 * @property {number} x
 * @property {number} y
 */
/**
 * A rectangle.
 *
 * @typedef {object} Box
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 */

/** @param {Place} place */
export function keyOf({ level, x, y }) {
  return `${level}/${x}/${y}`;
}

/**
 * The level whose pixels are nearest to those of the screen.
 *
 * @param {number} scale Pixels of the screen for one of the full image.
 * @param {number} levels
 */
export function levelFor(scale, levels) {
  const nearest = Math.round(-Math.log2(scale));
  return Math.min(Math.max(nearest, 0), levels - 1);
}

/**
 * The tiles of a level that a part of the image touches, those nearest to its middle first.
 *
 * @param {Geometry} geometry
 * @param {number} level
 * @param {Box} box
 * @returns {Place[]}
 */
export function tilesIn({ width, height, tileWidth, tileHeight }, level, box) {
  const size = 2 ** level;
  const rows = along(box.top / size, box.bottom / size, Math.ceil(height / size), tileHeight);
  const columns = along(box.left / size, box.right / size, Math.ceil(width / size), tileWidth);
  const middle = [(box.left + box.right) / size, (box.top + box.bottom) / size]; // twice
  const distance = (/** @type {Place} */ { x, y }) =>
    Math.hypot(2 * x + tileWidth - middle[0], 2 * y + tileHeight - middle[1]);
  return rows
    .flatMap((y) => columns.map((x) => ({ level, x, y })))
    .sort((one, other) => distance(one) - distance(other));
}

/**
 * The edges of tiles that a stretch of a row or a column touches.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} length Of the whole row.
 * @param {number} step
 */
function along(from, to, length, step) {
  /** @type {number[]} */
  const edges = [];
  if (from >= length) return edges;
  const first = Math.max(0, Math.floor(from / step));
  for (let edge = first * step; edge < Math.min(to, length); edge += step) edges.push(edge);
  return edges;
}

/**
 * The part of the image that a tile shows.
 *
 * @param {Place & {width: number, height: number}} tile
 * @returns {Box}
 */
export function boxOf({ level, x, y, width, height }) {
  const size = 2 ** level;
  return { left: x * size, top: y * size, right: (x + width) * size, bottom: (y + height) * size };
}

/**
 * Whether two parts of the image have pixels in common.
 *
 * @param {Box} one
 * @param {Box} other
 */
export function overlap(one, other) {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
