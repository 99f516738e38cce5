// Expressions of Vega as functions: the same pictures as by Vega's interpreter, for all that marks do.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { expressions, valueOf } from "../../../client_side/web/pages/loader/expressions.mjs";
import {
  completed,
  firstSpecification,
} from "../../../client_side/web/pages/loader/specification.mjs";

const { resolve } = createRequire(
  new URL("../../../client_side/web/pages/loader/chart.mjs", import.meta.url),
);
const { View, parse } = await import(resolve("vega"));
const { compile } = await import(resolve("vega-lite"));
const { expressionInterpreter } = await import(resolve("vega-interpreter"));

const LINE = firstSpecification({ array: false, label: "volts" });
const value = { field: "value", type: "quantitative" };
const encoding = { x: { field: "time", type: "temporal" }, y: value };
const SPECIFICATIONS = {
  first: LINE,
  "of an array": firstSpecification({ array: true, label: "volts" }),
  "points with a condition": {
    mark: "point",
    encoding: {
      ...encoding,
      color: { condition: { test: "datum.value > 1 && datum.value % 2 < 1", value: "red" } },
      size: { condition: { test: "!(datum.value <= 0) || isNaN(datum.value)", value: 90 } },
    },
  },
  bars: { mark: "bar", encoding: { x: { ...value, bin: true }, y: { aggregate: "count" } } },
  "areas between extremes": {
    mark: { type: "area", opacity: 0.3 },
    encoding: { ...encoding, y: { field: "low" }, y2: { field: "high" } },
  },
  "layers with a rule and a text": {
    layer: [
      { mark: "line", encoding },
      { mark: "rule", encoding: { y: { aggregate: "mean", field: "value" } } },
      { mark: "text", encoding: { ...encoding, text: { ...value, format: ".2f" } } },
    ],
  },
  "a regular expression and a text": {
    mark: "tick",
    transform: [{ calculate: "replace(datum.series, /[ab]/g, '-') + PI", as: "name" }],
    encoding: { x: value, y: { field: "name", type: "nominal" } },
  },
};
const rows = ["a", "b"].flatMap((series, line) =>
  Array.from({ length: 40 }, (_, index) => {
    const one = index === 7 ? null : Math.sin(index / 5) + 2 * line;
    return { index, time: 1e12 + 250 * index, series, value: one, low: one - 1, high: one + 1 };
  }),
);

function runtimeOf(specification) {
  const { spec } = compile(completed(specification, { aria: false }));
  return parse({ ...spec, width: 300 }, undefined, { ast: true });
}

async function drawnBy(expr, specification) {
  const view = new View(runtimeOf(specification), { expr, renderer: "none" });
  for (const [name, time] of [
    ["from", 1e12],
    ["to", 1e12 + 1e4],
  ])
    view.signal(name, time);
  await view.insert("rows", structuredClone(rows)).runAsync();
  const first = await view.toSVG();
  await view
    .signal("from", 1e12 + 3000)
    .remove("rows", ({ index }) => index % 3 === 0)
    .runAsync();
  return [first, await view.toSVG()].map((svg) => svg.replace(/(gradient_|clip)\d+/g, "$1"));
}

for (const [name, specification] of Object.entries(SPECIFICATIONS)) {
  test(`drawn alike: ${name}`, async () => {
    const [first, second] = await drawnBy(expressions, specification);
    const [one, other] = await drawnBy(expressionInterpreter, specification);
    assert.ok(first !== second, "rows that went change the picture");
    assert.ok(
      /class="mark-\w+ role-mark[^>]*>\s*<(path|text|line|g)/.test(first),
      "marks are drawn",
    );
    assert.ok(first === one && second === other);
  });
}

test("nothing of what a graph begins with is left to the interpreter", () => {
  const functions = new Proxy({}, { get: () => () => 0 });
  let channels = 0;
  const look = (value) => {
    if (typeof value !== "object" || value === null) return;
    for (const { ast, code } of Object.values(value.$encode ? {} : (value.channels ?? {}))) {
      assert.ok(valueOf(ast, functions), code);
      channels += 1;
    }
    for (const [key, one] of Object.entries(value)) if (key !== "ast") look(one);
  };
  look(runtimeOf(LINE));
  assert.ok(channels > 50);
});

test("no expression reaches a function", () => {
  const node = (name, of) => ({
    type: "MemberExpression",
    object: of,
    property: { type: "Identifier", name },
  });
  const datum = { type: "Identifier", name: "datum" };
  const made = valueOf(node("constructor", datum), {});
  assert.equal(made({}, {}, {}), undefined);
  const literal = (value) => ({ type: "Literal", value });
  const call = (name) => ({
    type: "CallExpression",
    callee: { type: "Identifier", name },
    arguments: [literal("1")],
  });
  for (const name of ["eval", "Function", "toString", "constructor", "x"])
    assert.equal(valueOf(call(name), { __proto__: null }), null, name);
});
