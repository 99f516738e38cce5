// Colours, names, choice and bands of lines: the first three by tables that Python is held to, too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Schema } from "../../../client_side/web/client.mjs";
import { chosenFields, lookRank } from "../../../client_side/web/scope/choice.mjs";
import { Lines } from "../../../client_side/web/scope/lines.mjs";
import { lineColors } from "../../../client_side/web/scope/palette.mjs";
import { shortened } from "../../../client_side/web/scope/reading.mjs";
import { Points, sketch } from "../../../client_side/web/scope/sketch.mjs";
import { fillBand } from "../../../client_side/web/scope/strokes.mjs";
import { Trace } from "../../../client_side/web/scope/trace.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));

for (const { about, families, lines, colors } of read("colors.json")) {
  test(`colours: ${about}`, () => {
    const found = lineColors(
      lines.map(([label, number]) => ({ label, number })),
      families,
    );
    assert.deepEqual(Object.fromEntries(found), colors);
  });
}

for (const { name, most, short } of read("names.json")) {
  test(`${name} in ${most} letters`, () => assert.equal(shortened(name, most), short));
}

for (const { about, first, fields, schema } of read("choices.json")) {
  test(`first: ${about}`, () => {
    const messages = [...new Schema(schema).messages.values()];
    const found = messages.map((message) => [message.name, chosenFields(message)]);
    assert.deepEqual(Object.fromEntries(found), fields);
    for (const some of [messages, [...messages].reverse()]) {
      const [best] = [...some].sort((a, b) => lookRank(a) - lookRank(b));
      assert.equal(best.name, first);
    }
  });
}

/** A trace of minima (0, -1, -2, …) and maxima (10, 11, …) in turns, 1 s apart. */
function bandTrace(count, capacity = 1 << 12) {
  const trace = new Trace(capacity);
  const values = Float32Array.from({ length: 2 * count }, (_, at) =>
    at % 2 ? 10 + (at - 1) / 2 : 0 - at / 2,
  );
  trace.append(values, 0, 0.5);
  return trace;
}

test("a band has each minimum with its maximum, where there is room", () => {
  const points = new Points();
  sketch(bandTrace(3), 0, 3, 100, points, true);
  assert.deepEqual([...points.y.subarray(0, points.count)], [0, 10, -1, 11, -2, 12]);
  const [x] = [points.x];
  assert.deepEqual([x[0], x[2], x[4]], [x[1], x[3], x[5]]);
});

test("a band has the extremes of each column where there is none", () => {
  const points = new Points();
  sketch(bandTrace(1000), 0, 1000, 20, points, true);
  assert.ok(points.count <= 2 * 22);
  const y = points.y.subarray(0, points.count);
  for (let at = 0; at < points.count; at += 2) assert.ok(y[at] < 0.5 && y[at + 1] >= 10);
  assert.deepEqual([points.low, points.high], [-999, 1009]);
});

test("a band is filled from gap to gap", () => {
  const points = new Points();
  for (const y of [0, 2, 1, 3, NaN, NaN, 4, 5]) points.push(points.count >> 1, y);
  const drawn = [];
  const log =
    (name) =>
    (...at) =>
      drawn.push([name, ...at]);
  const ctx = {
    globalAlpha: 1,
    beginPath() {},
    moveTo: log("move"),
    lineTo: log("line"),
    closePath: log("close"),
    fill: () => drawn.push(["fill", ctx.globalAlpha]),
    stroke: () => drawn.push(["stroke", ctx.globalAlpha]),
  };
  const place = { left: 0, across: 1, bottom: 0, up: -1, top: -100, low: 100 };
  fillBand(ctx, { points, zero: 0, color: "red" }, place);
  assert.deepEqual(drawn, [
    ["move", 0, 2],
    ["line", 1, 3],
    ["line", 1, 1],
    ["line", 0, 0],
    ["close"],
    ["move", 3, 5],
    ["line", 3, 4],
    ["close"],
    ["fill", 0.35],
    ["stroke", 0.6],
  ]);
  assert.equal(ctx.globalAlpha, 1);
});

test("of more lines than are drawn it is said how many there are", () => {
  const column = (name) =>
    name === "by" ? Array.from({ length: 40 }, (_, at) => at) : new Float32Array(40);
  const lines = new Lines({ kind: "trend", y: ["v"], by: "by", units: [""], decimate: null });
  assert.equal(lines.leftText, "");
  const type = { place: () => ({ field: { type: { kind: "float", drawable: true } } }) };
  const time_ns = new BigInt64Array(40).fill(1_700_000_000_000_000_000n);
  const sequence = Uint32Array.from({ length: 40 }, (_, at) => at);
  // A message of 40 channels: each has a line, or would have.
  lines.recipe.first = null;
  lines.take({ count: 40, column, type, time_ns, sequence });
  const text = "the first 32 of 40 lines are drawn: name fewer fields, or another by";
  assert.equal(lines.leftText, text);
});
