// A WebSocket that comes back: attempts with jittered backoff, and the reason whenever it is gone.

import { OtherDrivers, ProtocolError } from "./errors.mjs";
import { SUBPROTOCOL } from "./protocol.mjs";

const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 2000;
const NORMAL = 1000;

/** Texts for people, by close code of the relay (PROTOCOL.md). */
const CLOSE_REASONS = new Map([
  [1001, "the relay is stopping"],
  [1009, "a message to the relay was too large"],
  [1011, "the relay failed at what it does for this page: its log says more"],
  [4008, "the relay hung up: this page does not read what it is sent"],
]);

/**
 * The place of a relay. A token is offered as a subprotocol: `["cwire.v1", "cwire.token.…"]`.
 *
 * @typedef {object} Address
 * @property {string} url
 * @property {string[]} [protocols] `["cwire.v1"]` if not said.
 */
/**
 * The class of WebSockets to use: the browser's, Node's, or one from a package.
 *
 * @typedef {new (url: string, protocols: string[]) => WebSocket} WebSocketClass
 */

/** Keeps one WebSocket open. Says nothing of tokens: reasons name the place without its query. */
export class Connection {
  #address;
  #WebSocket;
  #reconnect;
  #timeout;
  #handlers;
  #closed = false;
  #delay = FIRST_DELAY_MS;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer; // until the hello, or the next attempt

  /**
   * @param {() => Address | Promise<Address>} address Asked before every attempt.
   * @param {object} options
   * @param {WebSocketClass} options.WebSocket
   * @param {boolean} options.reconnect
   * @param {number} options.timeout Milliseconds for an attempt, until the relay's hello.
   * @param {object} handlers
   * @param {(data: string | ArrayBuffer) => void} handlers.onmessage May throw a ProtocolError,
   *   or OtherDrivers: then another attempt follows.
   * @param {() => void} handlers.onattempt
   * @param {(reason: string, final: boolean) => void} handlers.onlost Called once per connection
   *   or attempt; `final`: there is no further one.
   */
  constructor(address, { WebSocket, reconnect, timeout }, handlers) {
    this.#address = address;
    this.#WebSocket = WebSocket;
    this.#reconnect = reconnect;
    this.#timeout = timeout;
    this.#handlers = handlers;
    void this.#attempt();
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data Lost if the connection is going; its end comes next. */
  send(data) {
    // A browser writes an error to its console when asked to send on one that closes.
    if (this.#socket?.readyState === 1) this.#socket.send(data);
  }

  /** Notes that the relay has said hello: the connection works. */
  established() {
    clearTimeout(this.#timer);
    this.#delay = FIRST_DELAY_MS;
  }

  /** Ends it for ever; `onlost` is not called. */
  close() {
    this.#closed = true;
    this.#drop();
  }

  async #attempt() {
    this.#handlers.onattempt();
    let place = "the relay";
    try {
      const { url, protocols = [SUBPROTOCOL] } = await this.#address();
      if (this.#closed) return;
      place = publicPart(url);
      const socket = new this.#WebSocket(url, protocols);
      socket.binaryType = "arraybuffer";
      this.#socket = socket;
      this.#listen(socket, place);
    } catch (error) {
      if (!this.#closed)
        this.#lost(`cannot connect to ${place}: ${/** @type {Error} */ (error).message}`);
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {string} place
   */
  #listen(socket, place) {
    let opened = false;
    const refused = `cannot connect to ${place}: it does not run there, or it refuses this page or its token`;
    this.#timer = setTimeout(() => {
      this.#lost(
        `${place} does not say hello within ${this.#timeout / 1000} s: is it a cwire relay?`,
      );
    }, this.#timeout);
    socket.onopen = () => {
      opened = true;
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      try {
        this.#handlers.onmessage(data);
      } catch (error) {
        const another = error instanceof OtherDrivers;
        this.#lost(/** @type {Error} */ (error).message, !another);
        if (!another && !(error instanceof ProtocolError)) throw error; // a bug: for the console
      }
    };
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#lost(opened ? closeReason(place, code, reason) : refused);
    };
    socket.onerror = () => {
      // A close follows, in Node 20 not always.
      setTimeout(() => {
        if (socket === this.#socket && socket.readyState !== 1)
          this.#lost(opened ? `${place} is gone` : refused);
      });
    };
  }

  /**
   * @param {string} reason
   * @param {boolean} [final]
   */
  #lost(reason, final = false) {
    this.#drop();
    this.#closed ||= final || !this.#reconnect;
    this.#handlers.onlost(reason, this.#closed);
    if (this.#closed) return;
    // Jitter: clients of a relay that restarts do not all come at once.
    this.#timer = setTimeout(() => void this.#attempt(), this.#delay * (0.5 + Math.random() / 2));
    this.#delay = Math.min(2 * this.#delay, LAST_DELAY_MS);
  }

  /** Lets go of socket and timer; events of the old socket are not listened to any more. */
  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= 1) socket.close(NORMAL);
  }
}

/**
 * @param {string} place
 * @param {number} code
 * @param {string} reason
 */
function closeReason(place, code, reason) {
  const known = CLOSE_REASONS.get(code) ?? `${place} is gone`;
  return reason && !known.includes(reason) ? `${known}: ${reason}` : known;
}

/**
 * An address without its query and fragment, where other services keep tokens.
 *
 * @param {string} url
 */
function publicPart(url) {
  return url.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//");
}
