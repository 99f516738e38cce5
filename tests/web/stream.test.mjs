// Streams before a real relay and driver, in loops and in RxJS. test_client_mjs.py runs it, as it
// does live.test.mjs.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { Client, NotConnected, Refused } from "../../client_side/web/client.mjs";
import { startDriver, startRelay } from "./processes.mjs";

const SOCKET = `${process.env.CWIRE_RUNTIME_DIR}/demo.sock`;
const skip = process.env.CWIRE_PYTHON ? false : "CWIRE_PYTHON names no Python with cwire";

describe("streams", { skip, timeout: 100_000 }, () => {
  let driver;
  let relay;
  let client;
  let sent; // ops, as they went to the relay

  /** A real WebSocket that keeps what is sent: a class is injected as where there is none. */
  class Recording extends WebSocket {
    send(text) {
      sent.push(JSON.parse(text).op);
      super.send(text);
    }
  }
  const count = (op) => sent.filter((one) => one === op).length;

  before(async () => {
    driver = await startDriver(SOCKET);
    relay = await startRelay(SOCKET);
  });
  after(async () => {
    await relay.stop();
    await driver.stop();
  });
  beforeEach(async () => {
    sent = [];
    client = new Client(relay.address, { WebSocket: Recording });
    await client.opened();
  });
  afterEach(() => client.close());

  test("a loop gets every batch, and break unsubscribes", async () => {
    const sequences = [];
    const stream = client.stream("scope_block", { driver: "demo" });
    assert.equal(count("subscribe"), 0, "it begins with its loop");
    for await (const batch of stream) {
      assert.equal(batch.message, "scope_block");
      sequences.push(...batch.sequence);
      if (sequences.length > 40) break;
    }
    assert.ok(sequences.every((one, index) => !index || one === sequences[index - 1] + 1));
    assert.equal(stream.missed, 0);
    assert.deepEqual([count("subscribe"), count("unsubscribe")], [1, 1]);
  });

  for (const [how, end] of [
    ["its signal", ({ controller }) => controller.abort()],
    ["close", ({ stream }) => stream.close()],
  ]) {
    test(`${how} ends loops that wait, and later ones`, async () => {
      const controller = new AbortController();
      // It is a reply: it is never published.
      const stream = client.stream("waveform", { driver: "demo", signal: controller.signal });
      const loop = async () => {
        for await (const batch of stream) assert.fail(`it is not published: ${batch.message}`);
      };
      const loops = [loop(), loop()];
      end({ controller, stream });
      assert.equal(count("unsubscribe"), 2);
      await Promise.all(loops);
      await loop();
      assert.equal(count("subscribe"), 2);
    });
  }

  test("the end of its client ends a loop that waits", async () => {
    const stream = client.stream("waveform", { driver: "demo" });
    const waiting = stream[Symbol.asyncIterator]().next();
    client.close();
    assert.equal((await waiting).done, true);
    await assert.rejects(stream[Symbol.asyncIterator]().next(), /the client was closed/);
  });

  test("an aborted signal begins nothing", async () => {
    const stream = client.stream("scope_block", { signal: AbortSignal.abort() });
    for await (const batch of stream) assert.fail(batch.message);
    assert.equal(count("subscribe"), 0);
  });

  test("a loop that is slow misses the oldest, and says how many", async () => {
    const stream = client.stream("scope_block", { driver: "demo", buffer: 1 });
    const loop = stream[Symbol.asyncIterator]();
    const { value: first } = await loop.next();
    const other = client.stream("scope_block", { driver: "demo" });
    let last = 0;
    for await (const batch of other) {
      last = batch.sequence.at(-1);
      if (last > first.sequence.at(-1) + 20) break;
    }
    const { value: next } = await loop.next(); // the newest one, whatever its size
    assert.ok(next.sequence.at(-1) >= last - 1);
    assert.equal(stream.missed, next.sequence[0] - first.sequence.at(-1) - 1);
    await loop.return();
    assert.equal((await loop.next()).done, true);
    assert.throws(() => client.stream("scope_block", { buffer: 0 }), /buffer is 0/);
  });

  test("with the policy latest the newest batch waits, and no other", async () => {
    const stream = client.stream("scope_block", { driver: "demo", policy: "latest" });
    const loop = stream[Symbol.asyncIterator]();
    for await (const batch of client.stream("scope_block", { driver: "demo" })) {
      if (batch.sequence.at(-1) > 0 && stream.missed > 4) break;
    }
    const [waited, fresh] = [loop.next(), loop.next()];
    assert.equal((await waited).value.message, "scope_block");
    assert.ok((await fresh).value.sequence[0] > (await waited).value.sequence.at(-1));
    await loop.return();
  });

  test("what the relay refuses is thrown, once", async () => {
    const loop = client.stream("scope_blokc")[Symbol.asyncIterator]();
    await assert.rejects(loop.next(), (error) => error instanceof Refused);
    assert.equal((await loop.next()).done, true);
  });

  test("a connection that is gone for good is thrown, a closed client is not", async () => {
    const once = new Client(
      { url: "ws://127.0.0.1:1/ws" },
      { WebSocket: Recording, reconnect: false },
    );
    const loop = once.stream("scope_block")[Symbol.asyncIterator]();
    await assert.rejects(loop.next(), NotConnected);
    await assert.rejects(once.stream("scope_block")[Symbol.asyncIterator]().next(), NotConnected);
  });

  for (const name of ["rxjs", "rxjs8"]) {
    test(`${name} takes it, and unsubscribes by the signal`, async () => {
      const { from, map, take, toArray } = await import(name);
      const firsts = await new Promise((resolve, reject) => {
        from(client.stream("scope_block", { driver: "demo" }))
          .pipe(
            map((batch) => batch.sequence[0]),
            take(5),
            toArray(),
          )
          .subscribe({ next: resolve, error: reject });
      });
      assert.equal(firsts.length, 5);

      // It waits for what does not come: no return() is called, and the signal ends it all the same.
      const controller = new AbortController();
      const stream = client.stream("waveform", { driver: "demo", signal: controller.signal });
      const before = count("unsubscribe");
      const seen = [];
      const subscription = from(stream).subscribe({
        next: () => seen.push("next"),
        error: () => seen.push("error"),
        complete: () => seen.push("complete"),
      });
      subscription.unsubscribe();
      assert.equal(count("unsubscribe"), before, `${name} tells an iterator that waits nothing`);
      controller.abort();
      assert.equal(count("unsubscribe"), before + 1);
      assert.deepEqual(seen, []);
    });
  }
});
