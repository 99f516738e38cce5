// Columns: one field of many frames as one typed array. JavaScript has no strided arrays, so what
// does not stand side by side is copied, by whole blocks where it can be. Pure.

import { product } from "./places.mjs";

/** @typedef {import("./frames.mjs").FrameGroup} FrameGroup */
/** @typedef {import("./kinds.mjs").TypedArray} TypedArray */
/** @typedef {import("./places.mjs").Place} Place */

const BLOCK = 64; // bytes of a frame from which copying them as a block is faster
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true }); // that is: keep it
const STRICT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * Returns bytes as they lie in the view.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
function bytesOf(view, at, size) {
  return new Uint8Array(view.buffer, view.byteOffset + at, size);
}

/**
 * Copies bytes.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
export function copyBytes(view, at, size) {
  return bytesOf(view, at, size).slice();
}

/**
 * Reads text up to the first NUL, as UTF-8; what is not UTF-8 becomes the replacement character.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
export function readText(view, at, size) {
  const bytes = bytesOf(view, at, size);
  const end = bytes.indexOf(0);
  return DECODER.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/**
 * Reads text, or its bytes if they are more than a text: UTF-8 and then nothing but NULs.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 * @returns {string | Uint8Array}
 */
export function readPlainText(view, at, size) {
  const bytes = bytesOf(view, at, size);
  let end = size;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  const text = bytes.subarray(0, end);
  try {
    if (!text.includes(0)) return STRICT.decode(text);
  } catch {
    // no UTF-8
  }
  return bytes.slice();
}

/**
 * Counts the values of each frame; of complex numbers, how many of these.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @returns {Uint32Array}
 */
export function columnLengths({ count, sizes }, { each, shape, strides, tailStart }) {
  if (each >= 0) return new Uint32Array(count).fill(each);
  return sizes.map((size) => Math.floor((size - tailStart) / strides[0]) * product(shape, 1));
}

/**
 * Reads a column of numbers, in the fastest way that their places allow. Of a complex number: real,
 * imaginary, real, …
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @returns {TypedArray}
 */
export function readNumbers(group, place) {
  const { view, count } = group;
  const { code, offset, each } = place;
  const bytes = code.parts * code.size;
  const lengths = each < 0 ? columnLengths(group, place) : undefined;
  const total = code.parts * (lengths?.reduce((all, one) => all + one, 0) ?? each * count);
  const direct = place.dense && code.direct;
  const aligned = direct && offset % code.size === 0;
  // Payloads begin at multiples of 8, so every value is where a typed array can see it.
  if (aligned && count === 1)
    return new code.array(view.buffer, view.byteOffset + group.starts[0] + offset, total);
  const column = new code.array(total);
  if (aligned && total * code.size < BLOCK * count)
    pickNumbers(group, offset, column, each * bytes, lengths, bytes);
  else if (direct) copyBlocks(group, place, column);
  else readEach(group, place, column);
  return column;
}

/**
 * Reads a few numbers of each frame, by a typed array over the whole batch. They are moved as words
 * of 1, 2 or 4 bytes, doubles as such: a loop that has met more than four classes of arrays takes
 * six times as long.
 *
 * @param {FrameGroup} group
 * @param {number} offset Of the first one in a payload.
 * @param {TypedArray} column
 * @param {number} size Bytes in each frame.
 * @param {Uint32Array} [lengths] If they differ: how many values in each.
 * @param {number} [bytes] Of a value.
 */
function pickNumbers({ view, starts }, offset, column, size, lengths, bytes = 0) {
  const each = column.BYTES_PER_ELEMENT;
  /** @type {any} TypeScript finds no constructor that all of them have. */
  const Words =
    column instanceof Float64Array
      ? Float64Array
      : each === 1
        ? Uint8Array
        : each === 2
          ? Uint16Array
          : Uint32Array;
  const width = Words.BYTES_PER_ELEMENT;
  const batch = new Words(view.buffer, view.byteOffset, Math.floor(view.byteLength / width));
  const words = new Words(column.buffer);
  const shift = Math.log2(width);
  let filled = 0;
  for (let index = 0; index < starts.length; index++) {
    const first = (starts[index] + offset) >> shift;
    const stop = first + ((lengths ? lengths[index] * bytes : size) >> shift);
    for (let at = first; at < stop; at++) words[filled++] = batch[at];
  }
}

/**
 * Reads the numbers of each frame as one block of bytes.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {TypedArray} column
 */
function copyBlocks(group, place, column) {
  const { view, starts } = group;
  const { code, offset } = place;
  const lengths = columnLengths(group, place);
  const target = new Uint8Array(column.buffer);
  let filled = 0;
  for (let index = 0; index < starts.length; index++) {
    const size = lengths[index] * code.parts * code.size;
    target.set(bytesOf(view, starts[index] + offset, size), filled);
    filled += size;
  }
}

/**
 * Reads any numbers, one by one.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {any} column
 */
function readEach(group, place, column) {
  const { code, read } = place;
  let filled = 0;
  forEachValue(group, place, (at) => {
    for (let part = 0; part < code.parts; part++)
      column[filled++] = read(group.view, at + part * code.size);
  });
}

/**
 * Reads a column of texts.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 */
export function readTexts(group, place) {
  /** @type {string[]} */
  const texts = [];
  forEachValue(group, place, (at, size) => texts.push(readText(group.view, at, size)));
  return texts;
}

/**
 * Reads the bytes of the values of all frames, one after the other.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @returns {Uint8Array}
 */
export function readBytes(group, place) {
  /** @type {Uint8Array[]} */
  const parts = [];
  forEachValue(group, place, (at, size) => parts.push(bytesOf(group.view, at, size)));
  const bytes = new Uint8Array(parts.reduce((all, { length }) => all + length, 0));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}

/**
 * Goes through the values of all frames, one frame after the other. A tail of chars is one value.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {(at: number, size: number) => void} take
 */
function forEachValue(group, place, take) {
  const { starts, sizes } = group;
  const { offset, field, shape } = place;
  const text = field.tail && !shape.length;
  const size = field.type.struct ? 1 : field.type.size; // the values of a union are its bytes
  const lengths = columnLengths(group, place);
  const steps = elementOffsets(place, Math.max(0, ...new Set(lengths)));
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] + offset;
    if (text) take(start, sizes[index] - offset);
    else for (let n = 0; n < lengths[index]; n++) take(start + steps[n], size);
  }
}

/**
 * Offsets of the values of a frame from its first one. A tail's length is in the first
 * dimension, so the offsets of the longest frame begin with those of the others.
 *
 * @param {Place} place
 * @param {number} most
 */
function elementOffsets({ shape, strides }, most) {
  const offsets = new Float64Array(most);
  let block = 1; // values in one step of the dimension
  for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
    const length = dimension === 0 ? Math.ceil(most / block) : shape[dimension];
    for (let index = 0; index < most; index++) {
      offsets[index] += (Math.floor(index / block) % length) * strides[dimension];
    }
    block *= shape[dimension];
  }
  return offsets;
}
