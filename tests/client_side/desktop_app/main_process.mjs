// The desktop app's main process without Electron: starts the back-end, and answers what the page asks.

import { createInterface } from "node:readline";

import { findBackend } from "../../../client_side/desktop/backend.mjs";
import { handlers } from "../../../client_side/desktop/mapped.mjs";

const folder = process.argv[2];
const answers = handlers(folder);
const backend = await findBackend({ folder });
console.log(JSON.stringify({ link: backend.link, pid: backend.pid }));
for await (const line of createInterface({ input: process.stdin })) {
  const { name, words } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ data: Buffer.from(answers[name](...words)).toString("base64") }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
await backend.stop();
