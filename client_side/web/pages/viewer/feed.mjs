// The line to the driver: its tiles come in, what is in view goes out.

import { CommandError, NotConnected } from "../../client.mjs";
import { LOST } from "../../protocol.mjs";
import { keyOf } from "./pyramid.mjs";
import { readTile, TileError } from "./tiles.mjs";
import { Waiting } from "./waiting.mjs";
import { Pace, readAnswer, wishFields } from "./wishes.mjs";

/** @typedef {import("../../client.mjs").Client} Client */
/** @typedef {import("../../decode/batch.mjs").Batch} Batch */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./tiles.mjs").Tile} Tile */
/** @typedef {import("./wishes.mjs").Asked} Asked */

const LEAST_BETWEEN_MS = 50; // of two wishes, while a view moves
const RETRY_MS = 1000;
const GATHER_MS = 30; // for the tiles of a picture
const LONG = 0.012; // s
const PAST_FRAMES = 64; // of tiles that are sent unasked
const PLACE = ["level", "x", "y", "format"]; // of a tile; another viewer's may have other pixels

/** The tiles of one image, as long as it is open. */
export class Feed {
  #client;
  #image;
  #shell;
  #viewer = Math.floor(Math.random() * 2 ** 32);
  #pace;
  /** @type {readonly Place[]} */
  #places = [];
  /** @type {Set<string>} Keys of tiles that have been handed over, and are still there. */
  #have = new Set();
  #waiting = new Waiting();
  #late = false; // no more of the picture that waits has come for a while
  #took = 0; // s, to draw the last picture
  #welcome = true; // whoever draws has drawn what was handed over before
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** @type {Record<string, number>} */
  #fields = {};
  /** @type {string | null} */
  #format;
  #lease = Infinity; // s
  #asked = -Infinity; // ms: when the last wish went
  #asking = false; // its answer has not come yet
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
   * @param {Asked} asked
   * @param {{ontiles(tiles: Tile[], fields: Record<string, number>): void,
   *   ongeometry(geometry: Geometry): void, onrestart(): void, onchange(): void}} shell
   *   `ontiles`: with the numbers beside the pixels of the last one. `onchange`: `problem` or `lost`
   *   is new.
   */
  constructor(client, image, { format, rate }, shell) {
    this.#client = client;
    this.#image = image;
    this.#format = format;
    this.#pace = new Pace(rate);
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
    return { lost, skipped: skipped + this.#waiting.replaced, reasons };
  }

  /** Pictures per second that the driver is asked for. */
  get rate() {
    return this.#pace.rate;
  }

  /**
   * Says what is in view.
   *
   * @param {readonly Place[]} places The most important ones first.
   * @param {readonly string[]} have Keys of those that are there.
   */
  look(places, have) {
    this.#places = places;
    this.#have = new Set(have);
    this.#ask();
  }

  /**
   * Says that what was handed over is drawn: the next may come.
   *
   * @param {number} took Seconds.
   */
  drawn(took) {
    const { received, skipped } = this.#subscription.health;
    const all = { published: received + skipped, skipped: skipped + this.#waiting.replaced };
    if (this.#pace.drawn(took, all, performance.now() / 1000)) this.#ask();
    this.#took = took;
    this.#welcome = true;
    this.#handOver();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#rest);
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
        this.#fields = scalars(frame);
        this.#waiting.put(tile, this.#places.length);
      } catch (error) {
        if (!(error instanceof TileError)) throw error;
        this.#tell(error.message);
      }
    }
    if (!this.#waiting.any) return;
    this.#rest ??= setTimeout(() => {
      this.#rest = undefined;
      this.#late = true;
      this.#handOver();
    }, GATHER_MS);
    // The memory of the message goes with the tiles: the client is to be done with it.
    queueMicrotask(() => this.#handOver());
  }

  /** Hands over what waits, a picture at a time: in pieces it would be drawn several times. */
  #handOver() {
    if (!(this.#waiting.ready || this.#late) || !this.#welcome || this.#closed) return;
    clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#late = this.#welcome = false;
    // Pictures that come in time are all drawn; else only the newest is worth it.
    const tiles = this.#waiting.take(this.#took > LONG);
    if (!tiles.length) return;
    for (const tile of tiles) this.#have.add(keyOf(tile));
    this.#shell.ontiles(tiles, this.#fields);
  }

  /** @param {string} event */
  #change(event) {
    if (event === "restarted" || event === "schema_changed") {
      this.#have.clear();
      this.#shell.onrestart();
    }
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
    if (this.#asking) return; // its answer asks again
    this.#asking = true;
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
      this.#asking = false;
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
      has: (key) => this.#have.has(key),
    });
    const answer = await this.#client.command(driver, asking.name, fields);
    return answer && readAnswer(asking, answer.fields);
  }
}

/**
 * The numbers of a frame beside its pixels.
 *
 * @param {Batch} frame
 * @returns {Record<string, number>}
 */
function scalars(frame) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const { name, shape, tail, type } of frame.type.fields.values()) {
    if (!shape.length && !tail && type.drawable) found[name] = Number(frame.column(name)[0]);
  }
  return found;
}
