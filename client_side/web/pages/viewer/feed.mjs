// The line to the driver: its tiles come in, what is in view goes out.

import { CommandError, NotConnected } from "../../client.mjs";
import { LOST } from "../../protocol.mjs";
import { readTile, TileError } from "./tiles.mjs";
import { Pace, readAnswer, wishFields } from "./wishes.mjs";

/** @typedef {import("../../client.mjs").Client} Client */
/** @typedef {import("../../decode/batch.mjs").Batch} Batch */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./tiles.mjs").Tile} Tile */

const LEAST_BETWEEN_MS = 50; // of two wishes, while a view moves
const RETRY_MS = 1000;
const PAST_FRAMES = 64; // of tiles that are sent unasked
const PLACE = ["level", "x", "y", "format"]; // of a tile; another viewer's may have other pixels

/** The tiles of one image, as long as it is open. */
export class Feed {
  #client;
  #image;
  #shell;
  #viewer = Math.floor(Math.random() * 2 ** 32);
  #pace = new Pace();
  /** @type {readonly Place[]} */
  #places = [];
  /** @type {(key: string) => boolean} */
  #has = () => false;
  /** @type {string | null} */
  #format;
  #lease = Infinity; // s
  #asked = -Infinity; // ms: when the last wish went
  #waiting = false; // for its answer
  #again = false; // something has changed since
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #subscription;
  /** What is wrong, for people. */
  problem = "";

  /**
   * @param {Client} client
   * @param {Image} image
   * @param {string | null} format To ask for.
   * @param {{ontile(tile: Tile, frame: Batch): void, ongeometry(geometry: Geometry): void,
   *   onrestart(): void, onchange(): void}} shell `onchange`: `problem` or `lost` is new.
   */
  constructor(client, image, format, shell) {
    this.#client = client;
    this.#image = image;
    this.#format = format;
    this.#shell = shell;
    // Of tiles each frame is another place: only one of the same place stands for those before.
    const key = PLACE.flatMap((role) => image.roles.get(role) ?? []);
    this.#subscription = client.subscribe(
      {
        driver: image.driver,
        messages: [image.message],
        policy: "latest",
        ...(key.length ? { key } : {}),
        ...(image.asking ? {} : { history: { frames: key.length ? PAST_FRAMES : 1 } }),
      },
      {
        onbatch: (batch) => this.#take(batch),
        onchange: ({ event }) => this.#change(event),
        ondropped: () => shell.onchange(),
        onerror: (error) => this.#tell(error.message),
      },
    );
    this.#ask();
  }

  /** How many frames did not come, and why; and how many newer ones have replaced. */
  get losses() {
    const { lost, skipped, dropped } = this.#subscription.health;
    const reasons = LOST.filter((reason) => dropped[reason]);
    return { lost, skipped, reasons };
  }

  /** Pictures per second that the driver is asked for. */
  get rate() {
    return this.#pace.rate;
  }

  /**
   * Says what is in view.
   *
   * @param {readonly Place[]} places The most important ones first.
   * @param {(key: string) => boolean} has Whether a tile has come.
   */
  look(places, has) {
    this.#places = places;
    this.#has = has;
    this.#ask();
  }

  /**
   * Says that a picture is drawn.
   *
   * @param {number} behind Seconds since it was published.
   */
  drawn(behind) {
    if (this.#pace.drawn(behind, performance.now() / 1000)) this.#ask();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#subscription.close();
    this.#places = [];
    this.#again = false;
    if (this.#image.asking) void this.#send().catch(() => {}); // the lease ends by itself, too
  }

  /** @param {Batch} batch */
  #take(batch) {
    for (let index = 0; index < batch.count; index++) {
      const frame = batch.count === 1 ? batch : batch.frame(index);
      try {
        const tile = readTile(this.#image, frame);
        if (this.#format && tile.pixels.format !== this.#format.toLowerCase()) continue; // another viewer's
        this.#shell.ontile(tile, frame);
      } catch (error) {
        if (!(error instanceof TileError)) throw error;
        this.#tell(error.message);
      }
    }
  }

  /** @param {string} event */
  #change(event) {
    if (event === "restarted" || event === "schema_changed") this.#shell.onrestart();
    this.#asked = -Infinity;
    if (event === "subscribed") this.#ask();
    this.#shell.onchange();
  }

  /** @param {string} text */
  #tell(text) {
    if (this.problem === text) return;
    this.problem = text;
    this.#shell.onchange();
  }

  /** Asks for what is in view: soon, but not too often, and again before the lease is over. */
  #ask() {
    if (!this.#image.asking) return;
    this.#again = true;
    this.#plan(Math.max(0, this.#asked + LEAST_BETWEEN_MS - performance.now()));
  }

  /** @param {number} ms */
  #plan(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askNow(), Math.min(ms, 2 ** 30));
  }

  async #askNow() {
    if (this.#waiting) return; // its answer asks again
    this.#waiting = true;
    this.#again = false;
    this.#asked = performance.now();
    let next = RETRY_MS;
    try {
      const answer = await this.#send();
      this.#tell("");
      if (answer) {
        this.#lease = answer.lease;
        next = (1000 * this.#lease) / 3;
        this.#shell.ongeometry(answer.geometry);
      }
    } catch (error) {
      if (error instanceof CommandError) this.#tell(error.message);
      else if (!(error instanceof NotConnected)) throw error;
    } finally {
      this.#waiting = false;
    }
    if (this.#closed) return;
    if (this.#again) this.#ask();
    else this.#plan(next);
  }

  async #send() {
    const { asking, driver } = this.#image;
    if (!asking) return null;
    const fields = wishFields(asking, this.#viewer, this.#places, {
      format: this.#format,
      rate: this.#pace.rate,
      has: this.#has,
    });
    const answer = await this.#client.command(driver, asking.name, fields);
    return answer && readAnswer(asking, answer.fields);
  }
}
