// The relay's texts (PROTOCOL.md, "From the relay") as checked plain objects. What is read here can
// be relied on: an error while it is dealt with is this client's own. Pure.

import { SchemaError } from "./decode/checks.mjs";
import { Schema } from "./decode/schema.mjs";
import { ProtocolError } from "./errors.mjs";
import { PROTOCOL } from "./protocol.mjs";

/** A text of the relay that is not as the protocol has it. */
export class Malformed extends Error {
  name = "Malformed";
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
 * @property {number | null} first_sequence The first one that comes or is told of.
 * @property {string | null} of
 * @property {number | null} decimate
 * @property {Schema | null} schema Of a derived stream: its own.
 */

/**
 * What reads a value; it throws where the value is not as it should be. `where` is for people.
 *
 * @template T
 * @typedef {(value: any, where: string) => T} Reader
 */

/**
 * Makes the error of a value that is not as it should be.
 *
 * @param {string} where `driver.source`
 * @param {string} wanted What should be there.
 * @param {unknown} value What is.
 */
const wrong = (where, wanted, value) =>
  new Malformed(`${where} must be ${wanted}, is ${JSON.stringify(value)}`);

/** @type {Reader<Record<string, any>>} */
const record = (value, where) => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw wrong(where, "an object", value);
};

/** @type {Reader<string>} */
const text = (value, where) => {
  if (typeof value === "string") return value;
  throw wrong(where, "text", value);
};

/** @type {Reader<number>} */
const number = (value, where) => {
  if (Number.isSafeInteger(value)) return value;
  throw wrong(where, "a whole number", value);
};

/**
 * Reads a list.
 *
 * @template T
 * @param {Reader<T>} read Its values.
 * @returns {Reader<T[]>}
 */
const list = (read) => (value, where) => {
  if (Array.isArray(value)) return value.map((one, index) => read(one, `${where}[${index}]`));
  throw wrong(where, "an array", value);
};

/**
 * Reads what may be null or left out.
 *
 * @template T
 * @param {Reader<T>} read
 * @returns {Reader<T | null>}
 */
const maybe = (read) => (value, where) => ((value ?? null) === null ? null : read(value, where));

/**
 * Reads an object's values by their names.
 *
 * @template {Record<string, Reader<any>>} T
 * @param {T} readers
 * @returns {Reader<{[K in keyof T]: ReturnType<T[K]>}>}
 */
const object = (readers) => (value, where) => {
  record(value, where);
  /** @type {any} */
  const made = {};
  for (const [key, read] of Object.entries(readers))
    made[key] = read(value[key], `${where}.${key}`);
  return made;
};

/** @type {Reader<Machine>} */
const machine = object({
  host: text,
  boot: text,
  root: (value, where) => text(value ?? "", where),
});

const driver = object({
  name: text,
  source: number,
  socket: maybe(text),
  state: /** @type {Reader<DriverNews["state"]>} */ (text),
  problem: maybe(text),
  session: maybe(number),
  epoch: maybe(text),
});

/** @type {Reader<DriverNews>} */
const driverNews = (json, where) => {
  const news = driver(json, where);
  let problem = (news.state !== "up" && news.problem) || "";
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
  return { ...news, problem, schema };
};

/** @type {Reader<StreamNews>} */
const stream = object({
  source: number,
  type: number,
  first_sequence: maybe(number),
  of: maybe(text),
  decimate: maybe(number),
  schema: (json) => (json ? new Schema(json) : null),
});

const hello = object({
  machine: maybe(machine),
  watches: maybe(text),
  drivers: list(driverNews),
});

/** The readers of the relay's texts, by op. */
export const READERS = {
  __proto__: null,
  /** @type {Reader<{machine: Machine | null, watches: string | null, drivers: DriverNews[]}>} */
  hello: (json, where) => {
    if (json.protocol !== PROTOCOL) {
      throw new ProtocolError(
        `the relay speaks cwire protocol ${json.protocol}, this page ${PROTOCOL}: ` +
          "install the same cwire version on both sides",
      );
    }
    return hello(json, where);
  },
  driver: object({ event: text, driver: driverNews }),
  subscribed: object({ id: number, streams: list(stream) }),
  dropped: object({
    id: number,
    source: number,
    message: text,
    reason: text,
    count: number,
    sequence: number,
  }),
  // Without a message and an error it is an empty OK.
  reply: object({
    id: number,
    error: maybe(object({ code: number, name: text, text })),
    message: maybe(text),
    fields: maybe(record),
  }),
  error: object({ id: maybe(number), code: text, text }),
};
/** @typedef {Omit<typeof READERS, "__proto__">} Readers */

/**
 * Parses a text; its `op` says which of the readers reads the rest.
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
 * The drivers of a relay.
 *
 * @typedef {object} Served
 * @property {Map<string, string | null>} drivers Name to Unix socket.
 * @property {string | null} watches The directory whose drivers it serves, also those that come later.
 */

/**
 * Whether a relay may take the place of the one before: none of its drivers has the name of another
 * one then, and one at least is the same; or it has found none yet, where the one before has found
 * its own. Those that it lacks are down.
 *
 * @param {Served} now
 * @param {Served} before
 */
export function sameDrivers(now, before) {
  const names = [...now.drivers.keys()].filter((name) => before.drivers.has(name));
  if (names.some((name) => now.drivers.get(name) !== before.drivers.get(name))) return false;
  if (!before.drivers.size) return now.watches === before.watches;
  if (!now.drivers.size) return now.watches !== null && now.watches === before.watches;
  return names.length > 0;
}

/**
 * Says why a relay does not have a driver that another one had, and what to do.
 *
 * @param {string} name
 * @param {string | null} socket Where it listened.
 * @param {string | null} watches The directory that the relay watches; null: none.
 */
export function missingText(name, socket, watches) {
  const folder = socket?.slice(0, socket.lastIndexOf("/"));
  return watches !== null && folder === watches
    ? "the relay does not find it; start it again"
    : `the relay does not serve it; start a relay with --driver ${name}=${socket}, too`;
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
