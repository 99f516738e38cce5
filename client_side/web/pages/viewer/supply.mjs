// The tiles of the image that is open, from the thread that receives them; see feed_worker.mjs.

import { Pixels } from "./pixels.mjs";

/** @typedef {import("./feed_worker.mjs").Answer} Answer */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./tiles.mjs").Tile} Tile */
/** @typedef {import("./wishes.mjs").Asked} Asked */

/** What is known here of the feed. */
export class Supply {
  /** What is wrong with it, for people. */
  problem = "";
  /** Frames that did not come, and why; and how many newer ones have replaced. */
  losses = { lost: 0, skipped: 0, /** @type {string[]} */ reasons: [] };
  /** Pictures per second that the driver is asked for. */
  rate = 0;
  /** The numbers beside the pixels of the newest tile. @type {Record<string, number> | null} */
  fields = null;
  #port;
  #number = 0; // of the image: what comes of another one is too late
  #owes = false; // it has given tiles, and gives no more before they are drawn

  /**
   * @param {MessagePort} port
   * @param {{ontiles(tiles: Tile[]): void, ongeometry(geometry: Geometry): void,
   *   onrestart(): void, onaddress(): void}} shell
   */
  constructor(port, shell) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#take(data, shell);
  }

  /**
   * @param {Image | null} image
   * @param {Asked} asked
   */
  open(image, asked) {
    this.#number += 1;
    this.#owes = false;
    this.problem = "";
    this.losses = { lost: 0, skipped: 0, reasons: [] };
    this.fields = null;
    this.#port.postMessage({ op: "open", number: this.#number, image, asked });
  }

  /**
   * Says what is in view.
   *
   * @param {readonly Place[]} places The most important ones first.
   * @param {string[]} have Keys of those that are there.
   */
  look(places, have) {
    this.#port.postMessage({ op: "look", places, have });
  }

  /**
   * Says that a picture is drawn: more tiles may come.
   *
   * @param {number} took Seconds.
   */
  drawn(took) {
    if (!this.#owes) return;
    this.#owes = false;
    this.#port.postMessage({ op: "drawn", took });
  }

  /** @param {import("../../client.mjs").Address} address Of the relay. */
  answer(address) {
    this.#port.postMessage({ op: "address", address });
  }

  /**
   * @param {Answer} answer
   * @param {ConstructorParameters<typeof Supply>[1]} shell
   */
  #take(answer, shell) {
    if (answer.op === "address") shell.onaddress();
    else if (answer.number !== this.#number) return;
    else if (answer.op === "geometry") shell.ongeometry(answer.geometry);
    else if (answer.op === "restart") shell.onrestart();
    else if (answer.op === "health") {
      const { problem, losses, rate } = answer;
      Object.assign(this, { problem, losses, rate });
    } else {
      this.#owes = true;
      this.fields = answer.fields;
      shell.ontiles(
        answer.tiles.map(({ pixels, ...place }) => {
          const { format, data, width, height } = pixels;
          return { ...place, pixels: new Pixels(format, data, width, height) };
        }),
      );
    }
  }
}
