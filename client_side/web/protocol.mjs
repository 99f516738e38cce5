// The words and limits of PROTOCOL.md that this client knows, each of them here only. A test compares
// them with cwire_frame.h and with the Python client's. Pure.

/** Version of the protocol. */
export const PROTOCOL = 1;
/** Subprotocol of the WebSocket. */
export const SUBPROTOCOL = "cwire.v1";
/** Begin of the further subprotocol that carries a token. */
export const TOKEN_PREFIX = "cwire.token.";

/** Bytes of a frame's header. */
export const HEADER_BYTES = 24;
/** Bytes of the largest frame, header and payload. */
export const FRAME_LIMIT = 64 * 1024 * 1024;

/** Number of the relay itself among the sources. */
export const RELAY_SOURCE = 255;

/** Type of control frames. */
export const CONTROL = 0;
/** Flag: answers a command. */
export const REPLY = 1;
/** Flag, with REPLY: the payload is an error. */
export const ERROR = 2;
/** Flag, reserved: the payload names a slot in shared memory. */
export const SHARED = 4;

/** Code of an error: the driver is down. */
export const EDOWN = -14;

/** Bytes of the largest window. */
export const WINDOW_LIMIT = 2 ** 30;

/** Ways to serve a page that is slow: the values of a subscription's `policy`. */
export const POLICIES = /** @type {const} */ (["queue", "latest"]);
/** @typedef {typeof POLICIES[number]} Policy */
/** Reasons of `dropped` for frames that were not wanted: a policy, a rate. */
export const UNWANTED = /** @type {const} */ (["conflated", "rate", "size"]);
/** Reasons of `dropped` for frames that were wanted. */
export const LOST = /** @type {const} */ (["driver", "relay"]);
