// Errors that a page can meet.

/** A command was refused by the driver or the relay, or its outcome is unknown. */
export class CommandError extends Error {
  /**
   * @param {number | null} code One of PROTOCOL.md's; null: the relay did not understand the request.
   * @param {string} name `CWIRE_ERANGE`; without a code the relay's own: `bad_request`.
   * @param {string} text For people.
   */
  constructor(code, name, text) {
    super(text);
    this.code = code;
    this.name = name;
    this.text = text;
  }
}

/** A lack of a connection to the relay. */
export class NotConnected extends Error {
  name = "NotConnected";
}

/** A relay without the drivers that the one before it had: it is not taken, and the search goes on. */
export class OtherDrivers extends NotConnected {
  name = "OtherDrivers";
}

/** A refusal of a subscription by the relay. */
export class Refused extends Error {
  name = "Refused";

  /**
   * @param {string} code `unknown_driver`, `unknown_message`, `bad_request`, …
   * @param {string} text For people.
   */
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

/** A breach of cwire's protocol by the relay, or another version of it: trying again is of no use. */
export class ProtocolError extends Error {
  name = "ProtocolError";
}
