// Kinds of fields: half-precision floats in every place, and what each kind can do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Batch, PathError, Schema, groupFrames } from "../../../client_side/web/client.mjs";
import { fitsFloat32 } from "../../../client_side/web/decode/kinds.mjs";
import { frame, join } from "../golden.mjs";

const file = process.env.CWIRE_HALVES;
const PATTERNS = 0x10000;
/** Some halves: bits and value. */
const SOME = [
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x83ff, -1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3c00, 1],
  [0xc580, -5.5],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, NaN],
  [0xfc01, NaN],
];

const half = (order) => ({ kind: "float", np: `${order === "little" ? "<" : ">"}f2` });
const array = (of, ...shape) => ({ kind: "array", of, shape });

/** A schema whose message `m` has these fields; `p` is a struct {byte, x}, x a half at 1. */
function messageOf(order, size, fields) {
  const byte = { name: "byte", offset: 0, size: 1, type: { kind: "uint", np: "|u1" } };
  const x = { name: "x", offset: 1, size: 2, type: half(order) };
  return new Schema({
    schema: "cwire-schema/1",
    byte_order: order,
    enums: { e: { size: 1, signed: false, values: { A: 0 } } },
    types: {
      p: { kind: "struct", size: 3, align: 1, fields: [byte, x] },
      m: { kind: "struct", size, align: 1, fields },
    },
    messages: { 1: { name: "m", type: "m" } },
  }).messages.get("m");
}

/** A batch of payloads, and what fills them with halves. */
function batchOf(message, count, fill) {
  const payloads = Array.from({ length: count }, (_, index) => {
    const payload = new Uint8Array(message.size);
    fill(new DataView(payload.buffer), index);
    return payload;
  });
  const frames = payloads.map((payload, sequence) => frame({ sequence, payload }));
  return new Batch("lab", message, groupFrames(join(...frames)).groups[0]);
}

function same(found, expected, where) {
  assert.equal(found.length, expected.length, where);
  expected.forEach((value, index) => {
    assert.ok(Object.is(found[index], value), `${where}[${index}]: ${found[index]}, not ${value}`);
  });
}

for (const order of ["little", "big"]) {
  const little = order === "little";

  test(`all half floats, ${order}`, { skip: file ? false : "CWIRE_HALVES names no file" }, () => {
    const expected = Float64Array.from(JSON.parse(readFileSync(file, "utf8")), (text) =>
      text === "-0.0" ? -0 : text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text),
    );
    assert.equal(expected.length, PATTERNS);
    const fields = [
      { name: "all", offset: 0, size: 2 * PATTERNS, type: array(half(order), PATTERNS) },
    ];
    const message = messageOf(order, 2 * PATTERNS, fields);
    const fill = (view) => {
      for (let bits = 0; bits < PATTERNS; bits++) view.setUint16(2 * bits, bits, little);
    };
    const batch = batchOf(message, 1, fill);
    const column = batch.column("all");
    assert.ok(column instanceof Float32Array);
    same(column, expected, "column");
    same(batch.row(0).all, expected, "row");
    same(batch.column("all", { as: "number" }), expected, "number");
  });

  test(`halves in every place, ${order}`, () => {
    const fields = [
      { name: "one", offset: 0, size: 2, type: half(order) },
      { name: "odd", offset: 3, size: 2, type: half(order) },
      { name: "grid", offset: 6, size: 8, type: array(half(order), 2, 2) },
      { name: "inner", offset: 14, size: 3, type: { kind: "struct", struct: "p" } },
      { name: "inners", offset: 17, size: 6, type: array({ kind: "struct", struct: "p" }, 2) },
    ];
    const message = messageOf(order, 23, fields);
    const places = [0, 3, 6, 8, 10, 12, 15, 18, 21];
    const at = (frameIndex, place) => SOME[(frameIndex + place) % SOME.length];
    const batch = batchOf(message, SOME.length, (view, index) => {
      places.forEach((offset, place) => view.setUint16(offset, at(index, place)[0], little));
    });
    const column = (...numbers) =>
      SOME.flatMap((_, index) => numbers.map((place) => at(index, place)[1]));
    same(batch.column("one"), column(0), "one");
    same(batch.column("odd"), column(1), "odd");
    same(batch.column("grid"), column(2, 3, 4, 5), "grid");
    same(batch.column("grid[1][0]"), column(4), "grid[1][0]");
    same(batch.column("inner.x"), column(6), "inner.x");
    same(batch.column("inners.x"), column(7, 8), "inners.x");
    same(batch.column("inners[1].x"), column(8), "inners[1].x");
    SOME.forEach((_, index) => {
      const row = batch.row(index);
      same([row.one, row.odd], [at(index, 0)[1], at(index, 1)[1]], `row ${index}`);
      same(
        row.grid.flatMap((part) => [...part]),
        [2, 3, 4, 5].map((place) => at(index, place)[1]),
        "grid",
      );
      same(
        [row.inner.x, ...row.inners.map(({ x }) => x)],
        [6, 7, 8].map((place) => at(index, place)[1]),
        "x",
      );
    });
  });
}

test("a tail of halves", () => {
  const message = messageOf("little", 2, [
    { name: "count", offset: 0, size: 2, type: { kind: "uint", np: "<u2" } },
    { name: "rest", offset: 2, size: 0, type: { kind: "tail", of: half("little"), stride: 2 } },
  ]);
  const payloads = [Uint8Array.of(1, 0, 0, 0x3c), Uint8Array.of(2, 0, 0, 0xc0, 0, 0x7c)];
  const frames = payloads.map((payload, sequence) => frame({ sequence, payload }));
  const batch = new Batch("lab", message, groupFrames(join(...frames)).groups[0]);
  same(batch.column("rest"), [1, -2, Infinity], "rest");
  assert.deepEqual([...batch.lengths("rest")], [1, 2]);
  assert.deepEqual(batch.row(1).rest, Float32Array.of(-2, Infinity));
});

test("what can be drawn, and what is a number in a float", () => {
  const type = (name, size, json) => ({ name, offset: 0, size, type: json });
  const fields = [
    type("half", 2, half("little")),
    type("flag", 1, { kind: "bool", np: "|b1" }),
    type("name", 4, { kind: "char", np: "|S4", length: 4 }),
    type("choice", 1, { kind: "enum", enum: "e", np: "|u1" }),
    type("wave", 8, { kind: "complex", np: "<c8" }),
    type("inner", 3, { kind: "struct", struct: "p" }),
    type("halves", 4, array(half("little"), 2)),
  ];
  const message = messageOf("little", 8, fields);
  const drawable = [...message.fields.values()].filter((field) => field.type.drawable);
  assert.deepEqual(
    drawable.map(({ name }) => name),
    ["half", "flag", "choice", "halves"],
  );
  assert.throws(() => message.place("inner"), PathError);
  for (const np of ["<f2", ">f2", "=f4", "|u1", "<i2", "|b1"]) assert.ok(fitsFloat32(np), np);
  for (const np of ["<f8", "<u4", ">i8", "<c8", "|S2", ""]) assert.ok(!fitsFloat32(np), np);
});
