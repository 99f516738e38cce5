// The picture at the top: of the messages that move the one that is most worth a look. A driver may
// publish only what somebody wants: then the best one that can be drawn is asked for.

import { element } from "../../elements.mjs";
import { lookRank } from "../../scope/choice.mjs";
import { Feed } from "../../scope/feed.mjs";
import { canDraw, makeRecipe } from "../../scope/recipe.mjs";
import { Screen } from "../../scope/screen.mjs";
import { writeLayout } from "../scope/layout.mjs";
import { publishedBy, servedDrivers } from "../shell/messages.mjs";
import { writeFragment } from "../shell/state.mjs";

/** @typedef {import("./figures.mjs").Figures} Figures */
/** @typedef {{driver: string, source: number, message: string, answers: boolean, rank: number}} Line */

const HEIGHT = 260; // pixels

/** Measurements, for tests and a console. */
const page = /** @type {{__cwireScope?: Record<string, any>}} */ (globalThis);
const measured = (page.__cwireScope ??= {});

/** Draws one message. */
export class Live {
  /** @type {Screen | null} */
  #screen = null;
  /** @type {Feed | null} */
  #feed = null;
  #made = "";
  /** @type {{driver: string, message: string} | null} */
  #chosen = null;

  /**
   * @param {import("../../client.mjs").Client} client
   * @param {Figures} figures
   */
  constructor(client, figures) {
    this.client = client;
    this.figures = figures;
    this.body = element("div", { className: "live-body" });
    this.from = element("span", { className: "from" });
    this.more = element("a", { href: "/scope" }, "Open in Scope →");
    this.place = element(
      "section",
      { className: "live", hidden: true, "aria-label": "Live" },
      this.body,
      element("p", { className: "links" }, this.from, this.more),
    );
  }

  /** Follows drivers and figures. */
  follow() {
    if (!this.#screen?.figures.frames) this.#chosen = this.#first() ?? this.#chosen;
    const { driver = "", message: name = "" } = this.#chosen ?? {};
    const message = this.client.drivers.get(driver)?.schema?.messages.get(name);
    if (!message) {
      // Its place is kept, so that what is below does not jump when it comes.
      if (!this.#screen) this.place.hidden = !this.#lines().length;
      return;
    }
    try {
      const recipe = { ...makeRecipe(driver, message), height: HEIGHT };
      if (JSON.stringify(recipe) !== this.#made) this.#start(recipe);
    } catch {
      this.#stop(); // its structs are others now
      this.#chosen = null;
    }
  }

  /** What could be drawn, the best first. */
  #lines() {
    return servedDrivers(this.client.drivers)
      .filter(({ state }) => state === "up")
      .flatMap((driver) => linesOf(driver))
      .sort((a, b) => a.rank - b.rank);
  }

  /** The best message that can be drawn and of which frames come, else the best that could. */
  #first() {
    const { figures } = this;
    if (figures.relay === null) return null; // what comes is not known yet
    const all = this.#lines();
    const rate = (/** @type {Line} */ { source, message }) =>
      figures.message(source, message)?.frame_rate ?? 0;
    return all.find((line) => rate(line) > 0) ?? all.find(({ answers }) => !answers) ?? null;
  }

  /** @param {import("../../scope/screen.mjs").ScreenRecipe} recipe */
  #start(recipe) {
    this.#stop();
    this.#made = JSON.stringify(recipe);
    this.place.hidden = false;
    const { driver, message } = recipe;
    this.from.textContent = `of ${driver}`;
    const layout = writeLayout([{ driver, message, wide: true }]);
    this.more.href = `/scope${writeFragment(new Map([["scopes", layout]]))}`;
    this.#screen = new Screen(recipe);
    this.#screen.mount(this.body);
    const words = { remedy: "load this page anew", alone: false }; // the page says it once
    this.#feed = new Feed(this.#screen, this.client, words);
    measured.live = this.#screen.figures;
  }

  #stop() {
    this.#feed?.close();
    this.#screen?.close();
    this.#feed = this.#screen = null;
    this.#made = "";
    this.place.hidden = true;
  }
}

/**
 * The messages of a driver that can be drawn; `answers`: commands are answered by it.
 *
 * @param {import("../../client.mjs").Driver} driver
 * @returns {Line[]}
 */
function linesOf(driver) {
  const messages = [...(driver.schema?.messages.values() ?? [])];
  const replies = new Set(messages.map(({ reply }) => reply));
  return publishedBy(driver)
    .filter((message) => canDraw(message))
    .map((message) => ({
      driver: driver.name,
      source: driver.source,
      message: message.name,
      answers: replies.has(message.name),
      rank: lookRank(message),
    }));
}
