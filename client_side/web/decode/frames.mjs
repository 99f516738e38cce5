// Frames: the header, the padding, and what is malformed (PROTOCOL.md, "Frames"). Pure.

import { CONTROL, ERROR, FRAME_LIMIT, HEADER_BYTES, REPLY, SHARED } from "../protocol.mjs";

const KNOWN_FLAGS = REPLY | ERROR | SHARED;
/** Where the sequence is, from the payload. */
export const SEQUENCE = 8 - HEADER_BYTES;

/** Bytes that are no whole, well-formed frames: nothing after the place can be trusted. */
export class FrameError extends Error {
  name = "FrameError";

  /**
   * @param {"short" | "large" | "flags" | "cut"} fault What is wrong.
   * @param {number} at Where the frame begins, in bytes.
   * @param {string} text The reason, for people.
   */
  constructor(fault, at, text) {
    super(`the frame at byte ${at} ${text}`);
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
 * Frames of one size at equal distances.
 *
 * @typedef {object} Run
 * @property {number} start Where the first payload begins in the view.
 * @property {number} size Bytes of each payload.
 * @property {number} step Bytes from one frame to the next.
 * @property {number} count
 */

/** The published frames of one message in a batch, by place. */
export class FrameGroup {
  /** @type {Run[]} In their order. */
  runs = [];
  /** Frames in all runs. */
  count = 0;
  /** Bytes of all, headers and padding included. */
  bytes = 0;
  /** @type {Uint32Array | undefined} */
  #starts;
  /** @type {Uint32Array | undefined} */
  #sizes;

  /**
   * @param {number} source
   * @param {number} type
   * @param {DataView} view The batch that they are in.
   */
  constructor(source, type, view) {
    this.source = source;
    this.type = type;
    this.view = view;
  }

  /**
   * Adds frames of one size that follow each other.
   *
   * @param {number} start Where the first payload begins in the view.
   * @param {number} size Bytes of each.
   * @param {number} count
   */
  add(start, size, count) {
    const step = padded(HEADER_BYTES + size);
    this.count += count;
    this.bytes += count * step;
    const last = this.runs.at(-1);
    // Messages that take turns are one run each, too.
    if (last && last.size === size && count === 1) {
      if (last.count === 1) last.step = start - last.start;
      if (start === last.start + last.count * last.step) {
        last.count += 1;
        return;
      }
    }
    this.runs.push({ start, size, step, count });
  }

  /** Where each payload begins in the view. */
  get starts() {
    return (this.#starts ??= this.#list((run, index) => run.start + index * run.step));
  }

  /** Bytes of each payload. */
  get sizes() {
    return (this.#sizes ??= this.#list(({ size }) => size));
  }

  /**
   * The sequences as numbers that follow each other, modulo 2^32.
   *
   * @returns {[first: number, count: number][]}
   */
  get sequences() {
    /** @type {[first: number, count: number][]} */
    const spans = [];
    let [first, count] = [0, 0];
    for (const run of this.runs) {
      let at = run.start + SEQUENCE;
      for (let index = 0; index < run.count; index++, at += run.step) {
        const sequence = this.view.getUint32(at, true);
        if (sequence !== (first + count) >>> 0 || !count) {
          if (count) spans.push([first, count]);
          [first, count] = [sequence, 0];
        }
        count += 1;
      }
    }
    if (count) spans.push([first, count]);
    return spans;
  }

  /**
   * Returns the frames that pass a test.
   *
   * @param {(size: number, index: number) => boolean} test Of the payload's size, and the index.
   */
  filter(test) {
    const { starts, sizes } = this;
    const group = new FrameGroup(this.source, this.type, this.view);
    for (let index = 0; index < starts.length; index++)
      if (test(sizes[index], index)) group.add(starts[index], sizes[index], 1);
    return group;
  }

  /** @param {(run: Run, index: number) => number} value Of a frame of a run. */
  #list(value) {
    const list = new Uint32Array(this.count);
    let filled = 0;
    for (const run of this.runs)
      for (let index = 0; index < run.count; index++) list[filled++] = value(run, index);
    return list;
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
  /** @type {Map<number, FrameGroup>} By source and type. */
  const groups = new Map();
  let replyBytes = 0;
  let next = 0;
  for (let at = 0; at < end; at = next) {
    const size = checkedSize(view, at, limit);
    const step = padded(size);
    const head = view.getUint32(at + 4, true);
    // Most often the same follows: what was found out of this frame is true of that one.
    next = at + step;
    while (
      next + step <= end &&
      view.getUint32(next, true) === size &&
      view.getUint32(next + 4, true) === head
    )
      next += step;
    const type = head & 0xffff;
    if ((head >> 16) & REPLY) replyBytes += next - at;
    else if (type !== CONTROL) {
      const source = head >>> 24;
      const key = (source << 16) | type;
      let group = groups.get(key);
      if (!group) groups.set(key, (group = new FrameGroup(source, type, view)));
      group.add(at + HEADER_BYTES, size - HEADER_BYTES, (next - at) / step);
    }
  }
  return { groups: [...groups.values()], replyBytes };
}
