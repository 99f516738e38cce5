// A batch: the frames of one message that came together. Pure.

import { HEADER_BYTES } from "../protocol.mjs";
import { columnLengths, readBytes } from "./columns.mjs";
import { FrameGroup, SEQUENCE } from "./frames.mjs";
import { HOST_LITTLE } from "./kinds.mjs";
import { PathError } from "./places.mjs";
import { readRow } from "./rows.mjs";

/** @typedef {import("./kinds.mjs").TypedArray} TypedArray */

const TIME = 16 - HEADER_BYTES; // from the payload

/**
 * The frames of one message that came in one WebSocket message. It may be kept.
 *
 * @template {import("../types.mjs").MessageTypes} [M=import("../types.mjs").AnyMessage]
 */
export class Batch {
  #group;

  /**
   * @internal
   * @param {string} driver The driver's name.
   * @param {import("./structs.mjs").Message} type What the frames are.
   * @param {import("./frames.mjs").FrameGroup} group Where they are.
   */
  constructor(driver, type, group) {
    this.driver = driver;
    this.type = type;
    this.#group = group;
  }

  /** The message's name. */
  get message() {
    return this.type.name;
  }

  /** The number of frames. */
  get count() {
    return this.#group.count;
  }

  /** Bytes of memory that it keeps: of the WebSocket message, whatever else came in it. */
  get memory() {
    return this.#group.view.buffer.byteLength;
  }

  /**
   * Returns one frame as a batch of its own: its columns are views where a column can be one.
   *
   * @param {number} index From 0.
   */
  frame(index) {
    const { source, type, view, starts, sizes } = this.#group;
    if (!(index in starts)) throw new RangeError(`frame ${index} of a batch of ${starts.length}`);
    const group = new FrameGroup(source, type, view);
    group.add(starts[index], sizes[index], 1);
    return new Batch(this.driver, this.type, group);
  }

  /** The sequence of each frame, modulo 2^32. */
  get sequence() {
    const { view, starts } = this.#group;
    const column = new Uint32Array(starts.length); // `map` takes four times as long
    for (let index = 0; index < starts.length; index++)
      column[index] = view.getUint32(starts[index] + SEQUENCE, true);
    return column;
  }

  /** The time when each was published: nanoseconds since 1970 UTC. */
  get time_ns() {
    const { view, starts } = this.#group;
    const column = new BigUint64Array(starts.length);
    for (let index = 0; index < starts.length; index++)
      column[index] = view.getBigUint64(starts[index] + TIME, true);
    return column;
  }

  /** The time when each was published: seconds since 1970 UTC, to within a microsecond. */
  get time() {
    const { view, starts } = this.#group;
    const column = new Float64Array(starts.length);
    for (let index = 0; index < starts.length; index++) {
      const at = starts[index] + TIME;
      column[index] = (view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)) / 1e9;
    }
    return column;
  }

  /**
   * Returns a field's values of all frames, one frame after the other. A path leads into structs and
   * arrays: `samples`, `acquisition.level`, `channels.frequency`, `channels[1].frequency`.
   *
   * It is a copy, or, of one frame, a view of the message's memory, which is nobody else's.
   * 64-bit integers are BigInt64Array or BigUint64Array, enums and bools their numbers, complex
   * numbers real, imaginary, real, …, texts an array of strings, a union its bytes.
   *
   * `as: "number"`: a Float64Array in any case (integers beyond 2^53 lose digits). `as: "bytes"`: a
   * Uint8Array of all bytes, of texts, too.
   *
   * @template {string} P
   * @overload
   * @param {import("../types.mjs").Path<M["columns"], P>} path
   * @param {{as: "number"}} options
   * @returns {Float64Array}
   */
  /**
   * @template {string} P
   * @overload
   * @param {import("../types.mjs").Path<M["columns"], P>} path
   * @param {{as: "bytes"}} options
   * @returns {Uint8Array}
   */
  /**
   * @template {string} P
   * @overload
   * @param {import("../types.mjs").Path<M["columns"], P>} path
   * @param {{as?: undefined}} [options]
   * @returns {import("../types.mjs").Column<M["columns"], P>} A typed array, of `lengths(path)` values
   *   per frame; strings where it is text.
   */
  /**
   * @param {string} path
   * @param {{as?: "number" | "bytes"}} [options]
   * @returns {any}
   * @throws {import("./places.mjs").PathError} The message has no such place, or a struct is there.
   */
  column(path, options) {
    const place = this.type.place(path);
    if (options?.as === "bytes") {
      if (place.field.bits) throw new PathError(`${this.message}: ${path} is bits, not bytes`);
      return readBytes(this.#group, place);
    }
    const column = place.field.type.column(this.#group, place);
    return options?.as === "number" ? numbersOf(column) : column;
  }

  /**
   * Counts the values of a column in each frame: they differ only behind a flexible array member.
   *
   * @param {string} path
   * @returns {Uint32Array}
   */
  lengths(path) {
    return columnLengths(this.#group, this.type.place(path));
  }

  /**
   * Returns one frame as a plain object: enums by name, 64-bit integers BigInt, arrays of numbers typed
   * arrays, unions their bytes, and texts too where they are more than a text.
   *
   * @param {number} index From 0; negative: from the end.
   * @returns {M["row"]}
   */
  row(index) {
    const { view, starts, sizes } = this.#group;
    const at = index < 0 ? starts.length + index : index;
    if (!(at in starts)) throw new RangeError(`row ${index} of a batch of ${starts.length}`);
    return readRow(this.type.struct, view, starts[at], sizes[at]);
  }
}

/**
 * Turns a column into numbers. Those of 64 bits are made of their halves, rounded once: many times
 * faster than `Number` of each.
 *
 * @param {TypedArray | string[]} column
 */
function numbersOf(column) {
  const signed = column instanceof BigInt64Array;
  if (!signed && !(column instanceof BigUint64Array))
    return new Float64Array(/** @type {ArrayLike<number>} */ (column));
  const { buffer, byteOffset, length } = column;
  const halves = new Uint32Array(buffer, byteOffset, 2 * length);
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const low = halves[2 * index + (HOST_LITTLE ? 0 : 1)];
    const high = halves[2 * index + (HOST_LITTLE ? 1 : 0)];
    numbers[index] = (signed ? high | 0 : high) * 2 ** 32 + low;
  }
  return numbers;
}
