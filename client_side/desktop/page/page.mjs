// The app's page: reads an array by Python and by mapped memory, draws it, and measures both ways.

import { Actions } from "/actions.mjs";
import { Client } from "/client.mjs";

const SMALL_READS = 100;
const LARGE_READS = 10;

const token = new URLSearchParams(location.hash.slice(1)).get("token");
const client = new Client({
  url: `ws://${location.host}/ws`,
  protocols: ["cwire.v1", `cwire.token.${token}`],
});
const bridge = new Actions(client);
const place = document.querySelector("#log");

/** @param {string} text */
function log(text) {
  console.log(text);
  place.textContent += `${text}\n`;
}

/** @param {Float64Array} values */
function draw(values) {
  const canvas = document.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const { width, height } = canvas;
  values.forEach((value, at) =>
    pen.lineTo((at / values.length) * width, (0.5 - 0.45 * value) * height),
  );
  pen.strokeStyle = "#0b6bcb";
  pen.lineWidth = 2;
  pen.stroke();
}

/** @type {Record<string, (name: string) => Promise<ArrayBufferLike>>} */
const WAYS = {
  "Python, by a socket": async (name) => (await bridge.call("read_array", { name })).buffer,
  ...(globalThis.desktop && {
    "mapped file, by koffi": (name) => globalThis.desktop.readMapped(name),
  }),
};

/** @param {string} way */
async function measure(way) {
  const read = WAYS[way];
  const times = [];
  for (let at = 0; at < SMALL_READS; at++) {
    const begin = performance.now();
    await read("data.f64");
    times.push(performance.now() - begin);
  }
  const begin = performance.now();
  let bytes = 0;
  for (let at = 0; at < LARGE_READS; at++) bytes += (await read("large.f64")).byteLength;
  const rate = bytes / 1e3 / (performance.now() - begin);
  const median = times.sort((a, b) => a - b)[SMALL_READS / 2];
  const row = document.querySelector("tbody").insertRow();
  for (const text of [way, `${median.toFixed(2)} ms`, `${rate.toFixed(0)} MB/s`])
    row.insertCell().textContent = text;
}

try {
  await client.opened();
  log("before python call");
  const values = await bridge.call("read_array");
  log(`ArrayBuffer(${values.buffer.byteLength})`);
  log("after python call");
  draw(values);
  await bridge.call("make_large");
  for (const way of Object.keys(WAYS)) await measure(way);
  document.title = "cwire desktop: ready";
} catch (error) {
  log(error.text ?? String(error));
  document.title = "cwire desktop: failed";
}
