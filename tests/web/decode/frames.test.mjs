// Frames: held to the golden bytes; malformed and cut ones are refused, with the reason.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameError, groupFrames, parseFrames } from "../../../client_side/web/client.mjs";
import { frame, golden, join, random } from "../golden.mjs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");

for (const name of ["headers", "control", "replies", "messages"]) {
  test(`golden ${name}`, () => {
    const { data, notes } = golden(name);
    const frames = [...parseFrames(data)];
    assert.deepEqual(
      frames.map((one) => ({ ...one, time_ns: String(one.time_ns), payload: hex(one.payload) })),
      notes.frames.map(({ message, values, ...header }) => header),
    );
    const { groups, replyBytes } = groupFrames(data);
    const published = notes.frames.filter((one) => one.type && !(one.flags & 1));
    const grouped = groups.flatMap(({ source, type, sizes }) =>
      Array.from(sizes, (size) => [source, type, size + 24]),
    );
    assert.deepEqual(
      grouped.sort(),
      published.map((one) => [one.source, one.type, one.size]).sort(),
    );
    const replies = notes.frames.filter((one) => one.flags & 1);
    assert.equal(
      replyBytes,
      replies.reduce((sum, one) => sum + Math.ceil(one.size / 8) * 8, 0),
    );
  });
}

for (const fault of ["short", "large", "flags"]) {
  test(`golden malformed: ${fault}`, () => {
    const { data } = golden(`malformed_${fault}`);
    const frames = parseFrames(data);
    assert.equal(hex(frames.next().value.payload), hex(Buffer.from("12345678")));
    const refused = (error) =>
      error instanceof FrameError && error.fault === fault && error.at === 32;
    assert.throws(() => frames.next(), refused);
    assert.throws(() => groupFrames(data), refused);
    assert.throws(() => groupFrames(data), /the frame at byte 32 /);
  });
}

test("every cut inside of a frame is refused, every cut between frames is not", () => {
  const { data, notes } = golden("headers");
  const ends = new Set([0]);
  let end = 0;
  for (const { size } of notes.frames) ends.add((end += Math.ceil(size / 8) * 8));
  for (let cut = 0; cut <= data.length; cut++) {
    const part = data.subarray(0, cut);
    if (ends.has(cut)) groupFrames(part);
    else assert.throws(() => groupFrames(part), { fault: "cut" });
  }
});

test("random bytes are refused or read, and nothing else", () => {
  const chance = random(1);
  for (let round = 0; round < 2000; round++) {
    const good = frame({ payload: new Uint8Array(Math.floor(chance() * 40)) });
    const data = join(good, good);
    for (let change = 0; change < 3; change++)
      data[Math.floor(chance() * data.length)] = chance() * 256;
    try {
      const frames = [...parseFrames(data)];
      const { groups } = groupFrames(data);
      assert.ok(groups.length <= frames.length);
      for (const { payload } of frames)
        assert.ok(payload.byteOffset + payload.byteLength <= data.buffer.byteLength);
    } catch (error) {
      assert.ok(error instanceof FrameError, error);
    }
  }
});

test("bytes that begin anywhere are read alike", () => {
  const one = frame({ sequence: 7, payload: Uint8Array.of(1, 2, 3) });
  for (let at = 0; at < 9; at++) {
    const memory = new Uint8Array(at + one.length);
    memory.set(one, at);
    const [{ view, starts, sizes }] = groupFrames(memory.subarray(at)).groups;
    assert.deepEqual([view.getUint8(starts[0]), sizes[0]], [1, 3]);
    assert.equal((view.byteOffset + starts[0]) % 8, 0);
  }
});

test("the limit is the caller's", () => {
  const one = frame({ payload: new Uint8Array(8) });
  assert.throws(() => groupFrames(one, 31), { fault: "large" });
  groupFrames(one, 32);
});

test("long runs of equal frames are found whole, and a fault behind one in its place", () => {
  const count = 5000; // more than a group begins with room for
  const one = (sequence, more = {}) => frame({ sequence, payload: new Uint8Array(10), ...more });
  const run = Array.from({ length: count }, (_, index) => one(index));
  const other = frame({ type: 2, payload: new Uint8Array(10) });
  const { groups } = groupFrames(join(...run, other, ...run, one(0, { flags: 1 })));
  assert.deepEqual(
    groups.map(({ type, starts }) => [type, starts.length]),
    [
      [1, 2 * count],
      [2, 1],
    ],
  );
  const [{ view, starts, sizes }] = groups;
  assert.ok(sizes.every((size) => size === 10));
  assert.equal(view.getUint32(starts[count] - 16, true), 0);
  assert.equal(view.getUint32(starts[2 * count - 1] - 16, true), count - 1);
  const at = count * run[0].length;
  for (const wrong of [one(0, { flags: 128 }), one(0).subarray(0, 30)]) {
    assert.throws(
      () => groupFrames(join(...run, wrong)),
      (error) => error.at === at,
    );
  }
});

test("frames at equal distances are one run, and sequences that follow each other one span", () => {
  const one = (type, sequence, size) =>
    frame({ type, sequence, payload: new Uint8Array(size).fill(sequence) });
  const last = 2 ** 32 - 2;
  const turns = [0, 1, 2, 3].flatMap((n) => [one(1, (last + n) % 2 ** 32, 10), one(2, 2 * n, 3)]);
  const more = [one(1, 2, 10), one(1, 9, 30), one(1, 9, 30), one(1, 4, 10)];
  const [first, second] = groupFrames(join(...turns, ...more)).groups;
  assert.deepEqual(
    first.runs.map(({ count, size }) => [count, size]),
    [
      [5, 10],
      [2, 30],
      [1, 10],
    ],
  );
  assert.deepEqual(first.sequences, [
    [last, 5],
    [9, 1],
    [9, 1],
    [4, 1],
  ]);
  assert.deepEqual([second.runs.length, second.count, second.bytes], [1, 4, 4 * 32]);
  assert.deepEqual(second.sequences, [
    [0, 1],
    [2, 1],
    [4, 1],
    [6, 1],
  ]);
  for (const { view, starts, sizes, count } of [first, second]) {
    assert.deepEqual([starts.length, sizes.length], [count, count]);
    starts.forEach((start, index) => {
      const sequence = view.getUint32(start - 16, true);
      assert.equal(view.getUint8(start + sizes[index] - 1), sequence & 255);
    });
  }
  const kept = first.filter((size, index) => size === 10 && index % 2 === 1);
  assert.deepEqual([[...kept.sizes], kept.bytes], [[10, 10, 10], 120]);
  assert.deepEqual([...kept.starts], [first.starts[1], first.starts[3], first.starts[7]]);
});
