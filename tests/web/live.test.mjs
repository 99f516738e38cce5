// The client before a real relay and a real driver. test_client_mjs.py runs it: CWIRE_PYTHON is a
// Python with cwire, CWIRE_RUNTIME_DIR a directory of its own, CWIRE_PORT a port that is held for it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Client, CommandError, NotConnected } from "../../client_side/web/client.mjs";
import { startDriver, startRelay } from "./processes.mjs";

const FOLDER = process.env.CWIRE_RUNTIME_DIR;
const SOCKET = `${FOLDER}/demo.sock`;
const skip = process.env.CWIRE_PYTHON ? false : "CWIRE_PYTHON names no Python with cwire";

/** Resolves when a client's event makes the condition true, or it is already. */
function until(client, event, condition) {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      client.removeEventListener(event, look);
      resolve();
    };
    client.addEventListener(event, look);
    look();
  });
}

const up = (client, name = "demo") =>
  until(client, "drivers", () => client.drivers.get(name)?.state === "up");

/** Subscribes and keeps what comes; `next(condition)` resolves with it when the condition holds. */
function collect(client, wanted, handlers = {}) {
  const kept = { batches: [], changes: [], begins: {}, errors: [], sequences: [] };
  let look = () => {};
  kept.subscription = client.subscribe(wanted, {
    onbatch: (batch) => (kept.batches.push(batch), kept.sequences.push(...batch.sequence), look()),
    onchange: ({ event }) => {
      kept.changes.push(event);
      kept.begins[event] = kept.sequences.length; // where what comes after it begins
      look();
    },
    onerror: (error) => (kept.errors.push(error), look()),
    ...handlers,
  });
  kept.next = (condition) =>
    new Promise((resolve) => {
      look = () => condition(kept) && resolve(kept);
      look();
    });
  return kept;
}

/** Whether every number is the one before plus one. */
const continuous = (numbers) =>
  numbers.every((number, index) => !index || number === numbers[index - 1] + 1);

describe("live", { skip, timeout: 100_000 }, () => {
  let driver;
  let relay;
  let client;

  before(async () => {
    driver = await startDriver(SOCKET);
    relay = await startRelay(SOCKET);
  });
  after(async () => {
    await relay.stop();
    await driver.stop();
  });
  beforeEach(() => {
    client = new Client(() => relay.address);
  });
  afterEach(() => client.close());

  test("a stream comes whole, and is decoded", async () => {
    const kept = collect(client, { driver: "demo", messages: ["scope_block"] });
    await kept.next(({ sequences }) => sequences.length >= 100);
    assert.ok(continuous(kept.sequences));
    const firsts = kept.batches.flatMap((batch) =>
      [...batch.column("first_sample")].filter((_, row) => batch.column("channel")[row] === 0),
    );
    // A driver that is late, as the machine has much to do, leaves blocks out.
    const steps = firsts.slice(1).map((first, index) => first - firsts[index]);
    assert.ok(steps.every((step) => step > 0n && step % 1024n === 0n));
    for (const batch of kept.batches) {
      assert.equal(batch.column("samples").length, 1024 * batch.count);
      assert.ok(batch.column("samples").every((sample) => Math.abs(sample) <= 2));
      assert.ok(batch.time.every((time) => Math.abs(time - Date.now() / 1e3) < 60));
    }
    const { received, lost, bytes } = kept.subscription.health;
    assert.deepEqual([received, lost], [kept.sequences.length, 0]);
    assert.equal(bytes, received * (24 + 4120));
    assert.equal(client.unknown, 0);
  });

  test("what a policy leaves out adds up", async () => {
    const kept = collect(client, {
      driver: "demo",
      messages: ["scope_block"],
      policy: "latest",
      max_rate: 20,
    });
    await kept.next(({ batches }) => batches.length >= 8);
    const { received, lost, skipped, dropped } = kept.subscription.health;
    const [first] = kept.sequences;
    assert.ok(skipped > 0 && skipped === dropped.rate + dropped.conflated);
    assert.equal(lost, 0);
    assert.ok(received + skipped >= kept.sequences.at(-1) - first + 1);
  });

  test("history comes first, without overlap", async () => {
    await collect(client, { driver: "demo", messages: ["scope_block"] }).next(
      ({ sequences }) => sequences.length > 20,
    );
    const late = new Client(relay.address);
    const kept = collect(late, {
      driver: "demo",
      messages: ["scope_block"],
      history: { frames: 10 },
    });
    await kept.next(({ sequences }) => sequences.length >= 20);
    assert.ok(continuous(kept.sequences));
    late.close();
  });

  test("a decimated stream", async () => {
    const kept = collect(client, { driver: "demo", messages: ["scope_block"], decimate: 16 });
    await kept.next(({ batches }) => batches.length >= 3);
    const [stream] = kept.subscription.streams;
    assert.deepEqual(
      [stream.of, stream.decimate, stream.message.name],
      ["scope_block", 16, "scope_block_by_16"],
    );
    for (const batch of kept.batches) {
      const low = batch.column("samples_min");
      const high = batch.column("samples_max");
      assert.equal(low.length, 64 * batch.count);
      assert.ok(low.every((value, index) => value <= high[index]));
    }
  });

  test("commands are answered", async () => {
    await up(client);
    const reply = await client.command("demo", "set_waveform", { frequency: 5, shape: "SQUARE" });
    assert.equal(reply.message, "waveform");
    assert.deepEqual([reply.fields.frequency, reply.fields.shape], [5, "SQUARE"]);
    const number = 2n ** 64n - 1n;
    const echo = await client.command(null, "echo", {
      number,
      values: Float64Array.of(1, 2, 3, 4),
    });
    assert.deepEqual(echo.fields, { number: String(number), values: [1, 2, 3, 4] });
    assert.equal(await client.command("demo", "start"), null);
  });

  test("refused commands say why", async () => {
    await up(client);
    const refused = (name, fields) => client.command("demo", name, fields).catch((error) => error);
    const unknown = await refused("nothing", {});
    assert.ok(unknown instanceof CommandError);
    assert.deepEqual([unknown.code, unknown.name], [null, "unknown_message"]);
    assert.match((await refused("set_waveform", { shape: "ROUND" })).text, /ROUND/);
    await client.command("demo", "set_waveform", { channel: 1, amplitude: 10, offset: 5 });
    const clips = await refused("self_test", { channel: 1 });
    assert.ok(clips.code < 0 && clips.name.startsWith("CWIRE_E"));
    assert.match(clips.message, /clips/);
    await client.command("demo", "set_waveform", { channel: 1, amplitude: 1, offset: 0 });
  });

  test("a refused subscription says so", async () => {
    const kept = collect(client, { driver: "demo", messages: ["nothing"] });
    await kept.next(({ errors }) => errors.length);
    assert.equal(kept.errors[0].code, "unknown_message");
    assert.match(kept.errors[0].message, /scope_block/);
  });

  test("a driver that restarts is a gap, not an end", async () => {
    const kept = collect(client, { driver: "demo", messages: ["scope_block"] });
    await kept.next(({ batches }) => batches.length >= 3);
    await driver.stop();
    await kept.next(({ changes }) => changes.includes("down"));
    assert.match(client.drivers.get("demo").problem, /./);
    driver = await startDriver(SOCKET);
    await kept.next(({ changes }) => changes.includes("restarted"));
    const restart = kept.begins.restarted;
    await kept.next(({ sequences }) => sequences.length >= restart + 20);
    assert.ok(continuous(kept.sequences.slice(restart)));
    assert.equal(kept.subscription.health.received, kept.sequences.length);
  });

  test("a relay that restarts is waited for", async () => {
    const kept = collect(client, { driver: "demo", messages: ["scope_block"] });
    const states = [];
    client.addEventListener("state", ({ detail }) => states.push(detail));
    await kept.next(({ batches }) => batches.length >= 3);
    await relay.stop();
    await until(client, "state", () => states.some(({ state }) => state === "lost"));
    assert.match(states.find(({ state }) => state === "lost").reason, /the relay is stopping/);
    assert.equal(client.drivers.get("demo").state, "unknown");
    await assert.rejects(client.command("demo", "start"), NotConnected);
    const before = kept.sequences.length;
    relay = await startRelay(SOCKET);
    await client.opened();
    await kept.next(({ sequences }) => sequences.length >= before + 20);
    assert.ok(continuous(kept.sequences.slice(before)));
    const missing = kept.sequences[before] - kept.sequences[before - 1] - 1;
    const { lost, dropped } = kept.subscription.health;
    assert.equal(lost, missing);
    assert.ok(dropped.connection > 0);
    assert.ok(kept.changes.includes("lost"));
    assert.ok(states.every(({ reason }) => !reason.includes(relay.address.protocols[1])));
  });

  test("a window holds frames back until they are dealt with", async () => {
    const narrow = new Client(relay.address, { window: 20_000 });
    const kept = collect(narrow, { driver: "demo", messages: ["scope_block"] });
    await kept.next(({ sequences }) => sequences.length >= 60);
    const { lost, received } = kept.subscription.health;
    assert.equal(kept.sequences.at(-1) - kept.sequences[0] + 1, received + lost);
    narrow.close();
  });

  test("a command that is under way when the relay goes has an unknown outcome", async () => {
    await up(client);
    driver.process.kill("SIGSTOP");
    try {
      const waiting = client.command("demo", "get_status").catch((error) => error);
      client.close();
      const error = await waiting;
      assert.ok(error instanceof NotConnected);
      assert.match(error.message, /outcome is unknown/);
    } finally {
      driver.process.kill("SIGCONT");
    }
    await assert.rejects(client.command("demo", "start"), /the client was closed/);
    assert.throws(() => client.subscribe({}, {}), NotConnected);
  });

  test("a client that is closed leaves nothing behind", async () => {
    const script = fileURLToPath(new URL("closes.mjs", import.meta.url));
    const args = [
      ...process.execArgv.filter((arg) => arg.includes("websocket")),
      script,
      JSON.stringify(relay.address),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    assert.equal(stdout, "closed\n");
  });

  test("closing a subscription ends what it gets, and only that", async () => {
    const one = collect(client, { driver: "demo", messages: ["scope_block"] });
    const two = collect(client, { driver: "demo", messages: ["scope_block"] });
    await one.next(({ batches }) => batches.length >= 2);
    one.subscription.close();
    one.subscription.close();
    const before = one.batches.length;
    const more = two.batches.length + 10;
    await two.next(({ batches }) => batches.length >= more);
    assert.equal(one.batches.length, before);
    assert.ok(continuous(two.sequences));
  });
});

test("nobody is there: it says so and tries again", { skip }, async () => {
  let asked = 0;
  const protocols = ["cwire.v1", "cwire.token.secret"];
  const address = async () => (
    (asked += 1),
    { url: `ws://127.0.0.1:${process.env.CWIRE_PORT}/ws?token=secret`, protocols }
  );
  const client = new Client(address);
  await until(client, "state", () => asked >= 3 && client.state === "lost");
  assert.match(
    client.reason,
    /cannot connect to ws:\/\/127\.0\.0\.1:\d+\/ws: it does not run there/,
  );
  assert.ok(!client.reason.includes("secret"));
  client.close();
  await assert.rejects(new Client(address, { reconnect: false }).opened(), /it does not run there/);
  const refusing = new Client(() => Promise.reject(new Error("no route")), { reconnect: false });
  await until(refusing, "state", () => refusing.state === "closed");
  assert.match(refusing.reason, /cannot connect to the relay: no route/);
});

test("a server that is no relay is not waited on for ever", { skip }, async () => {
  const refused = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
  const server = createServer((socket) => socket.on("error", () => {}).end(refused)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const url = `ws://127.0.0.1:${server.address().port}/ws`;
  const client = new Client({ url }, { reconnect: false });
  await until(client, "state", () => client.state === "closed");
  assert.match(client.reason, /refuses this page or its token/);
  server
    .removeAllListeners("connection")
    .on("connection", (socket) => socket.on("error", () => {}).resume());
  const waiting = new Client({ url }, { reconnect: false, timeout: 50 });
  await until(waiting, "state", () => waiting.state === "closed");
  assert.match(waiting.reason, /does not say hello within 0.05 s: is it a cwire relay/);
  server.close();
});
