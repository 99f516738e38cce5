// The picture that a graph begins with, drawn by Vega as text.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { expressions } from "../../../client_side/web/pages/loader/expressions.mjs";
import {
  EDGES,
  completed,
  firstSpecification,
} from "../../../client_side/web/pages/loader/specification.mjs";
import { rangeOf } from "../../../client_side/web/pages/loader/window.mjs";

const { resolve } = createRequire(
  new URL("../../../client_side/web/pages/loader/chart.mjs", import.meta.url),
);
const { View, parse } = await import(resolve("vega"));
const { compile } = await import(resolve("vega-lite"));

/** The labels of the values' axis, as texts are sorted. */
async function labelsOf(values, bytes = false) {
  const first = firstSpecification({ array: true, label: "volts", bytes });
  const { spec } = compile(completed(first, { aria: false }));
  const runtime = parse({ ...spec, width: 300 }, undefined, { ast: true });
  const view = new View(runtime, { expr: expressions, renderer: "none" });
  const rows = values.map((value, index) => ({ index, series: "a", value }));
  const edges = [0, 1, ...rangeOf(rows)];
  EDGES.forEach((name, at) => view.signal(name, edges[at]));
  await view.insert("rows", rows).runAsync();
  const svg = await view.toSVG();
  assert.match(svg, /height="280"/);
  const [, , axis] = svg.split("role-axis-label");
  return [...axis.split("</g>")[0].matchAll(/>([^<]+)<\/text>/g)].map(([, text]) => text).sort();
}

test("a constant has an axis of short numbers around it", async () => {
  assert.deepEqual(await labelsOf([0, 0, 0]), ["0.0", "0.5", "1.0", "−0.5", "−1.0"]);
  const labels = await labelsOf([1234, 1234]);
  assert.ok(labels.length > 2 && labels.every((label) => /^1,[1-4]\d\d$/.test(label)), `${labels}`);
});

test("bytes are written as kB and MB", async () => {
  assert.deepEqual(await labelsOf([0, 1.9e6], true), ["0B", "1.5MB", "1MB", "2MB", "500kB"]);
  assert.ok((await labelsOf([0, 1.9e6])).includes("500,000"));
});
