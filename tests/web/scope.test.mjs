// The scope's pure parts: peaks are kept, gaps stay gaps, triggers find their crossing.

import assert from "node:assert/strict";
import test from "node:test";
import { Batch, Schema, groupFrames } from "../../client_side/web/client.mjs";
import { Lines } from "../../client_side/web/scope/lines.mjs";
import { Notices } from "../../client_side/web/scope/notices.mjs";
import { placeText, valueText } from "../../client_side/web/scope/reading.mjs";
import { Routes } from "../../client_side/web/routes.mjs";
import { Sight } from "../../client_side/web/scope/sight.mjs";
import { Points, nearest, sketch } from "../../client_side/web/scope/sketch.mjs";
import { Trace } from "../../client_side/web/scope/trace.mjs";
import { Trigger } from "../../client_side/web/scope/trigger.mjs";
import { frame, join } from "./golden.mjs";

/** Random numbers that are the same in each run. */
function randomness(seed) {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

function extremes(values) {
  return [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
}

test("the extremes of any part of a trace are those of its samples", () => {
  const random = randomness(1);
  for (let round = 0; round < 20; round++) {
    const trace = new Trace(4096 << (round % 3), { wide: true });
    const all = [];
    while (all.length < 30_000) {
      const part = Float64Array.from(
        { length: 1 + Math.floor(random() * 3000) },
        () => random() - 0.5,
      );
      trace.append(part, 0, 1, all.length > 0);
      all.push(...part);
    }
    assert.equal(trace.total, all.length);
    for (let look = 0; look < 50; look++) {
      const from = trace.oldest + Math.floor(random() * (trace.total - trace.oldest));
      const to = from + 1 + Math.floor(random() * (trace.total - from - 1));
      trace.range(from, to);
      assert.deepEqual([trace.low, trace.high], extremes(all.slice(from, to)));
    }
  }
});

test("no peak is lost, whatever is looked at and however wide the picture is", () => {
  const random = randomness(2);
  const points = new Points();
  for (let round = 0; round < 200; round++) {
    const dt = 10 ** (-6 + 5 * random());
    const count = 2000 + Math.floor(random() * 50_000);
    const values = Float64Array.from({ length: count }, () => random() * 1e-3);
    for (let spike = 0; spike < 20; spike++) values[Math.floor(random() * count)] = 1 + spike;
    const trace = new Trace(1 << 17, { wide: true });
    for (let at = 0; at < count; at += 1024)
      trace.append(values.subarray(at, at + 1024), 5, dt, at > 0);
    const from = 5 + random() * count * dt * 0.5;
    const to = from + (0.01 + random() * 0.5) * count * dt;
    const columns = 50 + Math.floor(random() * 1000);
    sketch(trace, from, to, columns, points);
    const width = (to - from) / columns;
    for (let index = 0; index < count; index++) {
      const time = 5 + index * dt;
      if (values[index] < 1 || time <= from + dt || time >= to - dt) continue;
      // It, or a higher one in the same column of pixels.
      const near = points.x
        .subarray(0, points.count)
        .findIndex((x, at) => Math.abs(x - time) <= width && points.y[at] >= values[index]);
      assert.ok(near >= 0, `${values[index]} at ${time} of ${from}…${to}`);
    }
    for (let index = 1; index < points.count; index++)
      assert.ok(points.x[index] >= points.x[index - 1]);
    assert.ok(points.count <= 2 * columns + 8);
  }
});

test("a gap in time is a gap in the line", () => {
  const trace = new Trace(4096);
  trace.append(new Float32Array(100).fill(1), 0, 0.01);
  trace.append(new Float32Array(100).fill(2), 5, 0.01);
  const points = new Points();
  sketch(trace, 0, 6, 500, points);
  const y = [...points.y.subarray(0, points.count)];
  const gap = y.findIndex(Number.isNaN);
  assert.ok(
    gap > 0 && y.slice(0, gap).every((v) => v === 1) && y.slice(gap + 1).every((v) => v === 2),
  );
  assert.equal(nearest(trace, 3, 0.5), null);
  assert.deepEqual(nearest(trace, 5.012, 0.5), { time: 5.01, value: 2 });
});

test("a sample at the right edge is seen", () => {
  const trace = new Trace(4096, { timed: true });
  trace.appendTimed(Float32Array.of(1, 2, 9), Float64Array.of(0, 1, 2));
  const points = new Points();
  sketch(trace, -8, 2, 500, points);
  assert.deepEqual([points.low, points.high], [1, 9]);
});

test("a channel whose clock is slower is seen, one that has ended is not", () => {
  const lines = new Lines({ ...BLOCKS, by: "channel" });
  let sequence = 0;
  const take = (channel, second, dt) => {
    const start = BigInt(second) * 1_000_000_000n;
    const one = blocks([10 * second], { first: sequence++, start });
    one.column("dt").fill(dt);
    const { column } = one;
    lines.take({
      ...one,
      column: (path) => (path === "channel" ? Uint8Array.of(channel) : column(path)),
    });
  };
  for (let second = 0; second < 9; second++) {
    take(0, second, 0.1);
    take(1, second, 0.01); // it counts 0.1 s in each second
    if (second < 3) take(2, second, 0.1);
  }
  const sight = new Sight(BLOCKS);
  sight.follow(lines, 0);
  const [good, slow, ended] = [0, 1, 2].map((channel) => lines.all.get(`channel ${channel}`));
  assert.ok(slow.trace.end < good.trace.end - 5);
  assert.deepEqual(
    [good, slow].map((line) => sight.zeroOf(line)),
    [good.trace.end, slow.trace.end],
  );
  assert.equal(sight.zeroOf(ended), good.trace.end);
});

test("lines have the names that the recipe gives them", () => {
  const lines = new Lines({ ...BLOCKS, names: ["a"] });
  lines.take(blocks([0, 10]));
  assert.deepEqual([...lines.all.keys()], ["a"]);
  const { y, units } = BLOCKS;
  const two = { y: [...y, ...y], names: ["a", "b"], units: [...units, ...units] };
  const grouped = new Lines({ ...BLOCKS, ...two, by: "channel" });
  const one = blocks([0]);
  const { column } = one;
  grouped.take({
    ...one,
    column: (path) => (path === "channel" ? Uint8Array.of(3) : column(path)),
  });
  assert.deepEqual([...grouped.all.keys()], ["a, channel 3", "b, channel 3"]);
});

test("what is seen while it is paused is what the window says", () => {
  const lines = new Lines(BLOCKS);
  lines.take(blocks([0, 10, 20]));
  const sight = new Sight(BLOCKS);
  sight.follow(lines, 0);
  sight.window = 2;
  sight.hold(lines);
  assert.deepEqual([sight.edges, sight.zero], [[-2, 0], lines.end]);
  sight.trigger.set({ mode: "normal" });
  sight.zero = 1.5;
  sight.window = 1;
  sight.hold(lines);
  assert.deepEqual([sight.span, sight.zero], [1, 1.5]);
});

test("times of their own are found by searching", () => {
  const random = randomness(3);
  const times = Float64Array.from({ length: 5000 }, () => random() * 100).sort();
  const values = times.map((time) => Math.sin(time));
  const trace = new Trace(8192, { timed: true, wide: true });
  trace.appendTimed(values, times);
  const points = new Points();
  sketch(trace, 10, 20, 100, points);
  const inside = [...values].filter((_, index) => times[index] >= 10 && times[index] < 20);
  assert.deepEqual([points.low, points.high], extremes(inside));
  sketch(trace, 200, 300, 100, points);
  assert.equal(points.count, 0);
});

/** A message whose fields are all numbers. */
const DRAWABLE = { place: () => ({ field: { type: { drawable: true } } }) };

/** What client.mjs hands over. */
function batch(columns, { first = 0, step = 1, ns = 1_000_000_000n, start = 0n } = {}) {
  const count = columns.count;
  return {
    type: DRAWABLE,
    count,
    sequence: Uint32Array.from({ length: count }, (_, index) => first + index * step),
    time_ns: BigUint64Array.from({ length: count }, (_, index) => start + BigInt(index + 1) * ns),
    column: (path) => {
      if (!(path in columns)) throw new Error(`no ${path}`);
      return columns[path];
    },
  };
}

const BLOCKS = {
  message: "block",
  kind: "block",
  y: ["samples"],
  types: ["<f4"],
  units: ["V"],
  x: "dt",
  x_kind: "step",
  by: null,
  first: "first",
  decimate: null,
  window: 1,
};

function blocks(firsts, options) {
  const count = firsts.length;
  return batch(
    {
      count,
      first: Float64Array.from(firsts),
      dt: new Float64Array(count).fill(0.1),
      samples: Float32Array.from({ length: 10 * count }, (_, index) => index),
    },
    options,
  );
}

test("blocks that follow each other are one line; a missing one is a gap as long as it was", () => {
  const lines = new Lines(BLOCKS);
  lines.take(blocks([0, 10, 20, 40]));
  const { trace } = lines.all.get("samples");
  assert.deepEqual(
    trace.segments.map(({ first }) => first),
    [0, 30],
  );
  assert.ok(Math.abs(trace.segments[1].t0 - trace.segments[0].t0 - 4) < 1e-9);
});

test("a block that begins inside the one before adds what is new", () => {
  const lines = new Lines(BLOCKS);
  lines.take(blocks([0, 4]));
  const line = lines.all.get("samples");
  assert.equal(line.trace.total, 14);
  assert.equal(line.trace.segments.length, 1);
  assert.equal(line.block.end - line.block.first, 10);
});

test("a driver that begins again goes on on the wall clock", () => {
  const lines = new Lines(BLOCKS);
  lines.take(blocks([0, 10]));
  lines.interrupt({ restarted: true });
  lines.take(blocks([0, 10], { start: 9_000_000_000n }));
  const { segments, total } = lines.all.get("samples").trace;
  assert.deepEqual([segments.length, total], [2, 40]);
  const gap = segments[1].t0 - segments[0].t0;
  assert.ok(gap > 7 && gap < 11, `${gap}`);
});

const TREND = {
  ...BLOCKS,
  kind: "trend",
  y: ["volts"],
  types: ["<f8"],
  x: null,
  x_kind: null,
  first: null,
};
const HOUR = 3_600_000_000_000n;
const YEAR = 365n * 24n * HOUR;

/** Numbers of one line: count of them, one each second from `start` on. */
function volts(count, options) {
  return batch({ count, volts: Float64Array.from({ length: count }, (_, i) => i) }, options);
}

function timesOf({ trace }) {
  return trace.segments.flatMap((segment, number) =>
    Array.from({ length: trace.endOf(number) - segment.first }, (_, i) =>
      Math.round(trace.time(segment.first + i, segment)),
    ),
  );
}

test("a clock that is set back is a gap and a notice, and the line goes on", () => {
  const lines = new Lines(TREND);
  const sight = new Sight(TREND);
  lines.take(volts(4, { start: 10n * HOUR }));
  assert.equal(lines.doubt, null);
  lines.take(volts(4, { first: 4, start: 9n * HOUR }));
  const line = lines.all.get("volts");
  assert.deepEqual(timesOf(line), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(line.trace.segments.length, 2);
  sight.follow(lines, 0);
  assert.equal(sight.zero, 7);
  assert.match(lines.doubt, /^the time stamps went back by 60 minutes$/);
  lines.take(volts(20, { first: 8, start: 9n * HOUR + 4_000_000_000n }));
  assert.equal(lines.doubt, null); // long ago
});

test("a driver that was silent for days is a gap as long as that, without a notice", () => {
  const days = 60n * HOUR;
  for (const [lines, arrived] of [
    [new Lines(TREND), [100, 100 + 216_000]],
    [new Lines(TREND), [100, 101]],
  ]) {
    lines.take(volts(4, { start: HOUR }), arrived[0]);
    lines.take(volts(2, { first: 4, start: HOUR + days }), arrived[1]);
    const silent = arrived[1] > 200;
    const times = timesOf(lines.all.get("volts"));
    assert.deepEqual(times, [0, 1, 2, 3, ...(silent ? [216_000, 216_001] : [4, 5])]);
    assert.equal(lines.doubt === null, silent);
  }
});

test("one stamp of the future leaves the line and the other channels where they are", () => {
  const lines = new Lines({ ...TREND, by: "channel" });
  const columns = (count) => ({
    count,
    volts: new Float64Array(count),
    channel: Uint8Array.from({ length: count }, (_, i) => i % 2),
  });
  lines.take(batch(columns(6), { start: HOUR }));
  const wrong = batch(columns(6), { first: 6, start: HOUR + 6_000_000_000n });
  const { time_ns } = wrong;
  time_ns[2] += YEAR;
  lines.take(wrong);
  assert.deepEqual(timesOf(lines.all.get("channel 0")), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(timesOf(lines.all.get("channel 1")), [1, 3, 5, 7, 9, 11]);
  assert.equal(lines.all.get("channel 0").trace.segments.length, 3);
  assert.equal(lines.all.get("channel 1").trace.segments.length, 1);
  assert.equal(Math.round(lines.end), 11);
});

test("arrays without a count go on, whatever their stamps do", () => {
  for (const start of [0n, YEAR, 2n ** 64n - 1_000_000_000n]) {
    const lines = new Lines({ ...BLOCKS, first: null });
    lines.take(blocks([0, 10, 20], { start: HOUR }));
    lines.take(blocks([30], { first: 3, start }));
    lines.take(blocks([40, 50], { first: 4, start: HOUR + 4_000_000_000n }));
    const { trace } = lines.all.get("samples");
    assert.deepEqual([trace.total, trace.segments.length], [60, 3]);
    assert.ok(Math.abs(lines.end - 5) < 1, `${lines.end}`);
    assert.match(lines.doubt, /^the time stamps went/);
  }
});

test("a count of samples is believed within reason, and its wrap is no gap", () => {
  const counted = (firsts, options) => ({
    ...blocks(firsts, options),
    type: {
      place: (path) => ({
        field: { type: { drawable: true } },
        code: { size: path === "first" ? 2 : 4 },
      }),
    },
  });
  const lines = new Lines(BLOCKS);
  lines.take(counted([65516, 65526, 0]));
  const line = lines.all.get("samples");
  assert.deepEqual([line.trace.segments.length, lines.doubt], [1, null]);
  lines.take(counted([1000], { first: 3, start: 3_000_000_000n }));
  assert.equal(lines.doubt, "first went ahead by 990 samples");
  assert.equal(line.trace.segments.length, 2);
  assert.ok(Math.abs(lines.end - 4) < 1.5, `${lines.end}`);
});

test("an array whose step is no step is left out, with a notice", () => {
  for (const step of [0, -1, NaN, Infinity]) {
    const lines = new Lines(BLOCKS);
    const wrong = blocks([10]);
    wrong.column("dt").fill(step);
    lines.take(blocks([0]));
    lines.take({ ...wrong, sequence: Uint32Array.of(1) });
    lines.take(blocks([20], { first: 2 }));
    const { trace } = lines.all.get("samples");
    assert.deepEqual([trace.total, trace.segments.length], [20, 2]);
    assert.ok(Number.isFinite(lines.end));
    assert.equal(lines.doubt, `dt is ${step}: such arrays are left out`);
  }
});

test("a step that is far too long once does not move the line", () => {
  for (const first of ["first", null]) {
    const lines = new Lines({ ...BLOCKS, first });
    lines.take(blocks([0, 10]));
    const wrong = blocks([20], { first: 2, start: 2_000_000_000n });
    wrong.column("dt").fill(1e9);
    lines.take(wrong);
    lines.take(blocks([30, 40], { first: 3, start: 3_000_000_000n }));
    assert.ok(Math.abs(lines.end - 4.5) < 1, `${lines.end}`);
  }
});

test("an x array that does not rise has gaps; one that falls is drawn from its end", () => {
  const curve = { ...BLOCKS, x: "at", x_kind: "array", first: null, window: null };
  const drawn = (at) => {
    const lines = new Lines(curve);
    lines.take(
      batch({ count: 1, at: Float64Array.from(at), samples: Float32Array.of(1, 2, 3, 4) }),
    );
    const { trace } = lines.all.get("samples");
    return [timesOf({ trace }), trace.segments.length, lines.doubt !== null];
  };
  assert.deepEqual(drawn([0, 1, 2, 3]), [[0, 1, 2, 3], 1, false]);
  assert.deepEqual(drawn([9, 8, 7, 6]), [[6, 7, 8, 9], 1, false]);
  assert.deepEqual(drawn([0, NaN, 2, 3]), [[0, 2, 3], 2, true]);
  assert.deepEqual(drawn([0, 2, 1, 3]), [[0, 2, 1, 3], 2, true]);
  assert.deepEqual(drawn([NaN, NaN, NaN, NaN]), [[], 0, true]);
});

test("curves of the kernel say what was wrong with their clock", () => {
  const lines = new Lines(TREND);
  const x = Float64Array.of(-3, -2, -1, 0);
  lines.show([{ label: "volts", unit: "V", note: "", x, y: Float64Array.of(1, NaN, 3, 4) }]);
  assert.deepEqual([lines.all.get("volts").trace.segments.length, lines.doubt], [2, null]);
  lines.show([{ label: "volts", unit: "V", note: "it went back", x, y: x }]);
  assert.equal(lines.doubt, "it went back");
});

test("a trigger goes on behind a value that is infinite", () => {
  const trace = new Trace(4096, { wide: true });
  const trigger = new Trigger();
  trigger.set({ mode: "normal", level: 0.5, hold: 3 });
  trace.append(Float64Array.of(-Infinity, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0), 0, 1);
  assert.equal(trigger.look(trace, 2, trace.end, 0), "trigger");
  assert.equal(trigger.shown, 6.5);
  assert.equal(trigger.settings.hold, 3);
});

test("what is drawn is scaled, and a step in microseconds is one of seconds", () => {
  const trend = { ...BLOCKS, kind: "trend", y: ["volts"], x: null, x_kind: null, first: null };
  const lines = new Lines({ ...trend, types: ["<f8"], scales: [[0.5, -40]], x_scale: [] });
  lines.take(batch({ count: 2, volts: Float64Array.of(0, 100) }));
  const { trace } = lines.all.get("volts");
  assert.deepEqual([trace.value(0), trace.value(1)], [-40, 10]);
  const arrays = new Lines({ ...BLOCKS, scales: [null], x_scale: [1e-3, 0] });
  arrays.take(blocks([0]));
  assert.ok(Math.abs(arrays.all.get("samples").trace.segments[0].dt - 1e-4) < 1e-12);
});

test("numbers go to their lines, and a missing frame breaks them", () => {
  const lines = new Lines({
    ...BLOCKS,
    kind: "trend",
    y: ["volts"],
    x: null,
    x_kind: null,
    first: null,
    by: "channel",
  });
  const columns = (count) => ({
    count,
    volts: Float64Array.from({ length: count }, (_, i) => i),
    channel: Uint8Array.from({ length: count }, (_, i) => i % 2),
  });
  lines.take(batch(columns(10)));
  lines.take(batch(columns(4), { first: 12, start: 10_000_000_000n }));
  assert.deepEqual([...lines.all.keys()], ["channel 0", "channel 1"]);
  for (const { trace } of lines.all.values())
    assert.deepEqual([trace.total, trace.segments.length], [7, 2]);
});

test("a field that is no number any more is refused, with its name", () => {
  const lines = new Lines(BLOCKS);
  lines.take(blocks([0]));
  const text = { place: () => ({ field: { type: { drawable: false, kind: "char" } } }) };
  const other = { ...blocks([10]), type: text };
  assert.throws(() => lines.take(other), /no line can be drawn of samples, which is char/);
  assert.equal(lines.all.get("samples").trace.total, 10);
});

test("half floats are drawn as they are", () => {
  const message = new Schema({
    schema: "cwire-schema/1",
    byte_order: "big",
    enums: {},
    types: {
      m: {
        kind: "struct",
        size: 8,
        fields: [
          {
            name: "samples",
            offset: 0,
            size: 8,
            type: { kind: "array", shape: [4], of: { kind: "float", np: ">f2" } },
          },
        ],
      },
    },
    messages: { 1: { name: "m", type: "m" } },
  }).messages.get("m");
  const payload = Uint8Array.of(0x3c, 0, 0xc5, 0x80, 0x7b, 0xff, 0x04, 0);
  const frames = join(...[0, 1].map((sequence) => frame({ sequence, payload })));
  const half = new Batch("lab", message, groupFrames(frames).groups[0]);
  const lines = new Lines({ ...BLOCKS, types: [">f2"], x: null, x_kind: null, first: null });
  lines.take(half);
  const { trace } = lines.all.get("samples");
  assert.deepEqual(
    [4, 5, 6, 7].map((index) => trace.value(index)),
    [1, -5.5, 65504, 2 ** -14],
  );
  assert.ok(trace.mins[0] instanceof Float32Array, "a float is wide enough");
});

test("minima and maxima of the relay are one line that has both", () => {
  const lines = new Lines({ ...BLOCKS, decimate: 4 });
  lines.take(
    batch({
      count: 1,
      first: new Float64Array([0]),
      dt: new Float64Array([0.1]),
      samples_min: new Float32Array([-1, -2]),
      samples_max: new Float32Array([1, 2]),
    }),
  );
  const { trace } = lines.all.get("samples");
  assert.deepEqual([trace.total, trace.segments[0].dt], [4, 0.2]);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => trace.value(index)),
    [-1, 1, -2, 2],
  );
});

test("a trigger stands where the line crosses, and holds as long as it is told", () => {
  const trace = new Trace(1 << 16);
  const dt = 1e-3;
  trace.append(
    Float32Array.from({ length: 5000 }, (_, i) => Math.sin(2 * Math.PI * 5 * i * dt)),
    0,
    dt,
  );
  for (const edge of ["rising", "falling"]) {
    const trigger = new Trigger();
    trigger.set({ mode: "normal", level: 0.5, edge });
    assert.equal(trigger.look(trace, 0.2, trace.end, 0), "trigger");
    const slope = Math.cos(2 * Math.PI * 5 * trigger.shown);
    assert.ok(Math.abs(Math.sin(2 * Math.PI * 5 * trigger.shown) - 0.5) < 1e-3);
    assert.ok(edge === "rising" ? slope > 0 : slope < 0);
    assert.ok(trigger.shown + 0.18 <= trace.end);
  }
  const held = new Trigger();
  held.set({ mode: "normal", level: 0.5, hold: 10 });
  held.look(trace, 0.2, trace.end, 0);
  assert.ok(held.shown < 0.2); // the first one; the next would be 10 s later
});

test("auto shows something after a while, normal waits, single stops", () => {
  const trace = new Trace(4096);
  trace.append(new Float32Array(1000), 0, 1e-3);
  const trigger = new Trigger();
  trigger.set({ mode: "auto", level: 1 });
  assert.equal(trigger.look(trace, 0.1, trace.end, 0), "keep");
  assert.equal(trigger.look(trace, 0.1, trace.end, 1), "free");
  trigger.set({ mode: "normal" });
  assert.equal(trigger.look(trace, 0.1, trace.end, 9), "keep");
  trigger.set({ mode: "single" });
  trace.append(Float32Array.from([0, 2, 2, ...new Float32Array(500)]), 0, 1e-3, true);
  assert.equal(trigger.look(trace, 0.1, trace.end, 10), "trigger");
  assert.ok(trigger.done);
  assert.equal(trigger.look(trace, 0.1, trace.end, 11), "keep");
});

test("what is seen: the newest block, or a window that rolls", () => {
  const lines = new Lines(BLOCKS);
  lines.take(blocks([0, 10]));
  const rolling = new Sight(BLOCKS);
  rolling.follow(lines, 0);
  assert.deepEqual(rolling.edges, [-1, 0]);
  assert.equal(rolling.zero, lines.end);
  const still = new Sight({ ...BLOCKS, window: null });
  still.follow(lines, 0);
  assert.ok(Math.abs(still.edges[1] - 0.9) < 1e-9 && still.edges[0] === 0);
});

test("routes: the next when one fails, the good one first", async () => {
  let tired = 0;
  const routes = new Routes({ base: "http://here/lab/", exhausted: () => tired++ });
  routes.set([
    { kind: "jupyter", path: "cwire/ws?relay=relay-7" },
    { kind: "direct", url: "ws://x/ws", token: "t" },
  ]);
  assert.deepEqual(await routes.next(), {
    url: "ws://here/lab/cwire/ws?relay=relay-7",
    protocols: ["cwire.v1"],
  });
  routes.failed();
  assert.deepEqual((await routes.next()).protocols, ["cwire.v1", "cwire.token.t"]);
  routes.opened();
  assert.equal((await routes.next()).url, "ws://x/ws");
  routes.failed();
  await routes.next();
  routes.failed();
  const later = routes.next();
  await Promise.resolve();
  assert.equal(tired, 1);
  routes.set([{ kind: "direct", url: "ws://y/ws", token: "u" }]);
  assert.equal((await later).url, "ws://y/ws");
});

test("one line says what matters most", () => {
  const notices = new Notices();
  notices.count(12, ["relay"]);
  assert.deepEqual(notices.line, { text: "12 frames lost (relay)", problem: false });
  notices.infinite = ["speed", "a < b"];
  assert.equal(
    notices.line.text,
    "speed, a < b: no value in view is finite · 12 frames lost (relay)",
  );
  notices.infinite = ["a", "b", "c", "d", "e"];
  assert.match(notices.line.text, /^5 lines: no value in view is finite · /);
  notices.driver = "driver demo is down";
  notices.relay = "the relay is gone";
  assert.deepEqual(notices.line, { text: "the relay is gone", problem: true });
});

test("numbers as people read them", () => {
  assert.equal(placeText(0.00125, "s"), "1.2500 ms");
  assert.equal(valueText(0.5, "V"), "0.50000 V");
  assert.equal(valueText(7), "7");
  assert.equal(valueText(NaN, "V"), "–");
});
