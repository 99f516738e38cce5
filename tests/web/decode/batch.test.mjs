// Messages: the golden ones by the demo driver's schema, then what a schema can hold beside.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Batch, PathError, Schema, groupFrames } from "../../../client_side/web/client.mjs";
import { frame, golden, join, random } from "../golden.mjs";

const DEMO = new URL("../../../c_driver/generated/messages.schema.json", import.meta.url);
const demo = new Schema(readFileSync(DEMO, "utf8"));

/** A batch of one message made of payloads. */
function batchOf(message, ...payloads) {
  const data = join(
    ...payloads.map((payload, sequence) => frame({ type: message.id, sequence, payload })),
  );
  return new Batch("lab", message, groupFrames(data).groups[0]);
}

/** A message with these fields: a schema in short. */
function messageOf(fields, { size, order = "little", enums = {}, types = {} }) {
  return new Schema({
    schema: "cwire-schema/1",
    byte_order: order,
    enums,
    types: { ...types, m: { kind: "struct", size, align: 1, fields } },
    messages: { 1: { name: "m", type: "m" } },
  }).messages.get("m");
}

/** Row values as the golden files have them. */
function plain(value) {
  if (typeof value === "bigint") return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, plain(entry)]));
  }
  return value;
}

/** Golden values as rows have them: enums by name, 64-bit integers as text. */
function expected(struct, values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const { type, shape } = struct.fields.get(name);
      const one = (entry) => {
        if (type.struct) return expected(type.struct, entry);
        if (type.code?.wide) return String(entry);
        return type.enum?.label(entry) ?? entry;
      };
      return [
        name,
        shape.length === 1 && type.struct
          ? value.map(one)
          : Array.isArray(value)
            ? value
            : one(value),
      ];
    }),
  );
}

test("golden messages", () => {
  const { data, notes } = golden("messages");
  for (const group of groupFrames(data).groups) {
    const message = demo.byId.get(group.type);
    const note = notes.frames.find((one) => one.type === group.type);
    const batch = new Batch("demo", message, group);
    assert.equal(batch.message, note.message);
    assert.deepEqual(plain(batch.row(0)), expected(message.struct, note.values));
    assert.deepEqual([...batch.sequence], [note.sequence]);
    assert.deepEqual([...batch.time_ns], [BigInt(note.time_ns)]);
    assert.ok(Math.abs(batch.time[0] - Number(note.time_ns) / 1e9) < 1e-6);
  }
});

test("columns of the golden messages", () => {
  const { data, notes } = golden("messages");
  const batches = new Map(
    groupFrames(data).groups.map((group) => [
      demo.byId.get(group.type).name,
      new Batch("demo", demo.byId.get(group.type), group),
    ]),
  );
  const values = (name) => notes.frames.find((one) => one.message === name).values;
  const block = batches.get("scope_block");
  assert.deepEqual(block.column("samples"), Float32Array.from(values("scope_block").samples));
  assert.equal(block.column("samples").buffer, data.buffer, "one frame: a view");
  assert.deepEqual(block.column("samples[3]"), Float32Array.of(values("scope_block").samples[3]));
  assert.deepEqual(block.column("first_sample"), BigUint64Array.of(2n ** 60n + 1n));
  assert.deepEqual(block.column("first_sample", { as: "number" }), Float64Array.of(2 ** 60));
  const status = batches.get("driver_status");
  assert.deepEqual(status.column("firmware"), ["demo 0.1.0"]);
  assert.deepEqual(status.column("calibration"), Float32Array.of(1.5, 0, 0, 0.5, 0, 2));
  assert.deepEqual(status.column("calibration[1][2]"), Float32Array.of(2));
  assert.deepEqual(status.column("acquisition.level"), Float64Array.of(0.125));
  assert.deepEqual(status.column("channels.frequency"), Float64Array.of(180, 180));
  assert.deepEqual(status.column("channels[1].shape"), Uint32Array.of(2));
  assert.equal(status.type.place("channels.shape").field.type.enum.label(2), "TRIANGLE");
  const tile = batches.get("camera_tile");
  assert.deepEqual(tile.column("pixels"), Uint16Array.from(values("camera_tile").pixels));
  assert.deepEqual([...tile.lengths("pixels")], [6]);
});

test("paths that are none say what there is", () => {
  const status = demo.messages.get("driver_status");
  for (const [path, text] of [
    ["nothing", /driver_status: nothing: there is no nothing; there are running, /],
    ["running.x", /this is no struct/],
    ["acquisition", /is a struct; name one of its members: sample_rate, /],
    ["channels[2].shape", /there are only 2/],
    ["running[0]", /no array to choose from/],
    ["acquisition..level", /cannot be read from/],
    ["", /cannot be read/],
  ]) {
    assert.throws(
      () => status.place(path),
      (error) => error instanceof PathError && text.test(error.message),
      path,
    );
  }
  assert.throws(
    () => demo.messages.get("camera_tile").place("pixels[0]"),
    /not every message has so many/,
  );
});

const number = (name, np, offset, size, extra = {}) => ({
  name,
  offset,
  size,
  type: { kind: { i: "int", u: "uint", f: "float", b: "bool", c: "complex" }[np[1]], np },
  ...extra,
});

test("numbers and bits of both byte orders in one struct", () => {
  const bits = { bit_width: 12, byte_order: "big", type: { kind: "uint", np: ">u2" } };
  const fields = [
    number("u2", ">u2", 0, 2),
    number("f8", "<f8", 8, 8),
    { name: "high", bit_offset: 32, ...bits },
    { name: "low", bit_offset: 44, ...bits, bit_width: 4 },
  ];
  const message = messageOf(fields, { size: 16, order: "little" });
  const payload = new Uint8Array(16);
  new DataView(payload.buffer).setFloat64(8, 0.25, true);
  payload.set([1, 2, 0, 0, 0x12, 0x34]);
  const batch = batchOf(message, payload, payload);
  assert.deepEqual(batch.row(0), { u2: 0x0102, f8: 0.25, high: 0x123, low: 4 });
  assert.deepEqual([...batch.column("u2")], [0x0102, 0x0102]);
  assert.deepEqual([...batch.column("high")], [0x123, 0x123]);
});

test("numbers of every kind, in both byte orders", () => {
  for (const order of ["little", "big"]) {
    const little = order === "little";
    const mark = little ? "<" : ">";
    const codes = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "b1"];
    let end = 1; // nothing is aligned
    const fields = codes.map((code) => {
      const size = Number(code.slice(1));
      end += size;
      return number(code, `${size === 1 ? "|" : mark}${code}`, end - size, size);
    });
    const message = messageOf(fields, { size: end, order });
    const payload = new Uint8Array(end);
    const view = new DataView(payload.buffer);
    const at = Object.fromEntries(fields.map(({ name, offset }) => [name, offset]));
    view.setInt8(at.i1, -5);
    view.setUint8(at.u1, 250);
    view.setInt16(at.i2, -300, little);
    view.setUint16(at.u2, 65000, little);
    view.setInt32(at.i4, -70000, little);
    view.setUint32(at.u4, 4e9, little);
    view.setBigInt64(at.i8, -(2n ** 62n), little);
    view.setBigUint64(at.u8, 2n ** 64n - 1n, little);
    view.setUint16(at.f2, 0xc580, little); // -5.5
    view.setFloat32(at.f4, 0.25, little);
    view.setFloat64(at.f8, 1e300, little);
    view.setUint8(at.b1, 77);
    const batch = batchOf(message, payload, payload);
    const row = {
      ...{ i1: -5, u1: 250, i2: -300, u2: 65000, i4: -70000, u4: 4e9, i8: -(2n ** 62n) },
      ...{ u8: 2n ** 64n - 1n, f2: -5.5, f4: 0.25, f8: 1e300, b1: true },
    };
    assert.deepEqual(batch.row(0), row);
    assert.deepEqual(batch.row(-1), row);
    for (const name of codes) {
      const value = name === "b1" ? 1 : row[name];
      assert.deepEqual([...batch.column(name)], [value, value], `${order} ${name}`);
      assert.deepEqual([...batch.column(name, { as: "number" })], [Number(value), Number(value)]);
    }
  }
});

test("64-bit integers as numbers are rounded as Number rounds them", () => {
  const edges = [0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 63n - 1n, 2n ** 63n];
  const chance = random(3);
  const wide = () => BigInt(Math.floor(chance() * 2 ** 32));
  const some = Array.from({ length: 500 }, () => (wide() << 32n) | wide());
  const values = [...edges, ...edges.map((one) => 2n ** 64n - 1n - one), ...some];
  const fields = [number("signed", "<i8", 0, 8), number("odd", "<u8", 9, 8)];
  const message = messageOf(fields, { size: 17 });
  const payloads = values.map((value) => {
    const payload = new Uint8Array(17);
    new DataView(payload.buffer).setBigUint64(0, value, true);
    new DataView(payload.buffer).setBigUint64(9, value, true);
    return payload;
  });
  const batch = batchOf(message, ...payloads);
  assert.deepEqual(
    [...batch.column("signed", { as: "number" })],
    values.map((value) => Number(BigInt.asIntN(64, value))),
  );
  assert.deepEqual([...batch.column("odd", { as: "number" })], values.map(Number));
});

test("tails of different lengths, of numbers, of structs, of chars", () => {
  const point = {
    kind: "struct",
    size: 3,
    align: 1,
    fields: [number("x", "|u1", 0, 1), number("y", "<u2", 1, 2)],
  };
  const tail = (of, stride) => ({
    name: "rest",
    offset: 1,
    size: 0,
    type: { kind: "tail", of, stride },
  });
  const head = number("head", "|u1", 0, 1);
  const numbers = messageOf([head, tail({ kind: "uint", np: "<u2" }, 2)], { size: 2 });
  const batch = batchOf(
    numbers,
    Uint8Array.of(9, 1, 0, 2, 0),
    Uint8Array.of(9),
    Uint8Array.of(9, 3, 1),
  );
  assert.deepEqual(batch.column("rest"), Uint16Array.of(1, 2, 259));
  assert.deepEqual([...batch.lengths("rest")], [2, 0, 1]);
  assert.deepEqual(
    [0, 1, 2].map((row) => [...batch.row(row).rest]),
    [[1, 2], [], [259]],
  );
  const points = messageOf([head, tail({ kind: "struct", struct: "point" }, 3)], {
    size: 1,
    types: { point },
  });
  const two = batchOf(points, Uint8Array.of(9, 1, 2, 0), Uint8Array.of(9, 3, 4, 0, 5, 6, 1));
  assert.deepEqual(two.column("rest.y"), Uint16Array.of(2, 4, 262));
  assert.deepEqual([...two.lengths("rest.y")], [1, 2]);
  assert.deepEqual(two.row(1).rest, [
    { x: 3, y: 4 },
    { x: 5, y: 262 },
  ]);
  const chars = messageOf([head, tail({ kind: "char", np: "|S1", length: 1 }, 1)], { size: 1 });
  const texts = batchOf(chars, Uint8Array.of(9, 0xc2, 0xb5, 0, 65), Uint8Array.of(9));
  assert.deepEqual(texts.column("rest"), ["µ", ""]);
  assert.deepEqual(texts.row(0).rest, Uint8Array.of(0xc2, 0xb5, 0, 65));
  assert.deepEqual(texts.row(1).rest, "");
  assert.deepEqual(texts.column("rest", { as: "bytes" }), Uint8Array.of(0xc2, 0xb5, 0, 65));
  const plain = batchOf(chars, Uint8Array.of(9, 0xc2, 0xb5), Uint8Array.of(9, 65, 0));
  assert.deepEqual([plain.row(0).rest, plain.row(1).rest], ["µ", Uint8Array.of(65, 0)]);
  assert.ok(!numbers.fits(2) && numbers.fits(3) && !numbers.fits(0));
});

test("a text that is more than a text is its bytes in a row", () => {
  const letters = { kind: "char", np: "|S4", length: 4 };
  const message = messageOf(
    [
      { name: "text", offset: 0, size: 4, type: letters },
      { name: "two", offset: 4, size: 8, type: { kind: "array", shape: [2], of: letters } },
      { name: "bit", bit_offset: 96, bit_width: 1, type: { kind: "uint", np: "|u1" } },
    ],
    { size: 13 },
  );
  const bytes = [0xef, 0xbb, 0xbf, 0, 65, 0, 66, 0, 65, 0, 0, 0, 0];
  const bad = [0xff, 65, 0, 0, 0, 0, 0, 65, 0xc2, 0xb5, 0xc2, 0xb5, 0];
  const batch = batchOf(message, Uint8Array.from(bytes), Uint8Array.from(bad));
  const view = (from, to, of = bytes) => Uint8Array.from(of.slice(from, to));
  assert.deepEqual(batch.row(0), { text: "\ufeff", two: [view(4, 8), "A"], bit: 0 });
  assert.deepEqual(batch.row(1), { text: view(0, 4, bad), two: [view(4, 8, bad), "µµ"], bit: 0 });
  assert.deepEqual(batch.column("text"), ["\ufeff", "\ufffdA"]);
  assert.deepEqual(
    batch.column("two", { as: "bytes" }),
    Uint8Array.of(...view(4, 12), ...view(4, 12, bad)),
  );
  assert.deepEqual(batch.column("two[1]", { as: "bytes" }).slice(4), view(8, 12, bad));
  assert.throws(() => batch.column("bit", { as: "bytes" }), PathError);
});

test("a field named __proto__ is a field", () => {
  const message = messageOf([number("__proto__", "|u1", 0, 1)], { size: 1 });
  const row = batchOf(message, Uint8Array.of(3)).row(0);
  assert.deepEqual(Object.entries(row), [["__proto__", 3]]);
  assert.equal(Object.getPrototypeOf(row), Object.prototype);
});

test("a row that is not there", () => {
  const batch = batchOf(messageOf([number("x", "|u1", 0, 1)], { size: 1 }), Uint8Array.of(3));
  assert.throws(() => batch.row(1), RangeError);
  assert.throws(() => batch.row(-2), RangeError);
});
