// What goes wrong, as errors that say what it is.

/** The driver or the relay refused a command; or its outcome is unknown. */
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

/** There is no connection to the relay. */
export class NotConnected extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = "NotConnected";
  }
}

/** The relay refuses a subscription. */
export class Refused extends Error {
  /**
   * @param {string} code `unknown_driver`, `unknown_message`, `bad_request`, …
   * @param {string} text For people.
   */
  constructor(code, text) {
    super(text);
    this.name = "Refused";
    this.code = code;
  }
}

/** What the relay sends is not cwire's protocol, or not this version of it: no use in trying again. */
export class ProtocolError extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = "ProtocolError";
  }
}
