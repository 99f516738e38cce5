// The loader page without a browser: rows of graphs, their link, and what is checked of a specification.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FIRST, readGraphs, writeGraphs } from "../../client_side/web/pages/loader/layout.mjs";
import {
  SpecificationError,
  completed,
  firstSpecification,
  readSpecification,
} from "../../client_side/web/pages/loader/specification.mjs";
import {
  RollingRows,
  arrayRows,
  drawable,
  rangeOf,
} from "../../client_side/web/pages/loader/window.mjs";
import { random } from "./golden.mjs";

test("numbers that Vega cannot draw are gaps, and no number is too large", () => {
  assert.deepEqual([NaN, Infinity, -Infinity].map(drawable), [null, null, null]);
  assert.deepEqual([1.7e308, -1.7e308, 0].map(drawable), [1e300, -1e300, 0]);
});

test("an axis gets a range that it can show", () => {
  const of = (...values) => rangeOf(values.map((value) => ({ value })));
  assert.deepEqual(of(), [0, 1]);
  assert.deepEqual(of(null, null), [0, 1]);
  assert.deepEqual(of(3, null, -2), [-2, 3]);
  assert.deepEqual(of(0, 0), [-1, 1]);
  assert.deepEqual(of(50), [45, 55]);
  assert.deepEqual(of(1e300, -1e300), [-1e300, 1e300]);
  const [low, high] = of(1e9, 1e9 + 1e-6);
  assert.ok(low < 1e9 && high > 1e9 + 1e-6);
  const rows = new RollingRows(10);
  for (const value of [7, 3, NaN, 5]) rows.add("a", 2000 * value || 9000, value);
  assert.deepEqual(rows.range, [3, 7]);
});

test("what Vega is told makes what is seen: each row once, oldest first, in bounds", () => {
  const next = random(7);
  const rows = new RollingRows(10);
  /** What Vega has. */
  const seen = new Set();
  let time = 1e12;
  for (let round = 0; round < 2000; round++) {
    time += next() < 0.02 ? 4000 * next() : 20 * next();
    rows.add(next() < 0.5 ? "a" : "b", time, next() < 0.1 ? NaN : next());
    if (next() < 0.01) rows.breakLines();
    if (next() < 0.3) {
      const { remove, insert } = rows.take();
      for (const row of remove) assert.ok(seen.delete(row), "it was there");
      for (const row of insert) {
        assert.ok(!seen.has(row), "it is new");
        seen.add(Object.freeze(row)); // Vega has it: it must not change any more
      }
      for (const name of ["a", "b"]) {
        const line = [...seen].filter(({ series }) => series === name);
        const times = line.map((row) => row.time).sort((one, other) => one - other);
        assert.ok(times.length <= 170, `${times.length} rows`);
        assert.ok(!times.length || times[0] >= rows.from - 70);
        assert.ok(
          line.every(({ low, value, high }) => value === null || (low <= value && value <= high)),
        );
      }
    }
  }
});

test("the newest value and the extremes of a step are kept", () => {
  const rows = new RollingRows(150);
  for (const value of [3, NaN, -5, 9, 1]) rows.add("a", 1000, value);
  const [row] = rows.take().insert;
  assert.deepEqual({ ...row }, { time: 1000, series: "a", value: 1, low: -5, high: 9 });
  rows.restart();
  const again = rows.take();
  assert.deepEqual(again.remove, []);
  assert.deepEqual(
    again.insert.map(({ value }) => value),
    [1],
  );
  assert.notEqual(again.insert[0], row);
});

test("a line that is broken has a gap before its next value", () => {
  const rows = new RollingRows(10);
  rows.add("a", 1000, 1);
  rows.breakLines();
  rows.add("a", 3000, 2);
  const drawn = rows.take().insert.map(({ time, value }) => [time, value]);
  assert.deepEqual(drawn, [
    [1000, 1],
    [2000, null],
    [3000, 2],
  ]);
});

test("lines beyond what can be drawn are counted", () => {
  const rows = new RollingRows(10);
  for (let line = 0; line < 40; line++) rows.add(String(line), 1000, line);
  assert.equal(rows.leftOut, 8);
  assert.equal(rows.take().insert.length, 32);
});

test("of a long array the extremes are drawn", () => {
  const values = Float64Array.from({ length: 10_000 }, (_, index) => Math.sin(index / 100));
  values[1234] = 50;
  values[4321] = -50;
  values[7000] = Infinity;
  const rows = arrayRows("a", values);
  assert.ok(rows.length <= 300);
  assert.ok(rows.every(({ index }, at) => !at || index > rows[at - 1].index));
  const drawn = rows.map(({ value }) => value);
  assert.ok(drawn.includes(50) && drawn.includes(-50) && !drawn.includes(null));
  assert.deepEqual(arrayRows("a", [NaN, 2], [10, 1]), [
    { index: 0, series: "a", value: null },
    { index: 1, series: "a", value: 21 },
  ]);
  assert.ok(arrayRows("a", new Float64Array(1000).fill(NaN)).every(({ value }) => value === null));
});

test("a link says the graphs, and what it should not say is left out", () => {
  assert.deepEqual(readGraphs(writeGraphs(FIRST)), FIRST);
  for (const text of [null, "", "[", "{}", "3"]) assert.equal(readGraphs(text), null);
  const odd = [
    null,
    { driver: 1, message: "x" },
    { driver: "a", message: "b", y: ["c", 3], by: 4, seconds: -1, spec: "x".repeat(20_001) },
    { driver: "a", message: "b", y: [], by: "", seconds: 5, spec: "{}", more: 1 },
  ];
  assert.deepEqual(readGraphs(JSON.stringify(odd)), [
    { driver: "a", message: "b", y: ["c"] },
    { driver: "a", message: "b", by: "", seconds: 5, spec: "{}" },
  ]);
  assert.equal(readGraphs(JSON.stringify(Array(99).fill(odd[2]))).length, 24);
});

test("a specification gets its rows, and nothing else", () => {
  const first = firstSpecification({ array: false, label: "[V]" });
  const spec = completed(readSpecification(JSON.stringify(first)), { background: "red" });
  assert.deepEqual(spec.data, { name: "rows" });
  assert.deepEqual(
    spec.params.map(({ name }) => name),
    ["from", "to", "bottom", "top"],
  );
  const own = completed(
    { mark: "bar", params: [{ name: "to", value: 3 }], config: { font: "x" } },
    {},
  );
  assert.deepEqual(
    own.params.map(({ name }) => name),
    ["to", "from", "bottom", "top"],
  );
  assert.equal(own.config.font, "x");
  const refused = (value, said) =>
    assert.throws(
      () => readSpecification(value),
      (error) => {
        assert.ok(error instanceof SpecificationError);
        return said.test(error.message);
      },
    );
  refused("nul", /^It is not JSON: /);
  refused('{"layer": [{"mark": "line", "data": {"sequence": {"stop": 1e9}}}]}', /Leave "data" out/);
  refused(
    '{"mark": "bar", "transform": [{"lookup": "x", "from": {"data": {"url": "/x"}}}]}',
    /Leave "data" out/,
  );
  refused("[".repeat(60) + "]".repeat(60), /must be an object/);
  refused("{}", /^It says no mark: one of mark, layer, /);
  refused(`{"mark": "bar", "a": ${"[".repeat(60)}${"]".repeat(60)}}`, /nested more than 40 deep/);
  readSpecification('{"data": {"name": "rows"}, "mark": "line"}');
});
