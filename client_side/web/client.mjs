// The cwire client for browsers and Node: live C structs from a relay, decoded by their schema.
// It has no dependencies and needs no bundler: import it as it is.

import { Connection } from "./connection.mjs";
import { NotConnected } from "./errors.mjs";
import { WINDOW_LIMIT } from "./protocol.mjs";
import { Session } from "./session.mjs";
import { CLOSED, Stream } from "./stream.mjs";
import { Subscription } from "./subscription.mjs";

export { Batch } from "./decode/batch.mjs";
export { SchemaError } from "./decode/checks.mjs";
export { CommandError, NotConnected, ProtocolError, Refused } from "./errors.mjs";
export { FrameError, groupFrames, parseFrames } from "./decode/frames.mjs";
export { PathError } from "./decode/places.mjs";
export { Schema } from "./decode/schema.mjs";
export { Stream, Subscription };

/** @typedef {import("./connection.mjs").Address} Address */
/** @typedef {import("./session.mjs").Driver} Driver */
/**
 * What `Client.extend` takes.
 *
 * @typedef {object} Extension
 * @property {(message: Record<string, any>, length: number) => void} onmessage A text, parsed, and
 *   how long it is.
 * @property {(data: ArrayBuffer) => void} onbinary Frames.
 */
/** @typedef {import("./types.mjs").AnySchema} AnySchema */
/** @typedef {import("./types.mjs").CommandTypes} CommandTypes */
/** @typedef {import("./types.mjs").MessageTypes} MessageTypes */
/** @typedef {import("./types.mjs").SchemaTypes} SchemaTypes */

const WINDOW_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
const ACK_MS = 5;

/**
 * A connection to a relay that comes back when it is lost.
 *
 * Events: `state` (detail `{state, reason}`), and `drivers` after any change of `drivers`.
 *
 * @template {SchemaTypes} [S=AnySchema] What `cwire wrap --typescript` has written for the drivers.
 */
export class Client extends EventTarget {
  #session;
  #connection;
  /** @type {Extension | undefined} */
  #extension;
  #window;
  #received = 0; // bytes of frames since the window was told
  #acknowledged = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #ackTimer;

  /**
   * @param {Address | (() => Address | Promise<Address>)} address Where the relay is; a function is
   *   asked before every attempt.
   * @param {object} [options]
   * @param {import("./connection.mjs").WebSocketClass} [options.WebSocket] Where there is no global
   *   one (Node 20), or where frames come another way: whatever behaves as a WebSocket.
   * @param {boolean} [options.reconnect] Try again for ever (the default).
   * @param {number} [options.timeout] Milliseconds for an attempt, until the relay's hello (10,000).
   * @param {number | null} [options.window] Bytes that may be under way (4 MiB): a page that is slow
   *   then gets what is new, not what has piled up. null: no bound.
   */
  constructor(address, options = {}) {
    super();
    const { WebSocket = globalThis.WebSocket, window = WINDOW_BYTES } = options;
    const { reconnect = true, timeout = TIMEOUT_MS } = options;
    if (!WebSocket) {
      throw new TypeError("there is no WebSocket here (Node before 22): give one, {WebSocket: …}");
    }
    if (window !== null && !(Number.isInteger(window) && window > 0 && window <= WINDOW_LIMIT)) {
      throw new RangeError(
        `window is ${window}; it can be a number of bytes from 1 to ${WINDOW_LIMIT}, or null`,
      );
    }
    /** @type {"connecting" | "open" | "lost" | "closed"} */
    this.state = "connecting";
    /** The reason why it is not open, for people. */
    this.reason = "";
    this.#window = window;
    this.#session = new Session({
      send: (text) => this.#connection.send(text),
      onhello: () => this.#hello(),
      ondrivers: () => this.dispatchEvent(new CustomEvent("drivers")),
      onmessage: (message, length) => this.#extension?.onmessage(message, length),
    });
    this.#connection = new Connection(
      typeof address === "function" ? address : () => address,
      { WebSocket, reconnect, timeout },
      {
        onmessage: (data) => this.#message(data),
        onattempt: () => this.#change("connecting", this.reason),
        onlost: (reason, final) => {
          this.#session.disconnected(reason);
          this.#change(final ? "closed" : "lost", reason);
        },
      },
    );
  }

  /** @returns {ReadonlyMap<string, Driver>} What the relay has, by name; the relay itself is `relay`. */
  get drivers() {
    return this.#session.drivers;
  }

  /** Frames that came and that no subscription explains. */
  get unknown() {
    return this.#session.unknown;
  }

  /**
   * Waits until the relay has said hello.
   *
   * @returns {Promise<void>} Rejects with NotConnected once the client is closed.
   */
  opened() {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.state === "open") resolve();
        else if (this.state === "closed") reject(new NotConnected(this.reason));
        else return;
        this.removeEventListener("state", look);
      };
      this.addEventListener("state", look);
      look();
    });
  }

  /**
   * Asks for messages, now and after each reconnect, until it is closed.
   *
   * @param {import("./subscription.mjs").Wanted} wanted
   * @param {import("./subscription.mjs").Handlers} handlers
   * @returns {Subscription}
   */
  subscribe(wanted, handlers) {
    this.#refuseIfClosed();
    const session = this.#session;
    const subscription = new Subscription(session.nextId(), wanted, handlers, (ended) =>
      session.unsubscribe(ended),
    );
    session.subscribe(subscription);
    return subscription;
  }

  /**
   * Returns one message's batches as an async iterable: `for await (const batch of …)`. A loop that is
   * slower than the driver misses the oldest (`Stream.missed`). It goes on after reconnects and restarts.
   *
   * @template {import("./types.mjs").Names<S["messages"]>} K
   * @param {K} message
   * @param {import("./stream.mjs").StreamOptions} [options] Those of `subscribe`, and a `signal`
   *   that ends it.
   * @returns {Stream<import("./types.mjs").Of<S["messages"], MessageTypes, K>>}
   */
  stream(message, options = {}) {
    return new Stream(this, message, options);
  }

  /**
   * Sends a command. Fields are as PROTOCOL.md has them in JSON; BigInt and typed arrays are
   * welcome: a row of `Batch` can be sent, but for NaN. In the reply, integers beyond 2^53 are
   * decimal text.
   *
   * @template {import("./types.mjs").Names<S["commands"]>} K
   * @param {string | null} driver null: the only one that has it.
   * @param {K} name
   * @param {import("./types.mjs").Of<S["commands"], CommandTypes, K>["fields"]} [fields] What is left
   *   out is the default.
   * @param {object} [options]
   * @param {number | null} [options.session] The driver's run that it is for (`Driver.session`):
   *   another one refuses it (CWIRE_ESESSION). null: for any.
   * @returns {Promise<import("./types.mjs").Of<S["commands"], CommandTypes, K>["reply"]>} null: an
   *   empty OK. Rejects with a CommandError, or with NotConnected: if it was under way, its outcome
   *   is unknown.
   */
  async command(driver, name, fields = {}, { session = null } = {}) {
    if (this.state !== "open") {
      throw new NotConnected(`${name} was not sent: ${this.reason || "not connected yet"}`);
    }
    return this.#session.command(driver, name, fields, session);
  }

  /**
   * Lets a module of its own (`actions.mjs`) speak its part of the protocol.
   *
   * @internal
   * @param {Extension} extension It sees all that comes, first; there can be one.
   */
  extend(extension) {
    this.#extension = extension;
    return {
      nextId: () => this.#session.nextId(),
      send: (/** @type {string | Uint8Array<ArrayBuffer>} */ data) => this.#connection.send(data),
    };
  }

  /** Ends everything, for ever. Commands that wait are rejected. */
  close() {
    if (this.state === "closed") return;
    this.#connection.close();
    this.#session.disconnected(CLOSED);
    this.#change("closed", CLOSED);
  }

  #refuseIfClosed() {
    if (this.state === "closed") throw new NotConnected(this.reason);
  }

  #hello() {
    this.#connection.established();
    this.#received = this.#acknowledged = 0;
    if (this.#window !== null)
      this.#connection.send(JSON.stringify({ op: "window", bytes: this.#window }));
    this.#change("open", "");
  }

  /** @param {string | ArrayBuffer} data */
  #message(data) {
    if (typeof data === "string") {
      this.#session.receiveText(data);
      return;
    }
    this.#extension?.onbinary(data);
    this.#received += this.#session.receiveBinary(data);
    if (this.#window === null) return;
    // Messages that came soon after each other are acknowledged together, but not later than half a
    // window: each acknowledgement costs page, browser and relay more than the frames of a message.
    if (2 * (this.#received - this.#acknowledged) >= this.#window) this.#acknowledge();
    else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ACK_MS);
  }

  #acknowledge() {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (this.state !== "open" || this.#received === this.#acknowledged) return;
    this.#acknowledged = this.#received;
    this.#connection.send(JSON.stringify({ op: "ack", bytes: this.#received }));
  }

  /**
   * @param {Client["state"]} state
   * @param {string} reason
   */
  #change(state, reason) {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.state = state;
    this.reason = reason;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, reason } }));
  }
}
