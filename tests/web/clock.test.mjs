// What of a driver's clocks is believed: the cases that Python is held to, too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  SampleClock,
  Samples,
  StampClock,
  Stamps,
  ascents,
  difference,
  isStep,
  rises,
} from "../../client_side/web/scope/clock.mjs";
import { secondsText } from "../../client_side/web/scope/reading.mjs";

const CASES = JSON.parse(readFileSync(new URL("../clocks.json", import.meta.url), "utf8"));
const DAY = 1_764_259_200_000_000_000n;

/** The halves of a stamp: text is nanoseconds, a number seconds since DAY. */
function halves(stamp) {
  const ns =
    typeof stamp === "string" ? BigInt(stamp) : DAY + BigInt(Math.round(stamp * 1e6)) * 1000n;
  return [Number(ns & 0xffffffffn), Number(ns >> 32n)];
}

function close(actual, expected, name) {
  assert.equal(actual.length, expected.length, name);
  actual.forEach((value, index) =>
    assert.ok(Math.abs(value - expected[index]) < 1e-6, `${name}: ${actual}`),
  );
}

/** Lets a line follow stamps: its times, and where they jumped. */
function follow(clock, line, stamps, arrived = []) {
  const [times, jumps] = [[], []];
  stamps.forEach((stamp, index) => {
    clock.arrived = arrived[index] ?? NaN;
    line.take(...halves(stamp));
    if (line.jump) jumps.push(index);
    times.push(line.time);
  });
  return { times: times.map((time) => time - times[0]), jumps };
}

for (const { name, stamps, arrived = [], line, jumps } of CASES.stamps) {
  test(`time stamps: ${name}`, () => {
    const clock = new StampClock();
    const seen = follow(clock, new Stamps(clock), stamps, arrived);
    close(seen.times, line, name);
    assert.deepEqual(seen.jumps, jumps);
  });

  test(`time stamps of two channels, one of which is right: ${name}`, () => {
    const clock = new StampClock();
    const [good, other] = [new Stamps(clock), new Stamps(clock)];
    const times = [];
    stamps.forEach((stamp, index) => {
      clock.arrived = arrived[index] ?? NaN;
      good.take(...halves(index));
      times.push(good.time - index);
      other.take(...halves(stamp));
    });
    assert.deepEqual(new Set(times), new Set([0]));
  });

  test(`time stamps of two channels with one clock: ${name}`, () => {
    const clock = new StampClock();
    const lines = [new Stamps(clock), new Stamps(clock)];
    for (const [index, stamp] of stamps.entries()) {
      clock.arrived = arrived[index] ?? NaN;
      for (const one of lines) one.take(...halves(stamp));
      assert.ok(Math.abs(lines[0].time - lines[1].time) < 1e-6, name);
    }
  });
}

test("time stamps: the first may be wrong", () => {
  const clock = new StampClock();
  const seen = follow(clock, new Stamps(clock), ["18446744073709551615", 1, 2, 3]);
  assert.deepEqual(seen.times.map(Math.round), [0, 0, 1, 2]);
  assert.deepEqual(seen.jumps, [1]);
});

test("a channel that begins on another clock begins now", () => {
  const clock = new StampClock();
  const [first, second] = [new Stamps(clock), new Stamps(clock)];
  follow(clock, first, [0, 1, 2]);
  second.take(...halves(-7200));
  assert.deepEqual([second.time, Math.round(second.jump)], [2, -7202]);
});

for (const { name, bits, from, to, difference: expected } of CASES.counters) {
  test(`counters: ${name}`, () => {
    assert.equal(difference(BigInt(to), BigInt(from), bits), expected);
    if (bits <= 32) assert.equal(difference(Number(to), Number(from), bits), expected);
  });
}

for (const one of CASES.samples) {
  test(`counted samples: ${one.name}`, () => {
    const line = new Samples(new SampleClock(), one.bits);
    const [times, known, jumps] = [[], [], []];
    one.first.forEach((first, index) => {
      const step = Array.isArray(one.step) ? one.step[index] : one.step;
      line.take(one.bits === 64 ? BigInt(first) : first, one.length, step, one.wall[index]);
      times.push(line.time);
      known.push(line.known === -1 ? -1 : Math.abs(line.known));
      if (line.jump) jumps.push(index);
    });
    close(times, one.time, one.name);
    assert.deepEqual([known, jumps], [one.known, one.jumps]);
  });

  test(`counted samples of two channels with one count: ${one.name}`, () => {
    const clock = new SampleClock();
    const lines = [new Samples(clock, one.bits), new Samples(clock, one.bits)];
    one.first.forEach((first, index) => {
      const step = Array.isArray(one.step) ? one.step[index] : one.step;
      for (const line of lines)
        line.take(one.bits === 64 ? BigInt(first) : first, one.length, step, one.wall[index]);
      assert.ok(Math.abs(lines[0].time - lines[1].time) < 1e-9, one.name);
    });
  });
}

for (const { seconds, text } of CASES.durations) {
  test(`lengths of time: ${text}`, () => assert.equal(secondsText(seconds), text));
}

for (const { step, right } of CASES.steps) {
  test(`steps: ${step}`, () => assert.equal(isStep(Number(step)), right));
}

test("a curve is broken where x goes back or is no number, or y is none", () => {
  const y = [1, 1, 1, 1, 1, 1];
  assert.deepEqual(ascents([0, 1, NaN, 3, 2, Infinity], y, 6), [
    [0, 2],
    [3, 4],
    [4, 5],
  ]);
  assert.deepEqual(ascents([0, 1, 2], [1, NaN, 1], 3), [
    [0, 1],
    [2, 3],
  ]);
  assert.deepEqual(
    [
      [0, 1, 1],
      [0, 2, 1],
      [NaN, 1, 2],
      [0, 1, Infinity],
    ].map((x) => rises(x, 3)),
    [true, false, false, false],
  );
});
