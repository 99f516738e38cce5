// The client's side of the WebSocket session (PROTOCOL.md), without a socket or a timer. Pure.
// It outlives a connection: `disconnected`, then a new hello, and everything goes on.

import { Batch } from "./decode/batch.mjs";
import { SchemaError } from "./decode/checks.mjs";
import { FrameError, groupFrames } from "./decode/frames.mjs";
import { CommandError, NotConnected, OtherDrivers, ProtocolError, Refused } from "./errors.mjs";
import { EDOWN, RELAY_SOURCE } from "./protocol.mjs";
import * as relay from "./relay_messages.mjs";

/** @typedef {import("./subscription.mjs").Subscription} Subscription */
/** @typedef {import("./decode/frames.mjs").FrameGroup} FrameGroup */
/** @typedef {import("./decode/structs.mjs").Message} Message */

/**
 * A driver, as the relay described it last.
 *
 * @typedef {object} Driver
 * @property {string} name
 * @property {number} source Below 0: the present relay does not have it; an earlier one did.
 * @property {string | null} socket The Unix socket where the relay looks for it; null: the relay's own.
 * @property {"up" | "down" | "stale" | "unknown"} state `unknown`: the relay is gone.
 * @property {string} problem Why it is not up, or why its schema cannot be used; for people.
 * @property {number | null} session The number of its present run.
 * @property {string | null} epoch
 * @property {import("./decode/schema.mjs").Schema | null} schema null before it was ever up.
 */
/**
 * The receivers of one message.
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
  #onmessage;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #commands = new Map();
  /** @type {Map<number, Route>} By source and type. */
  #routes = new Map();
  #lastId = 0;
  /**
   * The drivers that there have been, and what the first relay watched. A later relay may lack some
   * of them, which are down then; a driver of one of these names at another socket is not known
   * here: no command is for it.
   *
   * @type {relay.Served | null}
   */
  #had = null;
  /** @type {relay.Machine | null} Where the first relay ran; null: it did not say. */
  #machine = null;
  #other = false; // the present relay has a driver that is not known here, or lacks one that is
  /**
   * The handler of each op of the relay. A new op is a line here, a reader in relay_messages.mjs, and
   * a method.
   *
   * @type {{[Op in keyof relay.Readers]: (message: ReturnType<relay.Readers[Op]>) => void} &
   *   {__proto__: null}}
   */
  #handlers = {
    __proto__: null,
    hello: (message) => this.#hello(message),
    driver: (message) => this.#driver(message),
    subscribed: (message) => this.#subscribed(message),
    dropped: (message) => this.#dropped(message),
    reply: (message) => this.#reply(message),
    error: (message) => this.#error(message),
  };

  /**
   * @param {object} shell
   * @param {(text: string) => void} shell.send
   * @param {() => void} shell.onhello The relay has said hello; subscriptions are asked for next.
   * @param {() => void} shell.ondrivers `drivers` has changed.
   * @param {(message: Record<string, any>, length: number) => void} [shell.onmessage] A text has come.
   */
  constructor({ send, onhello, ondrivers, onmessage }) {
    this.#send = send;
    this.#onhello = onhello;
    this.#ondrivers = ondrivers;
    this.#onmessage = onmessage;
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
    const [op, message, whole] = this.#read(text);
    this.#onmessage?.(whole, text.length);
    this.#handlers[op]?.(message);
  }

  /**
   * Reads a text, and does nothing yet: what is thrown later is not the relay's fault.
   *
   * @param {string} text
   * @returns {[op: keyof relay.Readers, message: any, whole: Record<string, any>]} An op that is not
   *   known: a newer relay says more.
   * @throws {ProtocolError}
   */
  #read(text) {
    try {
      const message = relay.parse(text);
      const op = /** @type {keyof relay.Readers} */ (message.op);
      if (!this.connected && op !== "hello")
        throw new ProtocolError(`the relay sent ${JSON.stringify(op)} before its hello`);
      return [op, relay.READERS[op]?.(message, op), message];
    } catch (error) {
      if (!(error instanceof relay.Malformed || error instanceof SchemaError)) throw error;
      throw new ProtocolError(
        `the relay sent a message that is not cwire's (${error}): ${text.slice(0, 80)}`,
      );
    }
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
   * Takes the end of the connection: rejects the commands that wait; drivers and subscriptions stay.
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
    if (this.connected) this.#send(this.#request(subscription));
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
   * @param {number | null} [session] The driver's run that it is for; null: any.
   * @returns {Promise<{message: string, fields: Record<string, any>} | null>}
   */
  command(driver, name, fields, session = null) {
    return new Promise((resolve, reject) => {
      if (this.#other) driver = this.#ownerOf(driver, name);
      const id = this.nextId();
      const run = session === null ? {} : { session };
      this.#send(JSON.stringify({ op: "command", id, driver, name, fields, ...run }, jsonValue));
      this.#commands.set(id, { resolve, reject });
    });
  }

  /**
   * Finds the driver that a command is for among those that are known here, and have been.
   *
   * @param {string | null} driver
   * @param {string} command
   * @throws {CommandError}
   */
  #ownerOf(driver, command) {
    const known = [...this.drivers.values()].filter(({ name, schema }) =>
      driver === null ? schema?.messages.has(command) : name === driver,
    );
    if (known.length > 1) {
      const names = known.map(({ name }) => name).join(", ");
      const text = `several drivers have a command ${command}: name one (${names})`;
      throw new CommandError(null, "unknown_message", text);
    }
    if (!known.length) {
      const which = driver === null ? `a driver with the command ${command}` : `a driver ${driver}`;
      const text = `this page does not know ${which}: the relay has other drivers since; load it anew`;
      throw new CommandError(null, "unknown_driver", text);
    }
    const [{ name, source, problem }] = known;
    if (source < 0)
      throw new CommandError(EDOWN, "CWIRE_EDOWN", `driver ${name} is down: ${problem}`);
    return name;
  }

  /**
   * @param {ReturnType<relay.Readers["hello"]>} hello
   * @throws {OtherDrivers}
   */
  #hello(hello) {
    this.#compare(hello);
    this.connected = true;
    const names = new Set(hello.drivers.map((driver) => driver.name));
    const missing = [...this.drivers.values()].filter(({ name }) => !names.has(name));
    this.#other = missing.length > 0;
    for (const [index, driver] of missing.entries()) {
      const problem = relay.missingText(driver.name, driver.socket, hello.watches);
      const gone = { source: -1 - index, state: /** @type {const} */ ("down"), session: null };
      this.drivers.set(driver.name, { ...driver, ...gone, problem });
    }
    for (const driver of hello.drivers) if (this.#meet(driver)) this.#update(driver);
    const again = [...this.subscriptions.values()]; // those that handlers make now ask themselves
    this.#onhello();
    for (const subscription of again) {
      if (this.subscriptions.has(subscription.id)) this.#send(this.#request(subscription));
    }
    this.#ondrivers();
  }

  /**
   * The text that asks for a subscription, also of drivers that are missing now.
   *
   * @param {Subscription} subscription
   */
  #request(subscription) {
    const { driver = null } = subscription.wanted;
    const missing = [...this.drivers.values()].filter(({ source }) => source < 0);
    return subscription.request(missing.some(({ name }) => driver === null || driver === name));
  }

  /**
   * Remembers the drivers of the first relay, and where it runs; a later one must have the same.
   *
   * @param {ReturnType<relay.Readers["hello"]>} hello
   * @throws {OtherDrivers}
   */
  #compare({ machine, watches, drivers: all }) {
    const drivers = new Map(
      all.filter(({ source }) => source !== RELAY_SOURCE).map((one) => [one.name, one.socket]),
    );
    if (this.#had === null) {
      this.#had = { drivers, watches };
      this.#machine = machine;
    }
    if (!relay.sameDrivers({ drivers, watches }, this.#had)) {
      throw new OtherDrivers(
        "another relay runs there and was not taken: " +
          `it has ${driversText(drivers)}, and this page had ${driversText(this.#had.drivers)}`,
      );
    }
    if (machine && this.#machine && !relay.sharePaths(machine, this.#machine)) {
      const same = machine.host === this.#machine.host;
      throw new OtherDrivers(
        "another relay runs there and was not taken: it runs on " +
          `${same ? "another container on " : ""}${machine.host}, and this page was connected to ` +
          `one on ${this.#machine.host}`,
      );
    }
  }

  /**
   * Takes note of where a driver is.
   *
   * @param {relay.DriverNews} driver
   * @returns {boolean} false: it has the name of another one.
   */
  #meet({ name, source, socket }) {
    const drivers = this.#had?.drivers;
    if (!drivers || source === RELAY_SOURCE) return true;
    if (!drivers.has(name)) drivers.set(name, socket);
    return drivers.get(name) === socket;
  }

  /** @param {ReturnType<relay.Readers["driver"]>} news */
  #driver({ event, driver: news }) {
    if (!this.#meet(news)) return;
    const { name } = this.#update(news);
    this.#other = [...this.drivers.values()].some(({ source }) => source < 0);
    this.#ondrivers();
    for (const subscription of this.subscriptions.values()) {
      if (!subscription.covers(name)) continue;
      call(subscription.handlers.onchange, { event, driver: name });
    }
  }

  /**
   * @param {relay.DriverNews} news
   * @returns {Driver}
   */
  #update({ schema: told, ...news }) {
    const before = this.drivers.get(news.name);
    if (told !== undefined) this.#forget(news.source); // `subscribed` says anew what comes
    const schema = told === undefined ? (before?.schema ?? null) : told;
    // A driver that is down has no epoch; its run may yet go on.
    const driver = { ...news, epoch: news.epoch ?? before?.epoch ?? null, schema };
    this.drivers.set(news.name, driver);
    return driver;
  }

  /** @param {number} source */
  #forget(source) {
    for (const key of this.#routes.keys()) if (key >> 16 === source) this.#routes.delete(key);
  }

  /** @param {ReturnType<relay.Readers["subscribed"]>} message */
  #subscribed({ id, streams }) {
    const subscription = this.subscriptions.get(id);
    if (!subscription) return; // closed meanwhile
    subscription.begun();
    for (const route of this.#routes.values()) route.subscriptions.delete(subscription);
    subscription.streams = [];
    for (const stream of streams) this.#addStream(subscription, stream);
    call(subscription.handlers.onchange, { event: "subscribed", driver: null });
  }

  /**
   * @param {Subscription} subscription
   * @param {relay.StreamNews} stream
   */
  #addStream(subscription, { source, type, first_sequence, of, decimate, schema: own }) {
    const driver = this.#bySource(source);
    if (!driver?.schema) return; // it cannot be used: `driver.problem` says why
    const message = (own ?? driver.schema).byId.get(type);
    if (!message) {
      throw new ProtocolError(`the relay sends message ${type}, which no schema has`);
    }
    const key = routeKey(source, type);
    let route = this.#routes.get(key);
    if (!route || own) {
      // The relay gives the ids of derived streams out again: the last word counts.
      const subscriptions = route?.message.name === message.name ? route.subscriptions : new Set();
      this.#routes.set(key, (route = { driver: driver.name, message, subscriptions }));
    }
    route.subscriptions.add(subscription);
    subscription.streams.push({ driver: driver.name, message, of, decimate });
    subscription.ledger(driver.name, message.name).begin(first_sequence, driver.epoch);
  }

  /** @param {ReturnType<relay.Readers["dropped"]>} told */
  #dropped({ id, source, message, reason, count: total, sequence }) {
    const subscription = this.subscriptions.get(id);
    const driver = this.#bySource(source)?.name;
    if (!subscription || driver === undefined) return;
    const count = subscription.ledger(driver, message).dropped(reason, total, sequence);
    call(subscription.handlers.ondropped, { driver, message, reason, count });
  }

  /** @param {ReturnType<relay.Readers["reply"]>} reply */
  #reply({ id, error, message, fields }) {
    const waiting = this.#commands.get(id);
    if (!waiting) return;
    this.#commands.delete(id);
    if (error) waiting.reject(new CommandError(error.code, error.name, error.text));
    else waiting.resolve(message === null ? null : { message, fields });
  }

  /** @param {ReturnType<relay.Readers["error"]>} error */
  #error({ id, code, text }) {
    if (id === null) return;
    const waiting = this.#commands.get(id);
    this.#commands.delete(id);
    waiting?.reject(new CommandError(null, code, text));
    call(this.subscriptions.get(id)?.handlers.onerror, new Refused(code, text));
  }

  /** @param {FrameGroup} group */
  #deliver(group) {
    const route = this.#routes.get(routeKey(group.source, group.type));
    if (!route || !route.subscriptions.size) {
      this.unknown += group.count;
      return;
    }
    const { message, driver } = route;
    const whole = received(driver, message, group);
    for (const subscription of [...route.subscriptions]) {
      const ledger = subscription.ledger(driver, message.name);
      const known = ledger.known(whole.sequences);
      if (known === group.count) continue;
      const { batch, bytes, sequences, unreadable } = known
        ? received(
            driver,
            message,
            group.filter((_, index) => index >= known),
          )
        : whole;
      ledger.add(sequences, bytes, unreadable);
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
 * Names drivers, each with its socket.
 *
 * @param {Map<string, string | null>} drivers
 */
function driversText(drivers) {
  const named = [...drivers].map(([name, socket]) => (socket ? `${name} at ${socket}` : name));
  return named.join(", ") || "no driver";
}

/**
 * @param {number} source
 * @param {number} type
 */
function routeKey(source, type) {
  return (source << 16) | type;
}

/**
 * The frames of a group that can be read, and the counts of all.
 *
 * @param {string} driver
 * @param {Message} message
 * @param {FrameGroup} group
 */
function received(driver, message, group) {
  const { bytes, sequences, runs } = group;
  const fits = (/** @type {number} */ size) => message.fits(size);
  const fit = runs.every(({ size }) => fits(size)) ? group : group.filter(fits);
  const batch = new Batch(driver, message, fit);
  return { batch, bytes, sequences, unreadable: group.count - fit.count };
}

/**
 * Replaces what JSON lacks: BigInt by a number, or beyond 2^53 by text; typed arrays by arrays.
 *
 * @param {string} _
 * @param {any} value
 */
export function jsonValue(_, value) {
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
