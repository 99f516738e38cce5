// Runs in a page: has frames published, decodes all of them with client.mjs, and says how fast.
// What it measures is what meter.py does: from when it is warm until everything has come.

import { Client } from "/client.mjs";

const WARM = 0.15; // the part of the frames that comes before the clock starts

/** Frames of one message; what came, and in how many seconds. */
function run({ url, token, message, number, batch, count }) {
  return new Promise((resolve, reject) => {
    const client = new Client({ url, protocols: ["cwire.v1", `cwire.token.${token}`] });
    let began = null;
    let messages = 0;
    let busy = 0;
    let sum = 0;
    const take = (frames) => {
      const start = performance.now();
      messages += 1;
      const index = frames.column("index");
      const values = frames.column("values");
      for (let at = 0; at < values.length; at += values.length / frames.count) sum += values[at];
      const now = performance.now();
      busy += now - start;
      const { received, lost } = subscription.health;
      if (began === null && received >= WARM * count) began = { now, received };
      if (received + lost < count) return;
      client.close();
      if (index.at(-1) !== BigInt(count)) reject(new Error("the last frame is not the last one"));
      const seconds = (now - began.now) / 1e3;
      resolve({ frames: received - began.received, seconds, lost, messages, decode_s: busy / 1e3, sum });
    };
    const publish = { count, message: number, batch, paced: 1 };
    const subscription = client.subscribe({ driver: "load", messages: [message] }, {
      onbatch: take,
      onchange: ({ event }) => event === "subscribed" && client.command("load", "publish", publish).catch(reject),
      onerror: reject,
    });
  });
}

const report = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });

fetch("/order.json")
  .then((answer) => answer.json())
  .then(run)
  .then(report)
  .catch((error) => report({ error: String(error) }));
