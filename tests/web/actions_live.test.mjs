// Actions before a real server: calls, streams, events, a connection that is lost. test_actions_mjs.py
// runs it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { from, take } from "rxjs";

import { ActionError, Actions } from "../../client_side/web/actions.mjs";
import { Client, NotConnected } from "../../client_side/web/client.mjs";
import { startActions } from "./processes.mjs";

const skip = process.env.CWIRE_PYTHON ? false : "CWIRE_PYTHON names no Python with cwire";

describe("actions", { skip, timeout: 60_000 }, () => {
  let server;
  let client;
  let bridge;
  let sockets; // of the present client

  /** A real WebSocket that the test can end. */
  class Endable extends WebSocket {
    constructor(...place) {
      super(...place);
      sockets.push(this);
    }
  }

  before(async () => {
    server = await startActions();
  });
  after(() => server.stop());
  beforeEach(async () => {
    sockets = [];
    client = new Client(server.address, { WebSocket: Endable });
    bridge = new Actions(client);
    await client.opened();
  });
  afterEach(() => client.close());

  /** Resolves at the next state of the client. */
  const state = (wanted) =>
    new Promise((resolve) => {
      client.addEventListener("state", function look({ detail }) {
        if (detail.state !== wanted) return;
        client.removeEventListener("state", look);
        resolve();
      });
    });

  test("a call returns what the function does", async () => {
    assert.deepEqual(await bridge.call("events.create", { name: "x", seats: 3 }), {
      id: 2n ** 63n + 1n,
      name: "x",
      seats: 3,
      price: NaN,
    });
    const value = [NaN, -Infinity, 2n ** 70n, "µ", { $x: null }, new Uint8Array([0, 255])];
    assert.deepEqual(await bridge.call("echo", value), value);
  });

  test("arrays are numpy's on the other side", async () => {
    const values = Float64Array.from({ length: 40_000 }, (_, at) => at); // some pieces
    const back = await bridge.call("scale", { values, factor: 2 });
    assert.ok(back instanceof Float64Array);
    assert.equal(back[39_999], 79_998);
    assert.deepEqual(back.shape, [40_000]);
    const big = await bridge.call("echo", new Float64Array(200_000)); // a relay's pieces, too
    assert.equal(big.length, 200_000);
  });

  test("a stream has results, progress, and what was returned", async () => {
    const progress = [];
    const stream = bridge.stream(
      "scan",
      { points: 200 },
      { window: 8, onprogress: (told) => progress.push(told) },
    );
    const got = [];
    let result;
    while (!(result = await stream.next()).done) got.push(result.value[2]);
    assert.deepEqual(
      got,
      Array.from({ length: 200 }, (_, at) => at ** 2),
    );
    assert.equal(result.value, 200);
    assert.deepEqual(progress.at(-1), { done: 200, total: 200, text: "measuring" });
    assert.equal(await bridge.call("scan", { points: 5 }), 5);
  });

  test("errors have the code, the action and the text", async () => {
    for (const [action, data, code, text] of [
      ["fail", {}, "raised", /ValueError.*broken/],
      ["fail", { code: "no_sample" }, "no_sample", /no such sample/],
      ["events.creat", {}, "unknown_action", /events\.create/],
      ["events.create", { seats: 1 }, "invalid_data", /name/],
    ]) {
      const error = await bridge.call(action, data).catch((one) => one);
      assert.ok(error instanceof ActionError);
      assert.deepEqual([error.action, error.code], [action, code]);
      assert.match(error.message, text);
    }
    await assert.rejects(async () => {
      for await (const none of bridge.stream("fail")) assert.fail(none);
    }, ActionError);
    await assert.rejects(
      bridge.call("echo", () => 1),
      TypeError,
    );
    await assert.rejects(bridge.call("echo", "x".repeat(2_000_000)), /more than 262144 characters/);
    assert.equal(await bridge.call("echo", "still there"), "still there");
    assert.throws(() => bridge.stream("scan", {}, { window: 0 }), RangeError);
  });

  test("it describes the actions", async () => {
    const [one] = await bridge.describe("events.create");
    assert.equal(one.name, "events.create");
    assert.deepEqual(Object.keys(one.arguments.properties), ["name", "seats"]);
    assert.ok((await bridge.describe()).length >= 7);
  });

  test("a signal, break and close end a function", async () => {
    for (const leave of [
      async () => {
        for await (const number of bridge.stream("endless")) if (number === 100) break;
      },
      async () => {
        const stop = new AbortController();
        const stream = bridge.stream("endless", {}, { signal: stop.signal });
        await stream.next();
        stop.abort();
        await assert.rejects(async () => {
          for await (const number of stream) assert.ok(number >= 0);
        }, /abort/i);
      },
      async () => {
        // RxJS tells nobody that it has enough: the signal does.
        const stop = new AbortController();
        await new Promise((complete) => {
          from(bridge.stream("endless", {}, { signal: stop.signal }))
            .pipe(take(3))
            .subscribe({ complete });
        });
        stop.abort();
      },
    ]) {
      await leave();
      assert.equal(await bridge.call("was_cancelled"), true);
    }
    const reason = new Error("enough");
    await assert.rejects(bridge.call("endless", {}, { signal: AbortSignal.abort(reason) }), reason);
    const stop = new AbortController();
    const call = bridge.call("endless", {}, { signal: stop.signal });
    stop.abort(reason);
    await assert.rejects(call, reason);
  });

  test("processes tell what happens", async () => {
    const counts = [];
    await new Promise((done) => {
      bridge.addEventListener("counter_increment", ({ detail }) => {
        if (counts.push(detail.count) === 3) done();
      });
    });
    assert.deepEqual(counts, [counts[0], counts[0] + 1, counts[0] + 2]);
  });

  test("a stream and the events outlive a connection", async () => {
    const counts = [];
    bridge.addEventListener("counter_increment", ({ detail }) => counts.push(detail.count));
    const stream = bridge.stream("endless", {}, { window: 4 });
    for (let at = 0; at < 10; at++) assert.equal((await stream.next()).value, at);
    const number = bridge.number;
    assert.ok(number >= 0);
    const [lost, open] = [state("lost"), state("open")];
    sockets[0].close();
    await lost;
    await assert.rejects(bridge.call("echo", 1), NotConnected);
    await open;
    for (let at = 10; at < 30; at++) assert.equal((await stream.next()).value, at);
    assert.equal(bridge.number, number, "it is the same client");
    assert.equal(await bridge.call("echo", 1), 1);
    stream.close();
    counts.forEach((count, at) => assert.equal(count, counts[0] + at, "no event is missing"));
  });

  test("a closed client fails what runs, and a server's end, too", async () => {
    const call = bridge.call("endless");
    client.close();
    await assert.rejects(call, /outcome is unknown/);
    await assert.rejects(bridge.call("echo", 1), NotConnected);

    const second = await startActions();
    client = new Client(second.address);
    bridge = new Actions(client);
    await client.opened();
    const running = bridge.stream("endless");
    await running.next();
    await second.stop("SIGKILL");
    const third = await startActions(second);
    await assert.rejects(async () => {
      for await (const one of running) assert.ok(one >= 0);
    }, /forgotten endless: its outcome is unknown/);
    assert.equal(await bridge.call("echo", 1), 1, "the new server is another one");
    await third.stop();
  });
});
