// The relay's figures of itself (server_side/cwire_server/relay_messages.h), as pages show them.

/** @typedef {Record<string, any>} Row */

const MESSAGES = ["relay_status", "relay_driver", "relay_message"];
const BYTES = ["B", "kB", "MB", "GB"];

/**
 * Keeps the newest figures.
 *
 * Events: `round` after each round, once a second.
 */
export class Figures extends EventTarget {
  /** @type {Row | null} Of the relay. */
  relay = null;
  /** @type {Map<string, Row>} Of drivers, by name. */
  drivers = new Map();
  /** @type {Map<string, Row>} Of messages, by `source/name`. */
  messages = new Map();

  /** @param {import("../../client.mjs").Client} client */
  constructor(client) {
    super();
    client.subscribe(
      // The last rounds are there at once.
      { driver: "relay", messages: MESSAGES, history: { frames: 64 } },
      { onbatch: (batch) => this.#take(batch) },
    );
  }

  /**
   * The figures of a message; undefined before its first frame.
   *
   * @param {number} source
   * @param {string} name
   */
  message(source, name) {
    return this.messages.get(`${source}/${name}`);
  }

  /** @param {import("../../client.mjs").Batch} batch */
  #take(batch) {
    for (let index = 0; index < batch.count; index++) {
      const row = batch.row(index);
      if (batch.message === "relay_driver") this.drivers.set(row.name, row);
      else if (batch.message === "relay_message")
        this.messages.set(`${row.source}/${row.name}`, row);
      else {
        this.relay = row; // it ends a round
        this.dispatchEvent(new Event("round"));
      }
    }
  }
}

/**
 * A rate of frames, and what is lost and dropped, for people.
 *
 * @param {Row | undefined} row
 */
export function rateText(row) {
  if (row === undefined) return "";
  const rate = row.frame_rate;
  return `${rate >= 100 ? rate.toFixed(0) : Number(rate.toPrecision(3))} frames/s`;
}

/** @param {Row | undefined} row */
export function bytesText(row) {
  return row === undefined ? "" : `${sizeText(row.byte_rate)}/s`;
}

/**
 * What of a driver's or a message's frames did not arrive; "" if nothing is missing.
 *
 * @param {Row | undefined} row
 */
export function lossText(row) {
  if (row === undefined) return "";
  const parts = [];
  if (row.lost) parts.push(`${countOf(row.lost)} lost`);
  if (row.dropped) parts.push(`${countOf(row.dropped)} dropped for slow clients`);
  return parts.join(", ");
}

/**
 * A number of bytes.
 *
 * @param {number | bigint} bytes
 */
export function sizeText(bytes) {
  let [size, unit] = [Number(bytes), 0];
  while (size >= 999.5 && unit < BYTES.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${Number(size.toPrecision(3))} ${BYTES[unit]}`;
}

/**
 * A count with separators.
 *
 * @param {number | bigint} count
 */
export function countOf(count) {
  return count.toLocaleString("en");
}
