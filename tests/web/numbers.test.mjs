// Extremes and ranges of all kinds of numbers: the cases that Python and the relay are held to, too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fitsFloat32 } from "../../client_side/web/decode/kinds.mjs";
import { checked, exponentOf, padded, timePart } from "../../client_side/web/scope/numbers.mjs";
import { Points, sketch } from "../../client_side/web/scope/sketch.mjs";
import { Trace } from "../../client_side/web/scope/trace.mjs";

const CASES = JSON.parse(readFileSync(new URL("../numbers.json", import.meta.url), "utf8"));
const LONG = 5000; // samples: several levels of a trace, and more than a picture has columns

/** The values again and again. */
function repeated({ values }, count) {
  return Float64Array.from({ length: count }, (_, index) => Number(values[index % values.length]));
}

for (const one of CASES.extremes) {
  test(`extremes: ${one.name}`, () => {
    const wanted = [one.low ?? Infinity, one.high ?? -Infinity];
    for (const count of [one.values.length, LONG]) {
      const trace = new Trace(1 << 13, { wide: !fitsFloat32(one.type) });
      trace.append(repeated(one, count), 0, 1);
      trace.range(0, count);
      assert.deepEqual([trace.low, trace.high], wanted, `of ${count}`);
      const points = new Points();
      sketch(trace, 0, count, 100, points);
      assert.deepEqual([points.low, points.high], wanted, `seen of ${count}`);
      const drawn = [...points.y.subarray(0, points.count)].filter((y) => !Number.isNaN(y));
      assert.ok(drawn.every(Number.isFinite));
      assert.equal(drawn.length > 0, one.low !== null);
      if (drawn.length) assert.deepEqual([Math.min(...drawn), Math.max(...drawn)], wanted);
    }
  });
}

for (const { name, range, checked: wanted } of CASES.checked) {
  test(`a range for an axis: ${name}`, () => {
    const [low, high] = range.map(Number);
    const found = checked(low, high);
    close(found, wanted);
    if (found !== null) assert.deepEqual(checked(...found), found);
  });
}

for (const { name, range, padded: wanted } of CASES.padded) {
  test(`a range with room: ${name}`, () => close(padded(...range, 0.1), wanted));
}

for (const { name, range, factor, unit } of CASES.parts) {
  test(`the unit of a time: ${name}`, () => assert.deepEqual(timePart(...range), [factor, unit]));
}

test("a range around nothing is none", () => assert.equal(padded(Infinity, -Infinity, 0.1), null));

test("numbers of many digits are written in a power of ten", () => {
  const of = (low, high) => exponentOf(low, high);
  assert.deepEqual([of(-1, 1), of(0, 999_999), of(0, 0), of(-1e-6, 0)], [0, 0, 0, 0]);
  assert.deepEqual([of(0, 2e12), of(-3e-9, 0), of(-1e300, 1e300)], [12, -9, 300]);
});

function close(found, wanted) {
  if (wanted === null || found === null) return assert.equal(found, wanted);
  found.forEach((end, index) => {
    const off = Math.abs(end - wanted[index]);
    assert.ok(off <= 1e-12 * Math.abs(wanted[index]), `${found} instead of ${wanted}`);
  });
}
