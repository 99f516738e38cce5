// The client's side of the WebSocket session (PROTOCOL.md), without a socket or a timer. Pure.
// It outlives a connection: `disconnected`, then a new hello, and everything goes on.

import { Batch } from "./decode/batch.mjs";
import { SchemaError } from "./decode/checks.mjs";
import { CommandError, NotConnected, ProtocolError, Refused } from "./errors.mjs";
import { FrameError, groupFrames, padded } from "./decode/frames.mjs";
import { Schema } from "./decode/schema.mjs";
import { HEADER_BYTES, PROTOCOL } from "./protocol.mjs";

/** @typedef {import("./subscription.mjs").Subscription} Subscription */
/** @typedef {import("./decode/frames.mjs").FrameGroup} FrameGroup */
/** @typedef {import("./decode/structs.mjs").Message} Message */

/**
 * What the relay says of a driver.
 *
 * @typedef {object} Driver
 * @property {string} name
 * @property {number} source
 * @property {"up" | "down" | "stale" | "unknown"} state `unknown`: the relay is gone.
 * @property {string} problem Why it is not up, or why its schema cannot be used; for people.
 * @property {number | null} session The number of its present run.
 * @property {string | null} epoch
 * @property {Schema | null} schema null before it was ever up.
 */
/**
 * Where the frames of one message go.
 *
 * @typedef {object} Route
 * @property {string} driver
 * @property {Message} message
 * @property {Set<Subscription>} subscriptions
 */

/** The state of a client: drivers, subscriptions, and commands that wait. */
export class Session {
  #send;
  #onhello;
  #ondrivers;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #commands = new Map();
  /** @type {Map<number, Route>} By source and type. */
  #routes = new Map();
  #lastId = 0;

  /**
   * @param {object} shell
   * @param {(text: string) => void} shell.send
   * @param {() => void} shell.onhello The relay has said hello; subscriptions are asked for next.
   * @param {() => void} shell.ondrivers `drivers` has changed.
   */
  constructor({ send, onhello, ondrivers }) {
    this.#send = send;
    this.#onhello = onhello;
    this.#ondrivers = ondrivers;
    this.connected = false;
    /** @type {Map<string, Driver>} By name. */
    this.drivers = new Map();
    /** @type {Map<number, Subscription>} */
    this.subscriptions = new Map();
    /** Frames that no subscription explains. */
    this.unknown = 0;
  }

  /** A number that no other request has. */
  nextId() {
    return ++this.#lastId;
  }

  /**
   * Takes a text of the relay.
   *
   * @param {string} text
   * @throws {ProtocolError}
   */
  receiveText(text) {
    try {
      this.#take(JSON.parse(text));
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw new ProtocolError(
        `the relay sent a message that is not cwire's (${error}): ${text.slice(0, 80)}`,
      );
    }
  }

  /** @param {any} message */
  #take(message) {
    if (!this.connected && message.op !== "hello") {
      throw new ProtocolError(`the relay sent ${JSON.stringify(message.op)} before its hello`);
    }
    switch (message.op) {
      case "hello":
        return this.#hello(message);
      case "driver":
        return this.#driver(message);
      case "subscribed":
        return this.#subscribed(message);
      case "dropped":
        return this.#dropped(message);
      case "reply":
        return this.#reply(message);
      case "error":
        return this.#error(message);
    } // unknown: a newer relay says more
  }

  /**
   * Takes a batch of frames.
   *
   * @param {ArrayBuffer | ArrayBufferView} data
   * @returns {number} Bytes of frames to acknowledge.
   * @throws {ProtocolError}
   */
  receiveBinary(data) {
    let batch;
    try {
      batch = groupFrames(data);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      throw new ProtocolError(`the relay sent a malformed batch: ${error.message}`);
    }
    for (const group of batch.groups) this.#deliver(group);
    return data.byteLength - batch.replyBytes;
  }

  /**
   * The connection is gone: what waits is answered; drivers and subscriptions stay.
   *
   * @param {string} reason
   */
  disconnected(reason) {
    if (!this.connected) return;
    this.connected = false;
    this.#routes.clear();
    for (const { reject } of this.#commands.values()) {
      reject(
        new NotConnected(`${reason}; it went before the driver answered: the outcome is unknown`),
      );
    }
    this.#commands.clear();
    for (const [name, driver] of this.drivers) {
      this.drivers.set(name, { ...driver, state: "unknown", problem: reason });
    }
    for (const subscription of this.subscriptions.values()) {
      subscription.disconnected();
      call(subscription.handlers.onchange, { event: "lost", driver: null });
    }
    this.#ondrivers();
  }

  /** @param {Subscription} subscription */
  subscribe(subscription) {
    this.subscriptions.set(subscription.id, subscription);
    if (this.connected) this.#send(subscription.request());
  }

  /** @param {Subscription} subscription */
  unsubscribe(subscription) {
    if (!this.subscriptions.delete(subscription.id)) return;
    for (const route of this.#routes.values()) route.subscriptions.delete(subscription);
    if (this.connected) this.#send(JSON.stringify({ op: "unsubscribe", id: subscription.id }));
  }

  /**
   * @param {string | null} driver
   * @param {string} name
   * @param {Record<string, any>} fields
   * @returns {Promise<{message: string, fields: Record<string, any>} | null>}
   */
  command(driver, name, fields) {
    return new Promise((resolve, reject) => {
      const id = this.nextId();
      this.#send(JSON.stringify({ op: "command", id, driver, name, fields }, jsonValue));
      this.#commands.set(id, { resolve, reject });
    });
  }

  /** @param {any} message */
  #hello(message) {
    if (message.protocol !== PROTOCOL) {
      throw new ProtocolError(
        `the relay speaks cwire protocol ${message.protocol}, this page ${PROTOCOL}: ` +
          "install the same cwire version on both sides",
      );
    }
    this.connected = true;
    const names = new Set(message.drivers.map((/** @type {any} */ driver) => driver.name));
    for (const name of this.drivers.keys()) if (!names.has(name)) this.drivers.delete(name);
    for (const driver of message.drivers) this.#update(driver);
    const again = [...this.subscriptions.values()]; // those that handlers make now ask themselves
    this.#onhello();
    for (const subscription of again) {
      if (this.subscriptions.has(subscription.id)) this.#send(subscription.request());
    }
    this.#ondrivers();
  }

  /** @param {any} message */
  #driver(message) {
    const driver = this.#update(message.driver);
    this.#ondrivers();
    for (const subscription of this.subscriptions.values()) {
      if (!subscription.covers(driver.name)) continue;
      call(subscription.handlers.onchange, { event: message.event, driver: driver.name });
    }
  }

  /**
   * @param {any} json
   * @returns {Driver}
   */
  #update(json) {
    const before = this.drivers.get(json.name);
    let schema = before?.schema ?? null;
    let problem = json.state === "up" ? "" : String(json.problem ?? "");
    if (json.schema) {
      try {
        schema = new Schema(json.schema);
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error;
        schema = null;
        problem = `${error.message}; run \`cwire wrap\` on its header again and rebuild it`;
      }
      this.#forget(json.source); // `subscribed` says anew what comes
    }
    const { name, source, state } = json;
    // A driver that is down has no epoch; its run may yet go on.
    const epoch = json.epoch ?? before?.epoch ?? null;
    const driver = { name, source, state, problem, session: json.session ?? null, epoch, schema };
    this.drivers.set(name, driver);
    return driver;
  }

  /** @param {number} source */
  #forget(source) {
    for (const key of this.#routes.keys()) if (key >> 16 === source) this.#routes.delete(key);
  }

  /** @param {any} message */
  #subscribed(message) {
    const subscription = this.subscriptions.get(message.id);
    if (!subscription) return; // closed meanwhile
    subscription.begun();
    for (const route of this.#routes.values()) route.subscriptions.delete(subscription);
    subscription.streams = [];
    for (const stream of message.streams) this.#addStream(subscription, stream);
    call(subscription.handlers.onchange, { event: "subscribed", driver: null });
  }

  /**
   * @param {Subscription} subscription
   * @param {any} stream
   */
  #addStream(subscription, stream) {
    const driver = this.#bySource(stream.source);
    if (!driver?.schema) return; // it cannot be used: `driver.problem` says why
    const schema = stream.schema ? new Schema(stream.schema) : driver.schema;
    const message = schema.byId.get(stream.type);
    if (!message) throw new Error(`a stream of message ${stream.type}, which no schema has`);
    const key = routeKey(stream.source, stream.type);
    let route = this.#routes.get(key);
    if (!route || stream.schema) {
      // The relay gives the ids of derived streams out again: the last word counts.
      const subscriptions = route?.message.name === message.name ? route.subscriptions : new Set();
      this.#routes.set(key, (route = { driver: driver.name, message, subscriptions }));
    }
    route.subscriptions.add(subscription);
    const { of = null, decimate = null } = stream;
    subscription.streams.push({ driver: driver.name, message, of, decimate });
    const first = stream.first_sequence ?? null;
    subscription.ledger(driver.name, message.name).begin(first, driver.epoch);
  }

  /** @param {any} message */
  #dropped(message) {
    const subscription = this.subscriptions.get(message.id);
    const driver = this.#bySource(message.source)?.name;
    if (!subscription || driver === undefined) return;
    const { reason } = message;
    const ledger = subscription.ledger(driver, message.message);
    const count = ledger.dropped(reason, message.count, message.sequence);
    call(subscription.handlers.ondropped, { driver, message: message.message, reason, count });
  }

  /** @param {any} message */
  #reply(message) {
    const waiting = this.#commands.get(message.id);
    if (!waiting) return;
    this.#commands.delete(message.id);
    const { error } = message;
    if (error) waiting.reject(new CommandError(error.code, error.name, error.text));
    else
      waiting.resolve(
        message.message === null ? null : { message: message.message, fields: message.fields },
      );
  }

  /** @param {any} message */
  #error(message) {
    const waiting = this.#commands.get(message.id);
    this.#commands.delete(message.id);
    waiting?.reject(new CommandError(null, message.code, message.text));
    call(
      this.subscriptions.get(message.id)?.handlers.onerror,
      new Refused(message.code, message.text),
    );
  }

  /** @param {FrameGroup} group */
  #deliver(group) {
    const route = this.#routes.get(routeKey(group.source, group.type));
    if (!route || !route.subscriptions.size) {
      this.unknown += group.starts.length;
      return;
    }
    const { message, driver } = route;
    const { sequence } = new Batch(driver, message, group);
    const readable = onlyReadable(group, message);
    const unreadable = group.starts.length - readable.starts.length;
    let bytes = 0;
    for (const size of group.sizes) bytes += padded(HEADER_BYTES + size);
    const batch = new Batch(driver, message, readable);
    for (const subscription of [...route.subscriptions]) {
      subscription.ledger(driver, message.name).add(sequence, bytes, unreadable);
      if (batch.count && this.subscriptions.has(subscription.id))
        call(subscription.handlers.onbatch, batch);
    }
  }

  /** @param {number} source */
  #bySource(source) {
    for (const driver of this.drivers.values()) if (driver.source === source) return driver;
    return undefined;
  }
}

/**
 * @param {number} source
 * @param {number} type
 */
function routeKey(source, type) {
  return (source << 16) | type;
}

/**
 * @param {FrameGroup} group
 * @param {Message} message
 * @returns {FrameGroup} Without the frames whose size the schema does not allow.
 */
function onlyReadable(group, message) {
  const fits = (/** @type {unknown} */ _, /** @type {number} */ index) =>
    message.fits(group.sizes[index]);
  if (group.sizes.every(fits)) return group;
  return { ...group, starts: group.starts.filter(fits), sizes: group.sizes.filter(fits) };
}

/**
 * What JSON has not: BigInt as a number, or beyond 2^53 as text; typed arrays as arrays.
 *
 * @param {string} _
 * @param {any} value
 */
function jsonValue(_, value) {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  return ArrayBuffer.isView(value) ? Array.from(/** @type {any} */ (value)) : value;
}

/**
 * Calls a page's handler. What it throws is the page's, not the stream's, to end: it is reported
 * as any uncaught error.
 *
 * @template T
 * @param {((value: T) => void) | undefined} handler
 * @param {T} value
 */
function call(handler, value) {
  try {
    handler?.(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
