// Values of actions, their arrays, and the results of a call: without a relay.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ArrayCollector, arrayFrames } from "../../client_side/web/actions/frames.mjs";
import { ActionStream } from "../../client_side/web/actions/stream.mjs";
import { Actions } from "../../client_side/web/actions.mjs";
import { decodeValue, encodeValue, numpy } from "../../client_side/web/actions/values.mjs";
import { parseFrames } from "../../client_side/web/client.mjs";

/** A value there and back, by JSON and frames. */
function sent(value) {
  const { data, arrays } = encodeValue(value);
  const collector = new ArrayCollector();
  arrays.forEach((bytes, at) => {
    for (const frame of arrayFrames(at + 1, bytes)) collector.take(frame.buffer);
  });
  return decodeValue(JSON.parse(JSON.stringify(data)), collector.give());
}

test("values come as what they are", () => {
  const value = {
    none: null,
    yes: true,
    text: "µ\u0000",
    numbers: [0, -1.5, 2 ** 53 - 1, NaN, Infinity, -Infinity],
    big: [2n ** 53n, -(2n ** 64n)],
    nested: [[], {}, [{ a: [1] }]],
    $int: { $$array: 1 },
    __proto__: null,
  };
  assert.deepEqual(sent(value), { ...value });
  assert.equal(sent(7n), 7, "a small one is a number");
  assert.deepEqual(sent([undefined, { left: undefined }]), [null, {}]);
  const hostile = decodeValue(JSON.parse('{"__proto__": {"polluted": 1}}'), new Map());
  assert.equal(hostile.polluted, undefined);
});

test("typed arrays are numpy's arrays", () => {
  const arrays = [
    new Int8Array([-1]),
    new Uint16Array([1, 65535]),
    new Int32Array(3),
    new BigInt64Array([-(2n ** 63n)]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Float32Array([1.5, NaN]),
    new Float64Array(0),
    numpy(new Float64Array(6), [2, 3]),
    numpy(new Uint8Array(4), [2, 2]),
    numpy(new Uint8Array([0, 1]), [2], "|b1"),
    numpy(new Float32Array(4), [2], "<c8"),
    new Float64Array([9, 1, 2, 9]).subarray(1, 3),
  ];
  for (const [at, back] of sent(arrays).entries()) {
    assert.equal(back.constructor, arrays[at].constructor);
    assert.deepEqual([...back], [...arrays[at]]);
    assert.deepEqual(back.shape, arrays[at].shape ?? [arrays[at].length]);
  }
  assert.equal(sent(numpy(new Uint8Array(1), [1], "|b1")).dtype, "|b1");
  const bytes = sent(new Uint8Array([1, 2]));
  assert.deepEqual([...bytes], [1, 2]);
  assert.equal(bytes.dtype, undefined, "bytes, not an array of numbers");
  const { arrays: once } = encodeValue([arrays[5], arrays[5]]);
  assert.equal(once.length, 1, "the same array is sent once");
});

test("what numpy has and JavaScript does not", () => {
  const half = new Map([[1, new Uint8Array(new Uint16Array([0x3c00, 0x7c00]).buffer)]]);
  const halves = decodeValue({ $array: 1, dtype: "<f2", shape: [2] }, half);
  assert.deepEqual([...halves], [1, Infinity]);
  const one = new Map([[1, new Uint8Array(new BigInt64Array([5n]).buffer)]]);
  assert.equal(decodeValue({ $array: 1, dtype: "<i8", shape: [] }, one), 5n);
  for (const wrong of [
    { $array: 2, dtype: "<i8", shape: [] },
    { $array: 1, dtype: "<i8", shape: [2] },
    { $array: 1, dtype: "|O8", shape: [1] },
    { $array: 1, dtype: "<i8", shape: null },
    { $int: "x" },
  ])
    assert.throws(() => decodeValue(wrong, one), Error);
});

test("what cannot be sent is refused by its place", () => {
  const round = {};
  round.self = { round };
  for (const [value, text] of [
    [{ a: [1, () => 1] }, /^TypeError: data\.a\[1\] is a function/],
    [{ when: new Date(0) }, /data\.when is a Date/],
    [Symbol("x"), /data is a symbol/],
    [round, /contains itself/],
  ])
    assert.throws(() => encodeValue(value), text);
  assert.throws(() => numpy(new Float64Array(5), [2, 3]), /the shape \[2,3\] is not that of 5/);
});

test("an array goes in pieces, and is put together again", () => {
  const bytes = Uint8Array.from({ length: 150_001 }, (_, at) => at % 251);
  const frames = [...arrayFrames(3, bytes)];
  assert.equal(frames.length, 3);
  const [first] = parseFrames(frames[0]);
  assert.deepEqual(
    [first.type, first.flags, first.source, first.sequence, first.request, first.time_ns],
    [0xffff, 1, 255, 0, 3, 0n],
  );
  const collector = new ArrayCollector();
  let taken = 0;
  for (const frame of frames) taken += collector.take(frame); // views, as some WebSockets give them
  assert.equal(taken, bytes.length);
  assert.deepEqual(collector.give().get(3), bytes);
  assert.equal(collector.give().size, 0);
  assert.equal([...arrayFrames(1, new Uint8Array(0))].length, 1, "an empty one is one empty piece");
  assert.equal(collector.take(new ArrayBuffer(8)), 0);
  const cut = frames[1].slice();
  collector.take(cut);
  assert.equal(collector.give().size, 0, "it must begin at its beginning");
});

function streamed(window = 4) {
  const told = [];
  const stream = new ActionStream(window, {
    taken: (results) => told.push(results),
    cancel: () => told.push("cancel"),
  });
  return { stream, told };
}

test("a loop gets what was sent, and tells what it has taken", async () => {
  const { stream, told } = streamed();
  for (const value of [1, 2, 3, 4, 5]) stream.put(value);
  stream.end("returned");
  const got = [];
  for await (const value of stream) got.push(value);
  assert.deepEqual(got, [1, 2, 3, 4, 5]);
  assert.deepEqual(told, [], "nobody waits for it any more");
  assert.deepEqual(await stream.next(), { value: "returned", done: true });
});

test("a slow loop holds the function back", async () => {
  const { stream, told } = streamed();
  for (const value of [1, 2, 3, 4]) stream.put(value);
  await stream.next();
  assert.deepEqual(told, []);
  await stream.next();
  assert.deepEqual(told, [2]);
  const waiting = [stream.next(), stream.next(), stream.next()];
  stream.put(5);
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ value }) => value),
    [3, 4, 5],
  );
  assert.deepEqual(told, [2, 4]);
});

test("an error follows what came, and is thrown once", async () => {
  const { stream } = streamed();
  stream.put(1);
  stream.fail(new Error("broken"));
  stream.put(2);
  assert.equal((await stream.next()).value, 1);
  await assert.rejects(async () => {
    for await (const value of stream) assert.equal(value, 2);
  }, /broken/);
  assert.equal((await stream.next()).done, true);
});

test("break, close and return cancel once", async () => {
  for (const leave of [(one) => one.close(), (one) => one.return()]) {
    const { stream, told } = streamed();
    const waiting = stream.next();
    await leave(stream);
    await leave(stream);
    assert.deepEqual(await waiting, { value: undefined, done: true });
    assert.deepEqual(told, ["cancel"]);
  }
  const { stream, told } = streamed();
  stream.end();
  stream.close();
  assert.deepEqual(told, [], "it had ended");
});

/** A connection that says nothing by itself, and what was sent by it. */
class Line extends EventTarget {
  state = "open";
  reason = "";
  sent = [];
  #id = 0;

  extend({ onmessage }) {
    this.tell = (message) => onmessage(message, 10);
    return { send: (text) => this.sent.push(JSON.parse(text)), nextId: () => ++this.#id };
  }
}

test("what is taken is told again by the next connection", async () => {
  const line = new Line();
  const stream = new Actions(line).stream("scan", {}, { window: 4 });
  const session = { op: "session", client: 1, session: "key", seconds: 10, streams: [] };
  line.tell({ ...session, kept: false });
  for (const data of [1, 2, 3]) line.tell({ op: "result", id: 1, data });
  for (const data of [1, 2, 3]) assert.equal((await stream.next()).value, data);
  const taken = ({ op }) => op === "taken";
  assert.deepEqual(line.sent.filter(taken), [{ op: "taken", id: 1, results: 2 }]);
  for (const results of [3, 3]) {
    line.sent.length = 0;
    line.tell({ op: "hello" });
    line.tell({ ...session, kept: true, streams: [1] });
    assert.deepEqual(line.sent, [
      { op: "session", session: "key", received: 3 },
      { op: "taken", id: 1, results },
    ]);
  }
});
