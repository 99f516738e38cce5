// Columns: one field of many frames as one typed array. JavaScript has no strided arrays, so what
// does not stand side by side is copied, by whole blocks where it can be. Pure.

/** @typedef {import("./frames.mjs").FrameGroup} FrameGroup */
/** @typedef {import("./numbers.mjs").TypedArray} TypedArray */
/** @typedef {import("./places.mjs").Place} Place */

const BLOCK = 64; // bytes of a frame from which copying them as a block is faster
const DECODER = new TextDecoder();

/**
 * Text up to the first NUL, as UTF-8; what is not UTF-8 becomes the replacement character.
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
 * How many values each frame has; of complex numbers, how many of these.
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
 * @param {FrameGroup} group
 * @param {Place} place
 * @returns {TypedArray | string[]} The values of all frames, one frame after the other. Of a
 *   complex number: real, imaginary, real, …
 */
export function readColumn(group, place) {
  const lengths = columnLengths(group, place);
  if (place.textual) return readTexts(group, place, lengths);
  const { view, starts } = group;
  const { code, offset } = place;
  let total = 0;
  for (const length of lengths) total += length * code.parts;
  if (!place.dense || !code.direct)
    return readNumbers(group, place, lengths, new code.array(total));
  if (offset % code.size === 0) {
    // Payloads begin at multiples of 8, so every value is where a typed array can see it.
    if (starts.length === 1)
      return new code.array(view.buffer, view.byteOffset + starts[0] + offset, total);
    if (total * code.size < BLOCK * starts.length) {
      return pickNumbers(group, place, lengths, new code.array(total));
    }
  }
  return copyBlocks(group, place, lengths, new code.array(total));
}

/**
 * A few numbers of each frame, by a typed array over the whole batch.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 * @param {any} column A typed array: unions of them cannot be indexed in TypeScript's view.
 */
function pickNumbers({ view, starts }, { code, offset }, lengths, column) {
  const { size, parts } = code;
  /** @type {any} */
  const batch = new code.array(view.buffer, view.byteOffset, Math.floor(view.byteLength / size));
  let filled = 0;
  for (let index = 0; index < starts.length; index++) {
    const first = (starts[index] + offset) / size;
    const stop = first + lengths[index] * parts;
    for (let at = first; at < stop; at++) column[filled++] = batch[at];
  }
  return column;
}

/**
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
 * Any numbers, one by one.
 *
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 * @param {any} column
 */
function readNumbers({ view, starts }, place, lengths, column) {
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
 * @param {FrameGroup} group
 * @param {Place} place
 * @param {Uint32Array} lengths
 */
function readTexts({ view, starts, sizes }, place, lengths) {
  const { offset, field } = place;
  const steps = elementOffsets(place, lengths);
  /** @type {string[]} */
  const texts = [];
  for (let index = 0; index < starts.length; index++) {
    for (let element = 0; element < lengths[index]; element++) {
      const size = field.tail ? sizes[index] - offset : field.type.size;
      texts.push(readText(view, starts[index] + offset + steps[element], size));
    }
  }
  return texts;
}

/**
 * Where the values of a frame begin, from the first one on. A tail's length is in the first
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
