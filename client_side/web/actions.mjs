// Actions: calls of Python functions beside the relay (PROTOCOL.md, "Actions"). A module of its own,
// beside client.mjs: a page that calls nothing does not load it.

import { ArrayCollector, ARRAYS_LIMIT, arrayFrames, TEXT_LIMIT } from "./actions/frames.mjs";
import { ActionStream } from "./actions/stream.mjs";
import { decodeValue, encodeValue } from "./actions/values.mjs";
import { NotConnected } from "./client.mjs";

export { numpy } from "./actions/values.mjs";
export { ActionStream };

/** @typedef {import("./actions/values.mjs").NumpyArray} NumpyArray */

const WINDOW = 64; // results of a stream that may be under way
const RECEIVED_MESSAGES = 64;
const RECEIVED_BYTES = 256 * 1024;

/**
 * Progress of a function, as it tells it.
 *
 * @typedef {{done: number, total: number | null, text: string}} Progress
 */
/**
 * The options of a call.
 *
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal] Cancels the call: it rejects with the signal's reason.
 * @property {number} [deadline] Seconds, after which the relay ends the call.
 * @property {(progress: Progress) => void} [onprogress]
 */
/** @typedef {CallOptions & {window?: number}} StreamOptions `window`: results under way (64). */
/**
 * A call that runs.
 *
 * @typedef {object} Call
 * @property {string} action
 * @property {() => void} send Sends it, once more if the first time was in vain.
 * @property {number} connection The one that it was sent by.
 * @property {(value: any) => void} onresult
 * @property {(returned: {value: any} | null) => void} onend
 * @property {(error: any) => void} onfail
 * @property {((progress: Progress) => void) | undefined} onprogress
 * @property {() => void} [onresume] It goes on, by another connection.
 */
/**
 * What this needs of a client: `Client` of client.mjs is one.
 *
 * @typedef {object} Line
 * @property {string} state
 * @property {string} reason
 * @property {import("./client.mjs").Client["extend"]} extend
 * @property {EventTarget["addEventListener"]} addEventListener
 */

/** A call that failed: the relay or the function says why. */
export class ActionError extends Error {
  /**
   * @param {string} action
   * @param {string} code One of PROTOCOL.md's, `unknown_action` or `raised`, or the function's own.
   * @param {string} text For people.
   */
  constructor(action, code, text) {
    super(`${action}: ${text}`);
    this.name = "ActionError";
    this.action = action;
    this.code = code;
    this.text = text;
  }
}

/**
 * The actions of the relay that a client is connected to.
 *
 *     const bridge = new Actions(client);
 *     const event = await bridge.call("events.create", { name: "x" }, { signal });
 *     for await (const step of bridge.stream("scan", { points: 100 })) draw(step);
 *     bridge.addEventListener("counter_increment", ({ detail }) => show(detail));
 *
 * Values are what JSON has, BigInt, NaN, and typed arrays, which are numpy's arrays in Python (see
 * `numpy`). Calls and events outlive a connection that is lost for a short time (10 s).
 *
 * Events: those of the relay's processes, under their own names, with their data as `detail`.
 */
export class Actions extends EventTarget {
  #client;
  #line;
  /** @type {Map<number, Call>} By id. */
  #calls = new Map();
  #arrays = new ArrayCollector();
  /** @type {string | null} The session's key. */
  #key = null;
  #seconds = 0;
  #connection = 0;
  #received = 0;
  #told = 0;
  #bytes = 0;
  #number = NaN;
  /** @type {ReturnType<typeof setTimeout> | undefined} Until the session is over. */
  #timer;

  /** @param {Line} client One for each client. */
  constructor(client) {
    super();
    this.#client = client;
    this.#line = client.extend({
      onbinary: (data) => void (this.#bytes += this.#arrays.take(data)),
      onmessage: (message, length) => this.#message(message, length),
    });
    client.addEventListener("state", () => this.#look());
    if (client.state === "open") this.#begin();
  }

  /** The number by which functions and processes know this client; NaN before it is told. */
  get number() {
    return this.#number;
  }

  /**
   * Calls an action.
   *
   * @param {string} action Its name: `events.create`.
   * @param {any} [data] Its arguments by name.
   * @param {CallOptions} [options]
   * @returns {Promise<any>} What it returns, else the last of what it sends, else null. Rejects with an
   *   ActionError, with NotConnected, or with the signal's reason.
   */
  call(action, data = {}, options = {}) {
    return new Promise((resolve, reject) => {
      /** @type {any} */
      let last = null;
      this.#start(action, data, options, {
        onresult: (value) => void (last = value),
        onend: (returned) => resolve(returned ? returned.value : last),
        onfail: reject,
      });
    });
  }

  /**
   * Calls an action, and returns what it sends, as it comes.
   *
   * @param {string} action
   * @param {any} [data]
   * @param {StreamOptions} [options]
   * @returns {ActionStream} For one loop, which throws what `call` rejects with.
   */
  stream(action, data = {}, { window = WINDOW, ...options } = {}) {
    if (!(Number.isInteger(window) && window > 0))
      throw new RangeError(`window is ${window}; it is a number of results, 1 or more`);
    /** @type {number | null} */
    let id = null;
    const stream = new ActionStream(window, {
      taken: (results) => void (id !== null && this.#send({ op: "taken", id, results })),
      cancel: () => void (id !== null && this.#cancel(id)),
    });
    const handlers = {
      onresult: (/** @type {any} */ value) => stream.put(value),
      onend: (/** @type {{value: any} | null} */ returned) => stream.end(returned?.value),
      onfail: (/** @type {any} */ error) => stream.fail(error),
      // What was told while the connection broke may not have arrived.
      onresume: () => stream.tell(),
    };
    id = this.#start(action, data, options, handlers, { window });
    return stream;
  }

  /**
   * Describes the actions that there are, or one.
   *
   * @param {string} [name]
   * @returns {Promise<any>} See PROTOCOL.md.
   */
  describe(name) {
    return this.call("describe", name === undefined ? {} : { name });
  }

  /**
   * @param {string} action
   * @param {any} value
   * @param {CallOptions} options
   * @param {Pick<Call, "onresult" | "onend" | "onfail" | "onresume">} handlers
   * @param {object} [more] Further fields of the op.
   * @returns {number | null} Its id; null: it has failed.
   */
  #start(action, value, { signal, deadline, onprogress }, handlers, more = {}) {
    const { state, reason } = this.#client;
    if (signal?.aborted) handlers.onfail(signal.reason);
    else if (state !== "open") {
      const why = `${action} was not called: ${reason || "not connected yet"}`;
      handlers.onfail(new NotConnected(why));
    } else {
      try {
        const { data, arrays } = encodeValue(value);
        if (arrays.reduce((sum, { length }) => sum + length, 0) > ARRAYS_LIMIT)
          throw new TypeError(`its arrays have more than ${ARRAYS_LIMIT} bytes`);
        const id = this.#line.nextId();
        const text = JSON.stringify({ op: "call", id, action, data, deadline, ...more });
        if (text.length > TEXT_LIMIT)
          throw new TypeError(
            `the call has more than ${TEXT_LIMIT} characters: send text as bytes, or in parts`,
          );
        const abort = () => {
          this.#cancel(id);
          handlers.onfail(/** @type {AbortSignal} */ (signal).reason);
        };
        const done = () => signal?.removeEventListener("abort", abort);
        /** @type {Call} */
        const call = {
          action,
          onprogress,
          connection: 0,
          send: () => {
            call.connection = this.#connection;
            arrays.forEach((bytes, at) => {
              for (const frame of arrayFrames(at + 1, bytes)) this.#line.send(frame);
            });
            this.#line.send(text);
          },
          onresult: handlers.onresult,
          onresume: handlers.onresume,
          onend: (returned) => (done(), handlers.onend(returned)),
          onfail: (error) => (done(), handlers.onfail(error)),
        };
        signal?.addEventListener("abort", abort);
        this.#calls.set(id, call);
        call.send();
        return id;
      } catch (error) {
        handlers.onfail(error);
      }
    }
    return null;
  }

  /** @param {number} id */
  #cancel(id) {
    if (this.#calls.delete(id)) this.#send({ op: "cancel", id });
  }

  /** @param {object} message */
  #send(message) {
    this.#line.send(JSON.stringify(message));
  }

  /** Asks for a session, or to go on with the one before. */
  #begin() {
    this.#connection += 1;
    this.#arrays.give();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#send({ op: "session", session: this.#key, received: this.#received });
  }

  #look() {
    const { state, reason } = this.#client;
    if (state === "closed") this.#failAll(reason);
    else if (state === "lost" && this.#timer === undefined)
      this.#timer = setTimeout(() => this.#failAll(reason), 1000 * this.#seconds);
  }

  /** @param {string} reason */
  #failAll(reason) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      const why = `${reason}; it went before ${call.action} had ended: the outcome is unknown`;
      call.onfail(new NotConnected(why));
    }
  }

  /**
   * @param {Record<string, any>} message A text of the relay; most are not for this.
   * @param {number} length
   */
  #message(message, length) {
    const { op, id } = message;
    const call = this.#calls.get(id);
    switch (op) {
      case "hello":
        this.#begin();
        break;
      case "session":
        this.#resume(message);
        break;
      case "progress":
        if (call?.onprogress) tell(call.onprogress, message);
        break;
      case "error": // of a relay that knows no actions
        this.#end(id, (one) => one.onfail(new ActionError(one.action, message.code, message.text)));
        break;
      case "result":
      case "event":
      case "end":
      case "failed":
        this.#take(message);
        this.#acknowledge(length);
    }
  }

  /** @param {Record<string, any>} message */
  #take({ op, id, action, code, text, data }) {
    const arrays = this.#arrays.give();
    if (op === "failed") {
      this.#end(id, (call) => call.onfail(new ActionError(call.action, code, text)));
      return;
    }
    let value;
    try {
      value = decodeValue(data, arrays);
    } catch (error) {
      this.#end(id, (call) => call.onfail(error));
      return;
    }
    if (op === "event") this.dispatchEvent(new CustomEvent(action, { detail: value }));
    else if (op === "result") this.#calls.get(id)?.onresult(value);
    else this.#end(id, (call) => call.onend(data === undefined ? null : { value }));
  }

  /**
   * @param {number} id
   * @param {(call: Call) => void} tell
   */
  #end(id, tell) {
    const call = this.#calls.get(id);
    if (this.#calls.delete(id) && call) tell(call);
  }

  /** @param {number} length */
  #acknowledge(length) {
    this.#received += 1;
    this.#bytes += length;
    if (this.#received - this.#told < RECEIVED_MESSAGES && this.#bytes < RECEIVED_BYTES) return;
    this.#told = this.#received;
    this.#bytes = 0;
    this.#send({ op: "received", count: this.#received });
  }

  /** @param {Record<string, any>} answer */
  #resume({ client, session, kept, seconds, streams }) {
    this.#number = client;
    this.#key = session;
    this.#seconds = seconds;
    const known = new Set(streams);
    const before = [...this.#calls].filter(([, call]) => call.connection !== this.#connection);
    if (!kept) this.#received = this.#told = 0;
    for (const [id, call] of before) {
      if (known.delete(id)) call.onresume?.();
      else if (kept)
        call.send(); // it has never arrived
      else
        this.#end(id, (lost) => {
          const why = `the relay has forgotten ${lost.action}: its outcome is unknown`;
          lost.onfail(new NotConnected(why));
        });
    }
    // What was cancelled while the relay was away.
    for (const id of known) if (!this.#calls.has(id)) this.#send({ op: "cancel", id });
  }
}

/**
 * Tells of progress. What a page's function throws is the page's to see, not the connection's end.
 *
 * @param {(progress: Progress) => void} onprogress
 * @param {Record<string, any>} message
 */
function tell(onprogress, { done, total, text }) {
  queueMicrotask(() => onprogress({ done, total, text }));
}
