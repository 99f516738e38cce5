// What all pages share: the connection to the relay, the state in the link, the links between pages,
// and one place that says what is wrong.
//
// The relay sends the HTML around it, the same for every page: a header with the links, the place
// for what is wrong, and an empty <main>. A page fills <main>.

import { Client } from "../client.mjs";
import { SUBPROTOCOL, TOKEN_PREFIX } from "../protocol.mjs";
import "./shell/shell.css";
import { AddressBar } from "./shell/address_bar.mjs";
import { NO_RELAY, NO_TOKEN, driversText, refusalText } from "./shell/condition.mjs";

const COPY = "Copy link"; // as the HTML has it
const COPIED_MS = 2000;
const ANSWER_MS = 10_000;
const FIRST_MS = 500; // until a relay is looked for again; each time twice as long, up to
const LAST_MS = 5000; // this, also where it does not take this page

/** The frame around a page. */
export class Shell {
  /** Where the page puts what it shows. */
  main = found("main");
  /** What the page shows, as its link says it. */
  state = new AddressBar();
  /** The connection to the relay that the page came from. It comes back by itself. */
  client = new Client(() => this.address());
  #condition = found("#condition");
  #problem = ""; // why the relay is not reached
  #needsDriver = true;

  constructor() {
    this.client.addEventListener("state", () => this.#changed());
    this.client.addEventListener("drivers", () => this.#tell());
    this.state.addEventListener("set", () => this.#linkPages());
    this.state.addEventListener("change", () => this.#linkPages());
    addEventListener("online", () => this.state.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.state.hurry());
    this.#linkPages();
    found(".copy").onclick = () => void this.#copy();
    this.#tell();
  }

  /**
   * Where the relay is, with the token. Asked before every attempt: what a relay would refuse is not
   * tried, since it logs that, but waited for, as is a relay that is not there.
   */
  async address() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    let wait = FIRST_MS;
    for (;;) {
      const token = await this.state.arrival();
      this.#problem = await refusal(token);
      if (!this.#problem)
        return {
          url: `${scheme}://${location.host}/ws`,
          protocols: [SUBPROTOCOL, TOKEN_PREFIX + token],
        };
      this.#tell();
      const absent = this.#problem === NO_RELAY; // the browser logs each attempt
      const hurried = await this.state.another(token, absent ? wait : LAST_MS);
      wait = hurried ? FIRST_MS : Math.min(2 * wait, LAST_MS);
    }
  }

  /** Sets whether the page has nothing to show without a driver. */
  set needsDriver(/** @type {boolean} */ on) {
    this.#needsDriver = on;
    this.#tell();
  }

  #changed() {
    const { state, reason } = this.client;
    this.state.prove(state === "open");
    if (state === "open") this.#problem = "";
    else if (state === "closed") this.#problem = `${reason}: load this page anew`;
    else if (state === "lost") this.#problem ||= `${reason}; trying again …`;
    this.#tell();
  }

  #tell() {
    const { state, drivers } = this.client;
    const place = this.#condition;
    if (this.state.token === null) show(place, NO_TOKEN, "problem");
    else if (state === "open")
      show(place, driversText(drivers.values(), this.#needsDriver), "problem");
    else if (this.#problem) show(place, this.#problem, "problem");
    else show(place, "Connecting …", "");
  }

  /** Lets the links to other pages lead to the same state. */
  #linkPages() {
    const { fragment } = this.state;
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
      document.querySelectorAll("nav a")
    ))
      link.hash = fragment;
  }

  async #copy() {
    const button = found(".copy");
    try {
      await navigator.clipboard.writeText(this.state.link);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copy it from the address bar"; // it has no token either
    }
    setTimeout(() => (button.textContent = COPY), COPIED_MS);
  }
}

/**
 * Asks the relay why it will not let this page connect; "" if it will. Of a WebSocket that is
 * refused, browsers do not tell.
 *
 * @param {string} token
 */
async function refusal(token) {
  // Of letters and digits, if it is right; a link may say anything.
  const headers = { Authorization: `Bearer ${encodeURIComponent(token)}` };
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const path = `/health?origin=${encodeURIComponent(location.origin)}`;
    const answer = await fetch(path, { headers, signal });
    if (!answer.ok) return `The relay refuses this page: ${await answer.text()}`;
    return refusalText(await answer.json(), location);
  } catch {
    return NO_RELAY;
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 * @param {string} kind
 */
function show(place, text, kind) {
  if (place.textContent !== text) place.textContent = text; // else it would be read out again
  place.className = kind;
  place.hidden = !text;
}

/** @param {string} selector */
function found(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
