// The thread that draws: a worker, or a module of the page where there are none.

import { Client } from "../../client.mjs";
import { Picture } from "./picture.mjs";

const WINDOW_BYTES = 4 * 2 ** 20;

/** @type {import("./thread.mjs").Start} */
export function start(port, canvases) {
  /** @type {((address: import("../../client.mjs").Address) => void)[]} */
  const asked = [];
  // The page knows the token, and waits for one.
  const client = new Client(
    () =>
      new Promise((done) => {
        asked.push(done);
        port.postMessage({ op: "address" });
      }),
    { window: WINDOW_BYTES },
  );
  const picture = new Picture(client, canvases, (message, transfer = []) =>
    port.postMessage(message, transfer),
  );
  port.onmessage = ({ data }) => {
    if (data.op === "address") for (const done of asked.splice(0)) done(data.address);
    else picture.receive(data);
  };
}

/** @type {any} */
const scope = globalThis;
if (typeof document === "undefined") {
  scope.onmessage = (/** @type {MessageEvent} */ { data }) => start(data.port, data.canvases);
  const canDraw =
    typeof OffscreenCanvas === "function" && new OffscreenCanvas(1, 1).getContext("2d");
  scope.postMessage(canDraw && typeof requestAnimationFrame === "function" ? "fit" : "unfit");
}
