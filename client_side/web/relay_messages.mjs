// The relay's texts (PROTOCOL.md, "From the relay") as checked plain objects. What is read here can
// be relied on: an error while it is dealt with is this client's own. Pure.

import { SchemaError } from "./decode/checks.mjs";
import { Schema } from "./decode/schema.mjs";
import { ProtocolError } from "./errors.mjs";
import { PROTOCOL } from "./protocol.mjs";

/** A text of the relay that is not as the protocol has it. */
export class Malformed extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = "Malformed";
  }
}

/**
 * News of a driver.
 *
 * @typedef {object} DriverNews
 * @property {string} name
 * @property {number} source
 * @property {string | null} socket The Unix socket where the relay looks for it; null: the relay's own.
 * @property {"up" | "down" | "stale"} state
 * @property {string} problem Why it is not up, or why its schema cannot be used.
 * @property {number | null} session
 * @property {string | null} epoch null while it is down.
 * @property {Schema | null | undefined} schema undefined: as before; null: it cannot be used.
 */
/**
 * The machine, or the container on it, where a relay runs.
 *
 * @typedef {object} Machine
 * @property {string} host
 * @property {string} boot The kernel's name for its present run; empty: unknown.
 * @property {string} root Tells its root directory from others in the same boot; empty: unknown.
 */
/**
 * A stream of a subscription.
 *
 * @typedef {object} StreamNews
 * @property {number} source
 * @property {number} type
 * @property {number | null} first The first sequence that comes or is told of.
 * @property {string | null} of
 * @property {number | null} decimate
 * @property {Schema | null} schema Of a derived stream: its own.
 */

/**
 * Parses a text; `op` says which of the functions below reads the rest.
 *
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function parse(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Malformed(/** @type {Error} */ (error).message);
  }
  return record(json, "it");
}

/**
 * Reads a `hello`.
 *
 * @param {any} json
 * @returns {{machine: Machine | null, drivers: DriverNews[]}}
 * @throws {ProtocolError} The relay speaks another version.
 */
export function readHello(json) {
  if (json.protocol !== PROTOCOL) {
    throw new ProtocolError(
      `the relay speaks cwire protocol ${json.protocol}, this page ${PROTOCOL}: ` +
        "install the same cwire version on both sides",
    );
  }
  const machine = nullable(json.machine, "machine", readMachine);
  return { machine, drivers: list(json.drivers, "drivers").map(readDriverNews) };
}

/**
 * Reads a `driver`.
 *
 * @param {any} json
 */
export function readDriver(json) {
  return { event: text(json.event, "event"), driver: readDriverNews(json.driver) };
}

/**
 * Reads a `subscribed`.
 *
 * @param {any} json
 */
export function readSubscribed(json) {
  return { id: number(json.id, "id"), streams: list(json.streams, "streams").map(readStream) };
}

/**
 * Reads a `dropped`.
 *
 * @param {any} json
 */
export function readDropped(json) {
  return {
    id: number(json.id, "id"),
    source: number(json.source, "source"),
    message: text(json.message, "message"),
    reason: text(json.reason, "reason"),
    count: number(json.count, "count"),
    sequence: number(json.sequence, "sequence"),
  };
}

/**
 * Reads a `reply`.
 *
 * @param {any} json
 * @returns {{id: number, answer: {message: string, fields: Record<string, any>} | null,
 *   error: {code: number, name: string, text: string} | null}} Without both: an empty OK.
 */
export function readReply(json) {
  const id = number(json.id, "id");
  if (json.error) {
    const error = record(json.error, "error");
    const code = number(error.code, "error.code");
    const [name, reason] = [text(error.name, "error.name"), text(error.text, "error.text")];
    return { id, answer: null, error: { code, name, text: reason } };
  }
  if (json.message === null) return { id, answer: null, error: null };
  const answer = { message: text(json.message, "message"), fields: record(json.fields, "fields") };
  return { id, answer, error: null };
}

/**
 * Reads an `error`.
 *
 * @param {any} json
 */
export function readError(json) {
  return {
    id: json.id === null ? null : number(json.id, "id"),
    code: text(json.code, "code"),
    text: text(json.text, "text"),
  };
}

/**
 * @param {any} json
 * @returns {DriverNews}
 */
function readDriverNews(json) {
  record(json, "driver");
  const name = text(json.name, "driver.name");
  const source = number(json.source, "driver.source");
  const state = /** @type {DriverNews["state"]} */ (text(json.state, "driver.state"));
  let problem = state === "up" ? "" : text(json.problem ?? "", "driver.problem");
  /** @type {Schema | null | undefined} */
  let schema;
  if (json.schema) {
    try {
      schema = new Schema(json.schema);
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      schema = null;
      problem = `${error.message}; run \`cwire wrap\` on its header again and rebuild it`;
    }
  }
  const session = nullable(json.session, "driver.session", number);
  const epoch = nullable(json.epoch, "driver.epoch", text);
  const socket = nullable(json.socket, "driver.socket", text);
  return { name, source, socket, state, problem, session, epoch, schema };
}

/**
 * @param {any} json
 * @param {string} where
 * @returns {Machine}
 */
function readMachine(json, where) {
  record(json, where);
  return {
    host: text(json.host, `${where}.host`),
    boot: text(json.boot, `${where}.boot`),
    root: text(json.root ?? "", `${where}.root`),
  };
}

/**
 * Whether the path of a Unix socket leads to the same one on both, as far as is known. In another
 * boot a disk may have another name, so that roots are compared in one boot only.
 *
 * @param {Machine} one
 * @param {Machine} other
 */
export function sharePaths(one, other) {
  const known = one.boot === other.boot && one.root !== "" && other.root !== "";
  return one.host === other.host && (!known || one.root === other.root);
}

/**
 * @param {any} json
 * @returns {StreamNews}
 */
function readStream(json) {
  record(json, "stream");
  return {
    source: number(json.source, "stream.source"),
    type: number(json.type, "stream.type"),
    first: nullable(json.first_sequence, "stream.first_sequence", number),
    of: nullable(json.of, "stream.of", text),
    decimate: nullable(json.decimate, "stream.decimate", number),
    schema: json.schema ? new Schema(json.schema) : null,
  };
}

/**
 * @param {any} value
 * @param {string} where
 * @returns {Record<string, any>}
 */
function record(value, where) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw wrong(where, "an object", value);
}

/**
 * @param {any} value
 * @param {string} where
 * @returns {any[]}
 */
function list(value, where) {
  if (Array.isArray(value)) return value;
  throw wrong(where, "an array", value);
}

/**
 * @param {any} value
 * @param {string} where
 * @returns {string}
 */
function text(value, where) {
  if (typeof value === "string") return value;
  throw wrong(where, "text", value);
}

/**
 * @param {any} value
 * @param {string} where
 * @returns {number}
 */
function number(value, where) {
  if (Number.isSafeInteger(value)) return value;
  throw wrong(where, "a whole number", value);
}

/**
 * Reads what may be null or left out.
 *
 * @template T
 * @param {any} value
 * @param {string} where
 * @param {(value: any, where: string) => T} read
 * @returns {T | null}
 */
function nullable(value, where, read) {
  return value === null || value === undefined ? null : read(value, where);
}

/**
 * @param {string} where `driver.source`
 * @param {string} wanted What should be there.
 * @param {unknown} value What is.
 */
function wrong(where, wanted, value) {
  return new Malformed(`${where} must be ${wanted}, is ${JSON.stringify(value)}`);
}
