// Arrays of actions as frames (PROTOCOL.md, "Values of actions"): cut into pieces, put together. Pure.

import { FRAME_LIMIT, HEADER_BYTES, RELAY_SOURCE, REPLY } from "../protocol.mjs";

/** Type of the frames. */
export const ARRAY_TYPE = 0xffff;
/** Bytes of all arrays of a value. */
export const ARRAYS_LIMIT = 64 * 1024 * 1024;
/** Characters of a call. */
export const TEXT_LIMIT = 256 * 1024;

const PREFIX_BYTES = 16;
const PIECE_BYTES = 64 * 1024; // far below any relay's limit of a command
const HEAD = ARRAY_TYPE | (REPLY << 16);

/**
 * Cuts an array into frames, each a binary message.
 *
 * @param {number} number
 * @param {Uint8Array} bytes
 */
export function* arrayFrames(number, bytes) {
  let at = 0;
  do {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    const size = HEADER_BYTES + PREFIX_BYTES + piece.length;
    const frame = new Uint8Array((size + 7) & ~7);
    const view = new DataView(frame.buffer);
    view.setUint32(0, size, true);
    view.setUint32(4, (HEAD | (RELAY_SOURCE << 24)) >>> 0, true);
    view.setUint32(12, number, true);
    view.setBigUint64(HEADER_BYTES, BigInt(bytes.length), true);
    view.setBigUint64(HEADER_BYTES + 8, BigInt(at), true);
    frame.set(piece, HEADER_BYTES + PREFIX_BYTES);
    yield frame;
    at += piece.length;
  } while (at < bytes.length);
}

/** Arrays that come before the text that refers to them. */
export class ArrayCollector {
  /** @type {Map<number, Uint8Array<ArrayBuffer>>} By number. */
  #arrays = new Map();
  #bytes = 0;

  /**
   * Takes a binary message, if it is of arrays; returns how many bytes of them came.
   *
   * @param {ArrayBuffer | ArrayBufferView<ArrayBuffer>} data Whole frames.
   */
  take(data) {
    const view = ArrayBuffer.isView(data)
      ? new DataView(data.buffer, data.byteOffset, data.byteLength)
      : new DataView(data);
    let taken = 0;
    let step;
    for (let at = 0; at + HEADER_BYTES + PREFIX_BYTES <= view.byteLength; at += step) {
      const size = view.getUint32(at, true);
      step = (size + 7) & ~7;
      if (view.getUint16(at + 4, true) !== ARRAY_TYPE || size < HEADER_BYTES + PREFIX_BYTES) break;
      const start = at + HEADER_BYTES;
      const begin = view.byteOffset + start + PREFIX_BYTES;
      const piece = new Uint8Array(view.buffer, begin, size - HEADER_BYTES - PREFIX_BYTES);
      this.#put(
        view.getUint32(at + 12, true),
        Number(view.getBigUint64(start, true)),
        Number(view.getBigUint64(start + 8, true)),
        piece,
      );
      taken += piece.length;
    }
    return taken;
  }

  /** Gives the arrays that have come, and forgets them. */
  give() {
    const arrays = this.#arrays;
    this.#arrays = new Map();
    this.#bytes = 0;
    return arrays;
  }

  /**
   * @param {number} number
   * @param {number} size
   * @param {number} at
   * @param {Uint8Array} piece
   */
  #put(number, size, at, piece) {
    let array = this.#arrays.get(number);
    if (!array && at === 0) {
      this.#bytes += size;
      if (!(this.#bytes <= ARRAYS_LIMIT && size <= FRAME_LIMIT)) return;
      this.#arrays.set(number, (array = new Uint8Array(size)));
    }
    // A piece that does not fit is of no protocol of ours: the value will lack the array.
    if (array && at + piece.length <= array.length) array.set(piece, at);
  }
}
