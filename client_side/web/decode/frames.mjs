// Frames: the header, the padding, and what is malformed (PROTOCOL.md, "Frames"). Pure.

import { CONTROL, ERROR, FRAME_LIMIT, HEADER_BYTES, REPLY, SHARED } from "../protocol.mjs";

const KNOWN_FLAGS = REPLY | ERROR | SHARED;
const FIRST_ROOM = 1024; // frames of a group

/** Bytes that are no whole, well-formed frames: nothing after the place can be trusted. */
export class FrameError extends Error {
  /**
   * @param {"short" | "large" | "flags" | "cut"} fault What is wrong.
   * @param {number} at Where the frame begins, in bytes.
   * @param {string} text The reason, for people.
   */
  constructor(fault, at, text) {
    super(`the frame at byte ${at} ${text}`);
    this.name = "FrameError";
    this.fault = fault;
    this.at = at;
  }
}

/**
 * One frame. `payload` is a view of the message that it came in.
 *
 * @typedef {object} Frame
 * @property {number} size Header and payload in bytes, without the padding.
 * @property {number} type Message id; 0 is control.
 * @property {number} flags
 * @property {number} source
 * @property {number} sequence
 * @property {number} request
 * @property {bigint} time_ns
 * @property {Uint8Array} payload
 */

/**
 * Returns the bytes as a DataView that begins at a multiple of 8, so that payloads are aligned; copied
 * only where they do not.
 *
 * @param {ArrayBuffer | ArrayBufferView} data
 * @returns {DataView}
 */
function alignedView(data) {
  if (!ArrayBuffer.isView(data)) return new DataView(data);
  const { buffer, byteOffset, byteLength } = data;
  if (byteOffset % 8 === 0) return new DataView(buffer, byteOffset, byteLength);
  return new DataView(new Uint8Array(buffer, byteOffset, byteLength).slice().buffer);
}

/**
 * Checks the frame at `at` and returns its size.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {number} limit
 */
function checkedSize(view, at, limit) {
  const left = view.byteLength - at;
  if (left < HEADER_BYTES)
    throw new FrameError("cut", at, `ends after ${left} bytes, in its header`);
  const size = view.getUint32(at, true);
  if (size < HEADER_BYTES) {
    throw new FrameError(
      "short",
      at,
      `says it has ${size} bytes; a header alone has ${HEADER_BYTES}`,
    );
  }
  if (size > limit) throw new FrameError("large", at, `has ${size} bytes; the limit is ${limit}`);
  const flags = view.getUint8(at + 6);
  if (flags & ~KNOWN_FLAGS) {
    throw new FrameError("flags", at, `has reserved flags: 0x${flags.toString(16)}`);
  }
  if (padded(size) > left) {
    throw new FrameError("cut", at, `ends after ${left} bytes of ${padded(size)}`);
  }
  return size;
}

/**
 * Bytes of a frame with its padding.
 *
 * @param {number} size
 */
export function padded(size) {
  return (size + 7) & ~7; // of sizes that are within the limit
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 * @returns {Frame}
 */
function readFrame(view, at, size) {
  return {
    size,
    type: view.getUint16(at + 4, true),
    flags: view.getUint8(at + 6),
    source: view.getUint8(at + 7),
    sequence: view.getUint32(at + 8, true),
    request: view.getUint32(at + 12, true),
    time_ns: view.getBigUint64(at + 16, true),
    payload: new Uint8Array(view.buffer, view.byteOffset + at + HEADER_BYTES, size - HEADER_BYTES),
  };
}

/**
 * Splits bytes into frames, one object each: for reading. `groupFrames` is for many.
 *
 * @param {ArrayBuffer | ArrayBufferView} data Whole frames.
 * @param {number} [limit] The largest frame that is taken.
 * @returns {Generator<Frame, void, void>}
 * @throws {FrameError} When it is reached; the frames before it have been given.
 */
export function* parseFrames(data, limit = FRAME_LIMIT) {
  const view = alignedView(data);
  for (let at = 0; at < view.byteLength;) {
    const size = checkedSize(view, at, limit);
    yield readFrame(view, at, size);
    at += padded(size);
  }
}

/**
 * The published frames of one message in a batch, by place.
 *
 * @typedef {object} FrameGroup
 * @property {number} source
 * @property {number} type
 * @property {DataView} view The batch that they are in.
 * @property {Uint32Array} starts Where each payload begins in the view.
 * @property {Uint32Array} sizes Bytes of each payload.
 */

/** Collects the places of a group's frames. */
class Places {
  count = 0;

  /**
   * @param {number} source
   * @param {number} type
   * @param {number} most Frames that there can be.
   */
  constructor(source, type, most) {
    this.source = source;
    this.type = type;
    const room = Math.min(most, FIRST_ROOM);
    this.starts = new Uint32Array(room);
    this.sizes = new Uint32Array(room);
  }

  /**
   * @param {number} start
   * @param {number} size
   */
  add(start, size) {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.sizes[this.count++] = size;
  }

  /**
   * @param {DataView} view
   * @returns {FrameGroup}
   */
  group(view) {
    const { source, type, count } = this;
    const [starts, sizes] = [this.starts.subarray(0, count), this.sizes.subarray(0, count)];
    return { source, type, view, starts, sizes };
  }

  #grow() {
    const [starts, sizes] = [this.starts, this.sizes];
    this.starts = new Uint32Array(4 * starts.length);
    this.sizes = new Uint32Array(4 * starts.length);
    this.starts.set(starts);
    this.sizes.set(sizes);
  }
}

/**
 * Splits bytes into groups of one message each, in the order of their first frames. Replies and
 * control frames belong to no group.
 *
 * @param {ArrayBuffer | ArrayBufferView} data Whole frames.
 * @param {number} [limit] The largest frame that is taken.
 * @returns {{groups: FrameGroup[], replyBytes: number}} `replyBytes`: of replies, padding included.
 * @throws {FrameError} Nothing of the batch is to be used then.
 */
export function groupFrames(data, limit = FRAME_LIMIT) {
  const view = alignedView(data);
  const end = view.byteLength;
  /** @type {Places[]} */
  const groups = [];
  /** @type {Places | undefined} */
  let last;
  let replyBytes = 0;
  for (let at = 0; at < end;) {
    const size = checkedSize(view, at, limit);
    const step = padded(size);
    const type = view.getUint16(at + 4, true);
    if (view.getUint8(at + 6) & REPLY) {
      replyBytes += step;
    } else if (type !== CONTROL) {
      const source = view.getUint8(at + 7);
      if (last === undefined || last.type !== type || last.source !== source) {
        last = groups.find((group) => group.type === type && group.source === source);
        if (last === undefined) {
          groups.push((last = new Places(source, type, Math.ceil((end - at) / step))));
        }
      }
      last.add(at + HEADER_BYTES, size - HEADER_BYTES);
      // Most often the same follows: what was found out of this frame is true of that one.
      const head = view.getUint32(at + 4, true);
      for (
        let next = at + step;
        next + step <= end &&
        view.getUint32(next, true) === size &&
        view.getUint32(next + 4, true) === head;
        next += step
      ) {
        last.add(next + HEADER_BYTES, size - HEADER_BYTES);
        at = next;
      }
    }
    at += step;
  }
  return { groups: groups.map((group) => group.group(view)), replyBytes };
}
