// Starts what receives and what draws: in threads of their own, where the browser can, so that the
// page's is free, and tiles come while others are drawn.

/** @typedef {HTMLCanvasElement | OffscreenCanvas} Canvas */
/** @typedef {"worker" | "page"} Thread */
/**
 * Starts one of them; see feed_worker.mjs and draw_worker.mjs.
 *
 * @typedef {(ports: MessagePort[], canvases: Canvas[]) => void} Start
 */

const FEED = new URL("viewer_feed_worker.js", import.meta.url).href;
const DRAW = new URL("viewer_draw_worker.js", import.meta.url).href;
/** @type {any} */
const { trustedTypes } = globalThis;
// It knows two places, whatever it is asked: so nobody gets another script by it.
const policy = trustedTypes?.createPolicy("cwire-worker", {
  createScriptURL: (/** @type {string} */ place) => (place === FEED ? FEED : DRAW),
});

/**
 * Starts both.
 *
 * @param {HTMLCanvasElement[]} canvases
 * @returns {Promise<{port: MessagePort, thread: Thread}>} The line to what draws, and where it is.
 */
export async function startDrawing(canvases) {
  const [page, tiles] = [new MessageChannel(), new MessageChannel()];
  const canLend = canvases.every((one) => one.transferControlToOffscreen);
  const [thread] = await Promise.all([
    begin(DRAW, canLend, [page.port2, tiles.port1], canvases),
    begin(FEED, true, [tiles.port2], []),
  ]);
  return { port: page.port1, thread };
}

/**
 * @param {string} place
 * @param {boolean} mayLeave Whether it can be in a worker.
 * @param {MessagePort[]} ports
 * @param {HTMLCanvasElement[]} canvases
 * @returns {Promise<Thread>}
 */
async function begin(place, mayLeave, ports, canvases) {
  const worker = mayLeave ? await startWorker(place) : null;
  if (worker) {
    const offscreen = canvases.map((one) => one.transferControlToOffscreen());
    worker.postMessage({ ports, canvases: offscreen }, [...ports, ...offscreen]);
    return "worker";
  }
  /** @type {{start: Start}} */
  const { start } = await import(place);
  start(ports, canvases);
  return "page";
}

/**
 * @param {string} place
 * @returns {Promise<Worker | null>} null: there are none, or it lacks what it needs.
 */
async function startWorker(place) {
  if (typeof Worker !== "function") return null;
  const worker = new Worker(policy ? policy.createScriptURL(place) : place, { type: "module" });
  const fit = await new Promise((done) => {
    worker.onmessage = ({ data }) => done(data === "fit");
    worker.onerror = (event) => {
      event.preventDefault(); // it is not started then, and the page does its work
      done(false);
    };
  });
  worker.onmessage = worker.onerror = null;
  if (fit) return worker;
  worker.terminate();
  return null;
}
