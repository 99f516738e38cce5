// Finds or starts the Python back-end, which ends with this process, however that ends. No Electron here.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("backend.py", import.meta.url));
const LINK = /^cwire relay: (http:\S+?)\/#(token=\S+)/;
const KEPT_LINES = 20;

/**
 * A back-end that runs.
 *
 * @typedef {object} Backend
 * @property {string} link Of the app's page, with the token.
 * @property {number | null} pid null: it ran before, and goes on.
 * @property {() => Promise<void>} stop Ends it, if it was started here.
 */

/**
 * Finds the back-end that the environment names, else starts one.
 *
 * @param {object} options
 * @param {string} options.folder Where the files with arrays are.
 * @param {string} [options.python] The Python that has cwire.
 * @param {string[]} [options.command] A program instead of it: what PyInstaller has made.
 * @param {string} [options.link] The link of one that runs, as it prints it.
 * @returns {Promise<Backend>} Rejects if it does not start: the text has what it wrote.
 */
export async function findBackend({
  folder,
  python = process.env.CWIRE_PYTHON ?? "python3",
  command = [python, SCRIPT],
  link = process.env.CWIRE_BACKEND,
}) {
  if (link) return { link: pageOf(`cwire relay: ${link}`), pid: null, stop: async () => {} };
  const [program, ...words] = command;
  // Its standard input is a pipe that ends with this process, also when that is killed.
  const child = spawn(program, [...words, "--data", folder], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PYTHONUNBUFFERED: "1" },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const written = /** @type {string[]} */ ([]);
  const started = new Promise((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on("line", (line) => {
        if (LINK.test(line)) resolve(pageOf(line));
        else if (written.push(line) > KEPT_LINES) written.shift();
      });
    }
    child.once("error", (error) =>
      reject(new Error(`${program} does not start: ${error.message}`)),
    );
    ended.then(() => reject(new Error(`the back-end did not start:\n${written.join("\n")}`)));
  });
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  return { link: await started, pid: child.pid ?? null, stop };
}

/** @param {string} line */
function pageOf(line) {
  const found = LINK.exec(line);
  if (!found) throw new Error("CWIRE_BACKEND is not the link that a back-end prints");
  return `${found[1]}/pages/#${found[2]}`;
}
