// The thread that receives: a worker, or a module of the page where there are none. It hands tiles
// over without a copy, and only when the ones before are drawn: meanwhile newer ones replace them.

import { Client } from "../../client.mjs";
import { Feed } from "./feed.mjs";

/** @typedef {import("../../client.mjs").Address} Address */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./tiles.mjs").Tile} Tile */
/** @typedef {import("./wishes.mjs").Asked} Asked */
/**
 * What it is told.
 *
 * @typedef {{op: "open", number: number, image: Image | null, asked: Asked}
 *   | {op: "look", places: Place[], have: string[]} | {op: "drawn", took: number}
 *   | {op: "address", address: Address}} Order
 */
/**
 * What it says; `number` is that of the image.
 *
 * @typedef {{op: "address"} | {op: "geometry", number: number, geometry: Geometry}
 *   | {op: "restart", number: number}
 *   | {op: "health", number: number, problem: string, losses: Feed["losses"], rate: number}
 *   | {op: "tiles", number: number, tiles: Tile[], fields: Record<string, number>}} Answer
 */

const WINDOW_BYTES = 4 * 2 ** 20;
const HEALTH_MS = 250;

/** @type {import("./thread.mjs").Start} */
export function start([port]) {
  /** @type {((address: Address) => void)[]} */
  const asked = [];
  const say = (/** @type {Answer} */ answer, /** @type {Transferable[]} */ transfer = []) =>
    port.postMessage(answer, transfer);
  // The page knows the token, and waits for one.
  const address = () =>
    new Promise((/** @type {(address: Address) => void} */ done) => {
      asked.push(done);
      say({ op: "address" });
    });
  const client = new Client(address, { window: WINDOW_BYTES });
  /** @type {Feed | null} */
  let feed = null;
  let number = 0;
  let told = "";
  const tell = () => {
    if (!feed) return;
    const { problem, losses, rate } = feed;
    const text = JSON.stringify([number, problem, losses, rate]);
    if (text !== told) say({ op: "health", number, problem, losses, rate });
    told = text;
  };
  setInterval(tell, HEALTH_MS);
  port.onmessage = (/** @type {MessageEvent<Order>} */ { data }) => {
    if (data.op === "address") for (const done of asked.splice(0)) done(data.address);
    else if (data.op === "look") feed?.look(data.places, data.have);
    else if (data.op === "drawn") feed?.drawn(data.took);
    else {
      feed?.close();
      number = data.number;
      const { image, asked: wanted } = data;
      feed = image
        ? new Feed(client, image, wanted, {
            ontiles: (tiles, fields) =>
              say(
                { op: "tiles", number, tiles, fields },
                tiles.map(({ pixels }) => /** @type {ArrayBuffer} */ (pixels.data.buffer)),
              ),
            ongeometry: (geometry) => say({ op: "geometry", number, geometry }),
            onrestart: () => say({ op: "restart", number }),
            onchange: tell,
          })
        : null;
    }
  };
}

/** @type {any} */
const scope = globalThis;
if (typeof document === "undefined") {
  scope.onmessage = (/** @type {MessageEvent} */ { data }) => start(data.ports, []);
  scope.postMessage("fit");
}
