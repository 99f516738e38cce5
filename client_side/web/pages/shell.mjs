// What all pages share: the connection to the relay, the state in the link, the links between pages,
// and one place that says what is wrong.
//
// The relay sends the HTML around it, the same for every page: a header with the links, the place
// for what is wrong, and an empty <main>. A page fills <main>.

import { Client } from "../client.mjs";
import { element } from "../elements.mjs";
import { SUBPROTOCOL, TOKEN_PREFIX } from "../protocol.mjs";
import "./shell/shell.css";
import { AddressBar } from "./shell/address_bar.mjs";
import { NO_RELAY, NO_TOKEN, driversText, refusalText } from "./shell/condition.mjs";

const COPIED_MS = 2000;

/** The frame around a page. */
export class Shell {
  /** Where the page puts what it shows. */
  main = found("main");
  /** What the page shows, as its link says it. */
  state = new AddressBar();
  /** The connection to the relay that the page came from. It comes back by itself. */
  client = new Client(() => this.address());
  #condition = found("#condition");
  /** @type {string} Why the relay is not reached. */
  #refused = "";

  constructor() {
    this.client.addEventListener("state", () => void this.#changed());
    this.client.addEventListener("drivers", () => this.#tell());
    this.state.addEventListener("set", () => this.#linkPages());
    this.state.addEventListener("change", () => this.#linkPages());
    this.#linkPages();
    found("header").append(this.#makeCopy());
    this.#tell();
  }

  /** Where the relay is, with the token: a link with one may be pasted into the tab. */
  async address() {
    const token = await this.state.arrival();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return {
      url: `${scheme}://${location.host}/ws`,
      protocols: [SUBPROTOCOL, TOKEN_PREFIX + token],
    };
  }

  async #changed() {
    const { state, reason } = this.client;
    this.state.proven = state === "open";
    if (state === "open") this.#refused = "";
    else if (state === "closed") this.#refused = `${reason}: load this page anew`;
    else if (state === "lost") this.#refused = await why(reason);
    this.#tell();
  }

  #tell() {
    const { state, drivers } = this.client;
    const place = this.#condition;
    if (this.state.token === null) show(place, NO_TOKEN, "problem");
    else if (state === "open") show(place, driversText(drivers.values()), "problem");
    else if (this.#refused) show(place, this.#refused, "problem");
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

  #makeCopy() {
    const button = element("button", {
      type: "button",
      className: "copy",
      textContent: "Copy link",
      title: "Copies the link to what is seen, without the token: whoever opens it needs a token",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(this.state.link);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Copy it from the address bar"; // it has no token either
        }
        setTimeout(() => (button.textContent = "Copy link"), COPIED_MS);
      },
    });
    return button;
  }
}

/**
 * Asks the relay why it does not let this page connect: of a WebSocket, browsers do not tell.
 *
 * @param {string} reason What the client knows.
 */
async function why(reason) {
  if (!reason.startsWith("cannot connect")) return `${reason}; trying again …`;
  try {
    const answer = await fetch(`/health?origin=${encodeURIComponent(location.origin)}`);
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
