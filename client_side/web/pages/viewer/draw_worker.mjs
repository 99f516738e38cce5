// The thread that draws: a worker, or a module of the page where there are none.

import { Picture } from "./picture.mjs";

/** @type {import("./thread.mjs").Start} */
export function start([port, tiles], canvases) {
  const picture = new Picture(tiles, canvases, (message, transfer = []) =>
    port.postMessage(message, transfer),
  );
  port.onmessage = ({ data }) => picture.receive(data);
}

/** @type {any} */
const scope = globalThis;
if (typeof document === "undefined") {
  scope.onmessage = (/** @type {MessageEvent} */ { data }) => start(data.ports, data.canvases);
  const canDraw =
    typeof OffscreenCanvas === "function" && new OffscreenCanvas(1, 1).getContext("2d");
  scope.postMessage(canDraw && typeof requestAnimationFrame === "function" ? "fit" : "unfit");
}
