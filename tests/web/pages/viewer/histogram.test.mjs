// The numbers in view: a sample of them, a range, and bars.

import assert from "node:assert/strict";
import test from "node:test";
import { countBars, rangeOf, sample } from "../../../../client_side/web/pages/viewer/histogram.mjs";
import { Pixels } from "../../../../client_side/web/pages/viewer/pixels.mjs";

test("finite numbers only, in rising order", () => {
  const data = Float32Array.from([3, NaN, 1, Infinity, 2, -Infinity]);
  assert.deepEqual([...sample([new Pixels("float32", data, 3, 2)])], [1, 2, 3]);
  assert.deepEqual([...sample([])], []);
});

test("a sample of many is small, and takes all columns", () => {
  const ramp = Uint16Array.from({ length: 512 * 512 }, (_, index) => index % 512);
  const tiles = Array.from({ length: 4 }, () => new Pixels("uint16", ramp, 512, 512));
  const numbers = sample(tiles);
  assert.ok(numbers.length > 20_000 && numbers.length < 40_000);
  assert.equal(new Set(numbers).size, 512);
});

test("half floats are read by their values", () => {
  assert.deepEqual(
    [...sample([new Pixels("float16", Uint16Array.of(0x3c00, 0xc000), 2, 1)])],
    [-2, 1],
  );
});

test("the range leaves out what is rare", () => {
  const numbers = Float64Array.from({ length: 10_001 }, (_, index) => index);
  numbers[0] = -1e9;
  numbers[10_000] = 1e9;
  assert.deepEqual(rangeOf(numbers, false), { low: 20, high: 9980, log: false });
  assert.deepEqual(rangeOf(new Float64Array(0), false), { low: 0, high: 1, log: false });
  assert.ok(rangeOf(Float64Array.of(7, 7, 7), false).high > 7);
  assert.ok(rangeOf(Float64Array.of(-5, 0, 3), true).low > 0);
});

test("bars hold every number once, those outside at the ends", () => {
  const counts = countBars(
    Float64Array.of(-5, 0, 1, 2.5, 4, 9),
    { low: 0, high: 4, log: false },
    4,
  );
  assert.deepEqual([...counts], [2, 1, 1, 2]);
});
