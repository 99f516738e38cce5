// Columns: one field of many frames as one typed array. JavaScript has no strided arrays, so what
// does not stand side by side is copied, by whole blocks where it can be. Pure.

/** @typedef {import("./frames.mjs").FrameGroup} FrameGroup */
/** @typedef {import("./kinds.mjs").TypedArray} TypedArray */
/** @typedef {import("./places.mjs").Place} Place */

const BLOCK = 64; // bytes of a frame from which copying them as a block is faster
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true }); // that is: keep it
const STRICT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * Copies bytes.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
export function copyBytes(view, at, size) {
  return new Uint8Array(view.buffer, view.byteOffset + at, size).slice();
}

/**
 * Reads text up to the first NUL, as UTF-8; what is not UTF-8 becomes the replacement character.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 */
export function readText(view, at, size) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
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
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  let end = size;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  const text = bytes.subarray(0, end);
  if (text.includes(0)) return bytes.slice();
  try {
    return STRICT.decode(text);
  } catch {
    return bytes.slice();
  }
}

/**
 * Counts the values of each frame; of complex numbers, how many of these.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @returns {Uint32Array}
 */
export function columnLengths({ sizes }, { shape, strides, tailStart }) {
  const lengths = new Uint32Array(sizes.length);
  if (shape[0] !== -1) return lengths.fill(shape.reduce((all, length) => all * length, 1));
  const inner = shape.slice(1).reduce((all, length) => all * length, 1);
  for (let index = 0; index < lengths.length; index++) {
    lengths[index] = Math.floor((sizes[index] - tailStart) / strides[0]) * inner;
  }
  return lengths;
}

/**
 * Reads the values of all frames, one frame after the other. Of a complex number: real, imaginary,
 * real, …
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @returns {TypedArray | string[]}
 */
export function readColumn(group, place) {
  return place.field.type.column(group, place, columnLengths(group, place));
}

/**
 * Reads a column of numbers, in the fastest way that their places allow.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 * @returns {TypedArray}
 */
export function readNumbers(group, place, lengths) {
  const { view, starts } = group;
  const { code, offset } = place;
  let total = 0;
  for (let index = 0; index < lengths.length; index++) total += lengths[index] * code.parts;
  if (!place.dense || !code.direct) return readEach(group, place, lengths, new code.array(total));
  if (offset % code.size === 0) {
    // Payloads begin at multiples of 8, so every value is where a typed array can see it.
    if (starts.length === 1) {
      return new code.array(view.buffer, view.byteOffset + starts[0] + offset, total);
    }
    if (total * code.size < BLOCK * starts.length) {
      return pickNumbers(group, place, lengths, new code.array(total));
    }
  }
  return copyBlocks(group, place, lengths, new code.array(total));
}

/**
 * Reads a few numbers of each frame, by a typed array over the whole batch. They are moved as words
 * of 1, 2 or 4 bytes: a loop that has met more than four classes of arrays takes six times as long.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 * @param {TypedArray} column
 */
function pickNumbers({ view, starts }, { code, offset }, lengths, column) {
  /** @type {any} TypeScript finds no constructor that all three have. */
  const Words = code.size === 1 ? Uint8Array : code.size === 2 ? Uint16Array : Uint32Array;
  const size = Words.BYTES_PER_ELEMENT;
  const batch = new Words(view.buffer, view.byteOffset, Math.floor(view.byteLength / size));
  const words = new Words(column.buffer);
  const each = (code.parts * code.size) / size;
  const shift = size >> 1; // 1, 2 and 4 are 2 to the power of this
  let filled = 0;
  for (let index = 0; index < starts.length; index++) {
    const first = (starts[index] + offset) >>> shift;
    const stop = first + lengths[index] * each;
    for (let at = first; at < stop; at++) words[filled++] = batch[at];
  }
  return column;
}

/**
 * Reads the numbers of each frame as one block of bytes.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 * @param {TypedArray} column
 */
function copyBlocks({ view, starts }, { code, offset }, lengths, column) {
  const target = new Uint8Array(column.buffer);
  const batch = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let filled = 0;
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index] + offset;
    const size = lengths[index] * code.parts * code.size;
    target.set(batch.subarray(at, at + size), filled);
    filled += size;
  }
  return column;
}

/**
 * Reads any numbers, one by one.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 * @param {any} column
 */
function readEach({ view, starts }, place, lengths, column) {
  const { code, offset, read } = place;
  const steps = elementOffsets(place, lengths);
  let filled = 0;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] + offset;
    for (let element = 0; element < lengths[index]; element++) {
      const at = start + steps[element];
      column[filled++] = read(view, at);
      if (code.parts === 2) column[filled++] = read(view, at + code.size);
    }
  }
  return column;
}

/**
 * Reads a column of texts.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 */
export function readTexts({ view, starts, sizes }, place, lengths) {
  const { offset, field } = place;
  const steps = elementOffsets(place, lengths);
  /** @type {string[]} */
  const texts = [];
  for (let index = 0; index < starts.length; index++) {
    for (let element = 0; element < lengths[index]; element++) {
      const whole = field.tail && field.stride === 1; // a tail of chars is one text
      const size = whole ? sizes[index] - offset : field.type.size;
      texts.push(readText(view, starts[index] + offset + steps[element], size));
    }
  }
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
  const { view, starts, sizes } = group;
  const { offset, field } = place;
  const size = field.type.struct ? 1 : field.type.size; // the values of a union are its bytes
  const lengths = columnLengths(group, place);
  const steps = elementOffsets(place, lengths);
  /** @type {[at: number, size: number][]} */
  const parts = [];
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] + offset;
    if (field.tail && place.shape.length === 0) parts.push([start, sizes[index] - offset]);
    else for (let n = 0; n < lengths[index]; n++) parts.push([start + steps[n], size]);
  }
  const bytes = new Uint8Array(parts.reduce((all, [, length]) => all + length, 0));
  let filled = 0;
  for (const [at, length] of parts) {
    bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, length), filled);
    filled += length;
  }
  return bytes;
}

/**
 * Offsets of the values of a frame from its first one. A tail's length is in the first
 * dimension, so the offsets of the longest frame begin with those of the others.
 *
 * @param {Place} place
 * @param {Uint32Array} lengths
 */
function elementOffsets({ shape, strides }, lengths) {
  let most = 0;
  for (const length of lengths) most = Math.max(most, length);
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
