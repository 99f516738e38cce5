// Frames as tiles: their place, and their pixels as they came. Pure.

import { Pixels, cropped, formatOf, fromBytes } from "./pixels.mjs";

/** @typedef {import("../../decode/batch.mjs").Batch} Batch */
/** @typedef {import("./images.mjs").Image} Image */
/**
 * A tile that has come.
 *
 * @typedef {object} Tile
 * @property {number} level
 * @property {number} x In pixels of its level.
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {Pixels} pixels
 * @property {number} time When it was published: seconds since 1970.
 */

const HOST_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const LARGEST = 2 ** 31;

/** A frame that is no tile; the text says why. */
export class TileError extends Error {}

/**
 * Reads a frame.
 *
 * @param {Image} image
 * @param {Batch} frame Of one frame.
 * @returns {Tile}
 * @throws {TileError}
 */
export function readTile(image, frame) {
  const whole = (/** @type {string} */ role, /** @type {number} */ otherwise) => {
    const name = image.roles.get(role);
    const value = name === undefined ? otherwise : Number(frame.column(name)[0]);
    if (value >= 0 && value < LARGEST) return value;
    throw new TileError(`${image.message}: the ${role} of a tile is ${value}`);
  };
  const { format, data } = stored(image, frame);
  const stride = image.columns || whole("width", 0);
  const width = Math.min(whole("width", stride), stride);
  const height = whole("height", stride ? Math.floor(data.length / stride) : 0);
  if (!width || !height) throw new TileError(`${image.message}: a tile has no pixels`);
  if (stride * (height - 1) + width > data.length) {
    throw new TileError(
      `${image.message}: a tile of ${width} × ${height} pixels came with ${data.length}`,
    );
  }
  const cut = cropped(data, stride, width, height);
  // A small view of a large batch would keep all of it in memory.
  const own = 2 * cut.byteLength < cut.buffer.byteLength ? cut.slice() : cut;
  const pixels = new Pixels(format, own, width, height);
  const place = { level: whole("level", 0), x: whole("x", 0), y: whole("y", 0) };
  return { ...place, width, height, pixels, time: frame.time[0] };
}

/**
 * The numbers of a frame's pixels, with the name of their type.
 *
 * @param {Image} image
 * @param {Batch} frame
 * @returns {{format: string, data: any}}
 */
function stored(image, frame) {
  const format = image.roles.get("format");
  const { code } = frame.type.place(image.pixels);
  if (format !== undefined) {
    const { enum: named } = frame.type.place(format).field.type;
    const number = frame.column(format)[0];
    const name = named?.label(number) ?? String(number);
    const { buffer, byteOffset, byteLength } = frame.column(image.pixels);
    const read = fromBytes(name, new Uint8Array(buffer, byteOffset, byteLength));
    if (read) return read;
    throw new TileError(`${image.message}: pixels of the type ${name} are not known here`);
  }
  const isHalf = code.size === 2 && code.array === Float32Array;
  if (isHalf && code.little === HOST_LITTLE) {
    const bits = frame.column(image.pixels, { as: "bytes" });
    return { format: "float16", data: new Uint16Array(bits.buffer) };
  }
  const data = frame.column(image.pixels);
  return { format: formatOf(data), data };
}
