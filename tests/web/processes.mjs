// The real relay and the real demo driver, started and ended by the tests that need them.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

class Running {
  #lines;
  #errors;

  constructor(command, ...args) {
    this.process = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PYTHONUNBUFFERED: "1" },
    });
    this.output = [];
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    this.#lines = createInterface({ input: this.process.stdout });
    this.#errors = createInterface({ input: this.process.stderr });
    this.#errors.on("line", (line) => this.output.push(line));
  }

  /** The first line with this text. */
  async line(text) {
    const found = new Promise((resolve) => {
      this.#lines.on("line", (line) => {
        this.output.push(line);
        if (line.includes(text)) resolve(line);
      });
    });
    const gone = this.ended.then(() =>
      Promise.reject(new Error(`no ${text} in:\n${this.output.join("\n")}`)),
    );
    return Promise.race([found, gone]);
  }

  async stop(signal = "SIGTERM") {
    this.process.kill(signal);
    await this.ended;
  }
}

/** The demo driver at a socket. */
export async function startDriver(socket) {
  const driver = new Running(`${ROOT}c_driver/driver`, "--socket", socket);
  await driver.line("listening");
  return driver;
}

/** A relay with one driver, at the port that is held for it, or at one of its own; maybe with actions. */
export async function startRelay(socket, { actions } = {}) {
  const token = "0123456789abcdef0123456789abcdef";
  const port = process.env.CWIRE_PORT ?? "0";
  const script = `${ROOT}server_side/server_main.py`;
  const options = ["--port", port, "--token", token, "--driver", `demo=${socket}`];
  if (actions) options.push("--actions", actions);
  const relay = new Running(process.env.CWIRE_PYTHON, script, ...options);
  return addressed(relay);
}

/** A server with actions, at a port of its own or in the place of one before. */
export async function startActions({
  port = "0",
  token = "0123456789abcdef0123456789abcdef",
} = {}) {
  const script = `${ROOT}tests/support/actions_program.py`;
  return addressed(new Running(process.env.CWIRE_PYTHON, script, port, token));
}

async function addressed(relay) {
  const line = await relay.line("http://");
  const [, host, given] = /http:\/\/(\S+?)\/#token=(\S+)/.exec(line);
  relay.port = host.split(":")[1];
  relay.token = given;
  relay.address = { url: `ws://${host}/ws`, protocols: ["cwire.v1", `cwire.token.${given}`] };
  return relay;
}
