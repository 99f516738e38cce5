// What the relay keeps on disk (PROTOCOL.md, "History on disk"), for pages that look back. A module
// of its own, beside client.mjs.

import { Batch } from "./decode/batch.mjs";
import { groupFrames } from "./decode/frames.mjs";
import { NotConnected, Refused } from "./errors.mjs";
import { HEADER_BYTES, RELAY_SOURCE, REPLY } from "./protocol.mjs";

const HISTORY_TYPE = 0xfffe;
const HEAD = (HISTORY_TYPE | (REPLY << 16) | (RELAY_SOURCE << 24)) >>> 0;

/**
 * The frames that are asked for.
 *
 * @typedef {object} Query
 * @property {string} driver
 * @property {string} message
 * @property {bigint} [from] The smallest time stamp, ns.
 * @property {bigint} [to] The smallest one beyond.
 * @property {number} [seconds] Only those so long before the newest one.
 * @property {number} [maxFrames] Only the newest ones.
 * @property {number} [maxBytes] Instead: only the newest ones of so many bytes, tails not counted.
 */
/**
 * The frames that the relay has, and what it says of them.
 *
 * @typedef {object} Past
 * @property {Batch | null} batch null: none.
 * @property {Record<string, number>} lost Frames that are missing between them, by reason.
 * @property {boolean} more Whether there are older ones, beyond `maxFrames`.
 * @property {number} leftOut Frames of this time that had other structs.
 * @property {bigint | null} earliest The time stamp of the oldest frame that is kept.
 * @property {bigint | null} latest That of the newest one.
 * @property {string | null} problem Why nothing is kept any more.
 */
/**
 * @typedef {object} Reading
 * @property {Query} query
 * @property {import("./decode/structs.mjs").Message} message
 * @property {Uint8Array[]} pieces
 * @property {(past: Past) => void} resolve
 * @property {(error: any) => void} reject
 */

/** The history on disk of the relay that a client is connected to. */
export class History {
  #client;
  #line;
  /** @type {Map<number, Reading>} By id. */
  #readings = new Map();
  /**
   * How much the relay keeps at most; null: nothing. undefined: it has not said that yet.
   *
   * @type {{seconds: number, bytes: number} | null | undefined}
   */
  kept;

  /** @param {import("./client.mjs").Client} client One for each client, and nothing else extends it. */
  constructor(client) {
    this.#client = client;
    this.#line = client.extend({
      onbinary: (data) => this.#take(data),
      onmessage: (message) => this.#message(message),
    });
    client.addEventListener("state", () => {
      if (client.state !== "open") this.#lost();
    });
  }

  /**
   * Reads frames of one message.
   *
   * @param {Query} query
   * @param {{signal?: AbortSignal}} [options] The signal ends it: it rejects with its reason.
   * @returns {Promise<Past>} Rejects with Refused, or with NotConnected.
   */
  read(query, { signal } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const { state, reason, drivers } = this.#client;
      if (state !== "open") throw new NotConnected(reason || "not connected yet");
      const schema = drivers.get(query.driver)?.schema;
      const message = schema?.messages.get(query.message);
      if (!schema || !message)
        throw new Refused(
          "unknown_message",
          `driver ${query.driver} has no message ${query.message}`,
        );
      const id = this.#line.nextId();
      this.#readings.set(id, { query, message, pieces: [], resolve, reject });
      const { driver, message: name, from, to, seconds, maxFrames, maxBytes } = query;
      const range = { from: from?.toString(), to: to?.toString(), seconds };
      const frames = Math.max(1, Math.floor((maxBytes ?? 0) / (HEADER_BYTES + message.size)));
      const most = { max_frames: maxFrames ?? (maxBytes === undefined ? null : frames) };
      const asked = { op: "history", id, driver, message: name, layout: schema.layout_hash };
      this.#line.send(JSON.stringify({ ...asked, ...range, ...most }));
      signal?.addEventListener("abort", () => {
        if (!this.#readings.delete(id)) return;
        this.#line.send(JSON.stringify({ op: "history_cancel", id }));
        reject(signal.reason);
      });
    });
  }

  /** @param {ArrayBuffer} data */
  #take(data) {
    if (!this.#readings.size) return;
    const view = new DataView(data);
    let size;
    for (let at = 0; at + HEADER_BYTES <= data.byteLength; at += (size + 7) & ~7) {
      size = view.getUint32(at, true);
      if (size < HEADER_BYTES) return; // the session says what is wrong
      if (view.getUint32(at + 4, true) !== HEAD) continue;
      const reading = this.#readings.get(view.getUint32(at + 12, true));
      reading?.pieces.push(new Uint8Array(data, at + HEADER_BYTES, size - HEADER_BYTES));
    }
  }

  /** @param {Record<string, any>} message */
  #message(message) {
    const { op, id } = message;
    if (op === "hello") this.kept = message.history ?? null;
    const reading = op === "history" || op === "error" ? this.#readings.get(id) : undefined;
    if (reading === undefined) return;
    this.#readings.delete(id);
    if (op === "error") reading.reject(new Refused(message.code, message.text));
    else reading.resolve(pastOf(reading, message));
  }

  #lost() {
    const readings = [...this.#readings.values()];
    this.#readings.clear();
    for (const { reject } of readings) reject(new NotConnected(this.#client.reason));
  }
}

/**
 * @param {Reading} reading
 * @param {Record<string, any>} said
 * @returns {Past}
 */
function pastOf({ query, message, pieces }, said) {
  const data = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  const [group] = groupFrames(data).groups;
  const fit = group?.filter((size) => message.fits(size));
  const { lost, more, left_out: leftOut, problem } = said;
  return {
    batch: fit?.count ? new Batch(query.driver, message, fit) : null,
    lost,
    more,
    leftOut,
    earliest: said.earliest === null ? null : BigInt(said.earliest),
    latest: said.latest === null ? null : BigInt(said.latest),
    problem,
  };
}
