// The samples that are seen, as CSV.

import assert from "node:assert/strict";
import test from "node:test";
import { csvPieces } from "../../../client_side/web/scope/csv.mjs";
import { Trace } from "../../../client_side/web/scope/trace.mjs";

function lineOf(values, { label = "a", unit = "V", t0 = 100, dt = 0.5 } = {}) {
  const trace = new Trace(1 << 16, { wide: true });
  trace.append(Float64Array.from(values), t0, dt);
  return { label, unit, trace };
}

const text = (seen, axis) => [...csvPieces(seen, axis)].join("");

test("each sample between the edges is a row", () => {
  const seen = [{ line: lineOf([1, -2.5, NaN, Infinity, 5]), zero: 100, from: 100.5, to: 101.5 }];
  const axis = { timed: true, xLabel: "time", xUnit: "s" };
  assert.equal(
    text(seen, axis),
    "line,time [s],time since 1970 [s],value,unit\r\n" +
      "a,0.5,100.500000,-2.5,V\r\na,1,101.000000,NaN,V\r\na,1.5,101.500000,Infinity,V\r\n",
  );
});

test("the samples at both edges are there, whatever rounding makes of their times", () => {
  const [count, dt] = [1024, 1 / 61440];
  const line = lineOf(Array(64 * count).fill(1), { t0: 1_785_000_000.1, dt });
  for (let block = 0; block < 64; block++) {
    const zero = line.trace.time(block * count);
    const seen = [{ line, zero, from: zero, to: zero + (count - 1) * dt }];
    const rows = text(seen, { timed: true, xLabel: "time", xUnit: "s" }).split("\r\n");
    assert.equal(rows.length, count + 2, `block ${block}`);
  }
});

test("a gap has no rows, and lines come one after the other", () => {
  const first = lineOf([1, 2], { label: "one, two", unit: "" });
  first.trace.append(Float64Array.of(3), 200, 0.5);
  const seen = [
    { line: first, zero: 0, from: 0, to: 1000 },
    { line: lineOf([9], { label: '=cmd|"x"' }), zero: 0, from: 0, to: 1000 },
  ];
  assert.equal(
    text(seen, { timed: false, xLabel: "index", xUnit: "" }),
    "line,index,value,unit\r\n" +
      '"one, two",100,1,\r\n"one, two",100.5,2,\r\n"one, two",200,3,\r\n' +
      '"\'=cmd|""x""",100,9,V\r\n',
  );
});

test("many rows come in pieces", () => {
  const trace = new Trace(1 << 16, { wide: false });
  trace.append(new Float32Array(50_000), 0, 1);
  const seen = [{ line: { label: "a", trace }, zero: 0, from: 0, to: 1e9 }];
  const pieces = [...csvPieces(seen, { timed: false, xLabel: "x", xUnit: "" })];
  assert.equal(pieces.length, 3);
  assert.equal(pieces.join("").split("\r\n").length, 50_002);
});
