import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  argumentsOf,
  readArgument,
  showArgument,
} from "../../../client_side/web/pages/index/arguments.mjs";
import { valueText } from "../../../client_side/web/pages/index/results.mjs";
import { numpy } from "../../../client_side/web/actions/values.mjs";

/** The input of an argument with this schema. */
function inputOf(field, more = {}) {
  const schema = { type: "object", properties: { one: field }, ...more };
  const [input] = argumentsOf({ name: "x", doc: "", kind: "function", arguments: schema }).inputs;
  return input;
}

describe("arguments", () => {
  for (const [field, kind, initial, held, value] of [
    [{ type: "integer", default: 3 }, "text", "3", "9007199254740993", 9007199254740993n],
    [
      { type: "integer", default: { $int: "9007199254740993" } },
      "text",
      "9007199254740993",
      "0x10",
      16,
    ],
    [{ type: "integer", minimum: 0, maximum: 10, default: 3 }, "slider", 3, 5, 5],
    [{ type: "integer", minimum: 0, maximum: 1e9, default: 3 }, "text", "3", "-5", -5],
    [{ type: "number", default: 0.5 }, "text", "0.5", "1e3", 1000],
    [{ type: "number", default: { $float: "nan" } }, "text", "NaN", "-inf", -Infinity],
    [{ type: "number", minimum: 0, maximum: 1, default: 0.5 }, "slider", 0.5, 0.25, 0.25],
    [{ type: "number", minimum: 1, maximum: 1, default: 1 }, "text", "1", "1", 1],
    [{ type: "string", default: "x" }, "text", "x", "5", "5"],
    [{ type: "boolean", default: true }, "check", true, false, false],
    [{ enum: [1, "a", null], default: "a" }, "select", 1, 2, null],
    [{ const: "only", default: "only" }, "select", 0, 0, "only"],
    [{ anyOf: [{ type: "boolean" }, { type: "null" }], default: null }, "select", 0, 1, true],
    [{ anyOf: [{ type: "number" }, { type: "null" }], default: null }, "text", "", "2", 2],
    [{ anyOf: [{ type: "integer" }, { type: "string" }], default: 1 }, "area", "1", "abc", "abc"],
    [{ default: null }, "area", "", '{"a": [1, NaN]}', { a: [1, NaN] }],
    [{ default: null }, "area", "", "not JSON", "not JSON"],
    [{ default: null }, "area", "", '"a 12345678901234567890"', "a 12345678901234567890"],
    [
      { type: "array", default: [1, { $int: "9007199254740993" }] },
      ...["area", "[1, 9007199254740993]", "[1, -9007199254740993]", [1, -9007199254740993n]],
    ],
    [{ $ref: "#/$defs/Mode", default: "b" }, "select", 1, 0, "a"],
    [{ allOf: [{ $ref: "#/$defs/Mode" }], default: "b" }, "select", 1, 0, "a"],
    [{ $ref: "#/$defs/Loop", default: 1 }, "area", "1", "2", 2],
    [{ $ref: "#/$defs/constructor", default: 1 }, "area", "1", "2", 2],
    [{ default: { $array: 1, dtype: "<f8", shape: [1] } }, "area", "", "[1.5]", [1.5]],
    ["no schema", "area", "", "1", 1],
    [null, "area", "", "1", 1],
  ])
    test(`${JSON.stringify(field)} is ${kind}`, () => {
      const $defs = { Mode: { enum: ["a", "b"] }, Loop: { $ref: "#/$defs/Loop" } };
      const input = inputOf(field, { $defs });
      assert.equal(input.widget.kind, kind);
      assert.equal(showArgument(input, input.initial), initial);
      assert.deepEqual(readArgument(input, held), value);
    });

  for (const [field, held, words] of [
    [{ type: "integer" }, "1.5", /'1.5' is not a whole number/],
    [{ type: "integer" }, "nan", /not a whole number/],
    [{ type: "number" }, "1,5", /'1,5' is not a number/],
    [{ type: "array" }, "[1, 2", /"\[1, 2" is not JSON/],
  ])
    test(`${held} is no ${field.type}`, () => {
      assert.throws(() => readArgument(inputOf(field), held), words);
    });

  test("what is empty is not given, and what is needed shows nothing", () => {
    const fields = [{ type: "integer" }, { type: "array" }, { enum: [1] }];
    for (const field of fields) {
      const input = inputOf(field, { required: ["one"] });
      assert.equal(input.needed, true);
      assert.equal(readArgument(input, field.enum ? null : ""), undefined);
      assert.equal(showArgument(input, input.initial), field.enum ? -1 : "");
    }
  });

  test("an action without arguments, and one that takes its data whole", () => {
    const of = (schema) => argumentsOf({ name: "x", doc: "", kind: "function", arguments: schema });
    const none = of({ type: "object", properties: {}, additionalProperties: false });
    assert.deepEqual(none, { inputs: [], whole: false });
    const all = of({});
    assert.deepEqual([all.whole, all.inputs[0].name, all.inputs[0].needed], [true, "data", false]);
    const names = JSON.parse(
      '{"__proto__": {"type": "integer"}, "constructor": {"type": "string"}}',
    );
    const odd = of({ type: "object", properties: names, required: ["__proto__"] });
    assert.deepEqual(
      odd.inputs.map(({ name, form, needed }) => [name, form, needed]),
      [
        ["__proto__", "whole", true],
        ["constructor", "text", false],
      ],
    );
  });
});

describe("values as text", () => {
  for (const [value, text] of [
    ["as it is", "as it is"],
    [["a", 1n, NaN, null, true], '["a", 1, NaN, null, true]'],
    [{ x: [1], y: {} }, "{x: [1], y: {}}"],
    [numpy(new Float64Array(6), [2, 3]), "float64 array of 2 × 3"],
    [numpy(new Float32Array([0.1, NaN]), [2]), "float32 array of 2: 0.1, NaN"],
    [numpy(new BigInt64Array([2n ** 60n]), [1]), "int64 array of 1: 1152921504606846976"],
    [numpy(new Float32Array(2), [1], "<c8"), "complex64 array of 1"],
    [numpy(new Uint8Array(0), [0]), "uint8 array of 0: "],
    [{ raw: new Uint8Array(5) }, "{raw: 5 bytes}"],
  ])
    test(`${text}`, () => assert.equal(valueText(value), text));

  test("long ones are cut, without being written whole", () => {
    const deep = { a: Array.from({ length: 1e6 }, (_, at) => at) };
    const text = valueText(deep);
    assert.ok(text.startsWith("{a: [0, 1, 2"));
    assert.equal(text.length, 301);
    assert.equal(valueText("x".repeat(1e6)).length, 301);
  });
});
