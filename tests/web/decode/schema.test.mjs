// Schemas that cannot be used are refused, with the place and the reason.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Batch, Schema, SchemaError, groupFrames } from "../../../client_side/web/client.mjs";
import { frame, random } from "../golden.mjs";
import { fieldRows } from "../../../client_side/web/pages/index/fields.mjs";
import { findGetter } from "../../../client_side/web/panel/getters.mjs";
import { controlsOf, inputsOf } from "../../../client_side/web/panel/inputs.mjs";
import { canDraw, drawablePaths } from "../../../client_side/web/scope/recipe.mjs";

const DEMO = new URL("../../../c_driver/generated/messages.schema.json", import.meta.url);
const demo = () => JSON.parse(readFileSync(DEMO, "utf8"));

/** The demo's schema with a change. */
function changed(change) {
  const json = demo();
  change(json, (name, field) => json.types[name].fields.find((one) => one.name === field));
  return json;
}

test("what a schema says", () => {
  const schema = new Schema(demo());
  const command = schema.messages.get("set_waveform");
  assert.deepEqual([command.id, command.command, command.reply], [16, true, "waveform"]);
  const { unit, range, doc, type } = command.fields.get("frequency");
  assert.ok(unit === "Hz" && range[0] < range[1] && doc.length > 0 && type.kind === "float");
  assert.equal(schema.enums.get("waveform_shape").values.get("SQUARE"), 1);
  assert.ok(schema.messages.get("scope_block").doc.startsWith("One block of samples"));
});

test("enums of 64 bits are BigInt", () => {
  const json = changed((schema) => {
    schema.enums.wide = {
      size: 8,
      signed: false,
      values: { NARROW: 1, WIDE: "18446744073709551615" },
    };
  });
  const wide = new Schema(json).enums.get("wide");
  assert.equal(wide.label(2n ** 64n - 1n), "WIDE");
  assert.equal(wide.label(1), "NARROW");
  assert.equal(wide.label(2), undefined);
});

test("an integer with an enum of another size, and a name of another alphabet", () => {
  const json = changed((_, field) => {
    Object.assign(field("echo", "number"), { name: "größe" }).type = {
      kind: "enum",
      np: "<u8",
      enum: "waveform_shape",
    };
  });
  const field = new Schema(json).messages.get("echo").fields.get("größe");
  assert.deepEqual([field.type.kind, field.type.size], ["enum", 8]);
  assert.equal(field.type.enum.label(1n), "SQUARE");
});

const REFUSED = {
  "another format": [(json) => (json.schema = "cwire-schema/2"), /reads cwire-schema\/1/],
  "no byte order": [(json) => delete json.byte_order, /byte_order: must be little or big/],
  "no types": [(json) => delete json.types, /types: must be an object/],
  "an unknown kind": [
    (json, field) => (field("echo", "number").type.kind = "constructor"),
    /types\.echo\.fields\.number: the type constructor/,
  ],
  "a byte order that is none": [
    (json, field) => (field("echo", "number").type.np = "=u8"),
    /the type uint =u8/,
  ],
  "bits of a byte order that is none": [
    (json, field) =>
      Object.assign(field("echo", "number"), { bit_offset: 0, bit_width: 3, byte_order: "pdp" }),
    /types\.echo\.fields\.number\.byte_order: must be little or big/,
  ],
  "a kind that is not its np's": [
    (json, field) => (field("echo", "number").type.np = "<i8"),
    /the type uint <i8/,
  ],
  "a field beyond the struct": [
    (json, field) => (field("echo", "number").offset = 36),
    /ends beyond its struct's 40/,
  ],
  "a size that is not the type's": [
    (json, field) => (field("echo", "number").size = 4),
    /its size is 4, but its type has 8/,
  ],
  "a negative offset": [
    (json, field) => (field("echo", "number").offset = -8),
    /must be a whole number from 0/,
  ],
  "an empty dimension": [
    (json, field) => (field("echo", "values").type.shape = [0]),
    /must be a whole number from 1/,
  ],
  "a struct in itself": [
    (json, field) => (field("driver_status", "acquisition").type.struct = "driver_status"),
    /the struct driver_status contains itself/,
  ],
  "a struct that is not there": [
    (json, field) => (field("driver_status", "acquisition").type.struct = "x"),
    /not in types/,
  ],
  "an enum that is not there": [
    (json, field) => (field("waveform", "shape").type.enum = "toString"),
    /not known/,
  ],
  "a message of no type": [(json) => (json.messages["1"].type = "x"), /messages\.1: names a type/],
  "a message without a number": [(json) => (json.messages.x = json.messages["1"]), /messages\.x/],
  "two fields of one name": [
    (json, field) => (field("echo", "values").name = "number"),
    /two fields number/,
  ],
  "a tail before the end": [
    (json) =>
      json.types.camera_tile.fields.push({ ...json.types.camera_tile.fields[0], name: "late" }),
    /must be the last/,
  ],
  "a struct with a tail before the end": [
    (_, field) => (field("driver_status", "acquisition").type.struct = "camera_tile"),
    /acquisition: its size|must be the last/,
  ],
  "an array of structs with tails": [
    (_, field) => (field("driver_status", "channels").type.of.struct = "camera_tile"),
    /camera_tile has a flexible array member|its size/,
  ],
  "a tail of another stride": [
    (_, field) => (field("camera_tile", "pixels").type.shape = [3]),
    /no flexible array member that this version knows/,
  ],
  "a field without bytes": [
    (json) => {
      json.types.nothing = { ...json.types.echo, size: 0, fields: [] };
      json.types.echo.fields.push({
        ...{ name: "none", offset: 0, size: 0, type: { kind: "struct", struct: "nothing" } },
      });
    },
    /none: has no bytes, and so no value/,
  ],
  "an array of fields without bytes": [
    (json) => {
      json.types.nothing = { ...json.types.echo, size: 0, fields: [] };
      const of = { kind: "struct", struct: "nothing" };
      const type = { kind: "array", shape: [1 << 25], of };
      json.types.echo.fields.push({ name: "none", offset: 0, size: 0, type });
    },
    /none: has no bytes, and so no value/,
  ],
  "bits of a float": [
    (json, field) =>
      Object.assign(field("waveform", "frequency"), { bit_offset: 64, bit_width: 3 }),
    /only an integer/,
  ],
  "bits that are too wide": [
    (json, field) => Object.assign(field("echo", "number"), { bit_offset: 0, bit_width: 65 }),
    /from 1 to 64/,
  ],
};

for (const [name, [change, reason]] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => {
    const json = changed(change);
    assert.throws(
      () => new Schema(json),
      (error) => error instanceof SchemaError && reason.test(error.message),
      name,
    );
  });
}

test("text that is no JSON, and JSON that is no schema", () => {
  assert.throws(() => new Schema("{"), /is not JSON/);
  assert.throws(() => new Schema("null"), SchemaError);
  assert.throws(() => new Schema([]), SchemaError);
});

test("whatever is changed in a schema, it is read or refused, and what is read can be used", () => {
  const chance = random(6);
  const odd = [
    null,
    -1,
    0,
    1.5,
    2 ** 40,
    "",
    "x",
    "__proto__",
    [],
    {},
    true,
    "struct",
    "<f8",
    "array",
  ];
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const json = demo();
    delete json.source;
    let inside = json;
    for (;;) {
      const keys = Object.keys(inside);
      const key = keys[Math.floor(chance() * keys.length)];
      const value = inside[key];
      if (value && typeof value === "object" && Object.keys(value).length && chance() < 0.95) {
        inside = value;
        continue;
      }
      if (Array.isArray(inside) && chance() < 0.3) inside.splice(key, 1);
      else if (!Array.isArray(inside) && chance() < 0.3) delete inside[key];
      else inside[key] = odd[Math.floor(chance() * odd.length)];
      break;
    }
    let schema;
    try {
      schema = new Schema(json);
    } catch (error) {
      assert.ok(error instanceof SchemaError, error.stack);
      refused += 1;
      continue;
    }
    for (const message of schema.messages.values()) {
      const { groups } = groupFrames(
        frame({ type: message.id, payload: new Uint8Array(message.size) }),
      );
      const batch = new Batch("lab", message, groups[0]);
      batch.row(0);
      for (const [name, { type }] of message.fields) {
        if (!type.struct) batch.column(name);
      }
      // What pages make of it: lines, tables, forms. That takes long, so not of all.
      if (round % 10) continue;
      canDraw(message);
      drawablePaths(message);
      fieldRows(message.struct);
      assert.ok([...controlsOf(inputsOf(message.struct))].every(({ control }) => control.path));
      findGetter(schema, message);
    }
  }
  assert.ok(refused > 500 && refused < 2900, `${refused}`);
});
