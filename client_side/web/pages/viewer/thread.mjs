// Starts what draws: in a thread of its own, where the browser can, so that the page's is free.

/** @typedef {HTMLCanvasElement | OffscreenCanvas} Canvas */
/**
 * What draws, as a module; see worker.mjs.
 *
 * @typedef {(port: MessagePort, canvases: Canvas[]) => void} Start
 */

const MODULE = new URL("viewer_worker.js", import.meta.url).href;

/**
 * Starts it.
 *
 * @param {HTMLCanvasElement[]} canvases
 * @returns {Promise<{port: MessagePort, thread: "worker" | "page"}>}
 */
export async function startDrawing(canvases) {
  const { port1: port, port2: other } = new MessageChannel();
  const worker = canvases.every((one) => one.transferControlToOffscreen) && (await startWorker());
  if (worker) {
    const offscreen = canvases.map((one) => one.transferControlToOffscreen());
    worker.postMessage({ port: other, canvases: offscreen }, [other, ...offscreen]);
    return { port, thread: "worker" };
  }
  /** @type {{start: Start}} */
  const { start } = await import(MODULE);
  start(other, canvases);
  return { port, thread: "page" };
}

/** @returns {Promise<Worker | null>} null: there are none, or it lacks what it needs. */
async function startWorker() {
  if (typeof Worker !== "function") return null;
  /** @type {any} */
  const { trustedTypes } = globalThis;
  // It says one place, whatever it is asked: so nobody gets another script by it.
  const policy = trustedTypes?.createPolicy("cwire-worker", { createScriptURL: () => MODULE });
  const worker = new Worker(policy ? policy.createScriptURL("") : MODULE, { type: "module" });
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
