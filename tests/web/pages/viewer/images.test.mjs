// Which images a driver's messages show.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Schema } from "../../../../client_side/web/client.mjs";
import { toShown } from "../../../../client_side/web/decode/shown.mjs";
import { absenceText, imagesOf } from "../../../../client_side/web/pages/viewer/images.mjs";

const DEMO = new URL("../../../../c_driver/generated/messages.schema.json", import.meta.url);

/** A driver whose message has these fields: [name, type, more]. */
function driver(...fields) {
  let offset = 0;
  const made = fields.map(([name, type, more = {}]) => {
    const field = { name, offset, size: 8, type, ...more };
    offset += field.size;
    return field;
  });
  const schema = new Schema({
    schema: "cwire-schema/1",
    byte_order: "little",
    enums: {},
    types: { m: { kind: "struct", size: offset, align: 1, fields: made } },
    messages: { 1: { name: "m", type: "m" } },
  });
  return { name: "lab", schema };
}

const BYTE = { kind: "uint", np: "|u1" };
const WHOLE = [{ kind: "uint", np: "<u8" }];
const tail = (...shape) => [
  {
    kind: "tail",
    of: BYTE,
    stride: shape.reduce((all, one) => all * one, 1),
    ...(shape.length && { shape }),
  },
  { size: 0 },
];

test("the demo's: the large image first, then the camera, then what is an array", () => {
  const images = imagesOf({ name: "demo", schema: new Schema(readFileSync(DEMO, "utf8")) });
  assert.deepEqual(
    images.map(({ name }) => name),
    ["demo/image_tile", "demo/camera_tile", "demo/driver_status/calibration"],
  );
  const [image, camera, calibration] = images;
  assert.equal(image.asking.name, "want_tiles");
  assert.equal(image.asking.formats.length, 7);
  assert.deepEqual([...image.asking.tile.keys()], ["x", "y", "level", "have"]);
  assert.equal(image.asking.image.get("tile_width"), "tile_size");
  assert.deepEqual([camera.asking, camera.columns, camera.roles.get("width")], [null, 0, "width"]);
  assert.equal(calibration.columns, 3);
});

test("arrays of two dimensions, the largest first", () => {
  const small = { kind: "array", shape: [2, 4], of: BYTE };
  const large = { kind: "array", shape: [4, 8], of: BYTE };
  const images = imagesOf(driver(["a", small], ["b", large, { size: 32 }], ["t", ...tail(16)]));
  assert.deepEqual(
    images.map(({ pixels, columns }) => [pixels, columns]),
    [
      ["b", 8],
      ["a", 4],
      ["t", 16],
    ],
  );
});

test("what is no image", () => {
  const cube = { kind: "array", shape: [2, 2, 2], of: BYTE };
  const line = { kind: "array", shape: [8], of: BYTE };
  const complex = { kind: "array", shape: [1, 1], of: { kind: "complex", np: "<c8" } };
  assert.deepEqual(imagesOf(driver(["a", cube], ["b", line], ["c", complex])), []);
  assert.deepEqual(
    imagesOf(driver(["n", ...WHOLE], ["p", tail()[0], { size: 0, tile: "pixels" }])),
    [],
  );
  assert.deepEqual(imagesOf({ name: "lab", schema: null }), []);
});

test("a line of pixels whose width is told is one", () => {
  const images = imagesOf(
    driver(["w", ...WHOLE, { tile: "width" }], ["p", tail()[0], { size: 0, tile: "pixels" }]),
  );
  assert.deepEqual([images[0].name, images[0].asking], ["lab/m", null]);
});

test("the unit and the scale of what people read are the image's", () => {
  const pixels = { kind: "array", shape: [2, 4], of: BYTE };
  const tags = { scale: 0.5, bias: -10, unit: "K" };
  const [image] = imagesOf(driver(["p", pixels, tags]));
  assert.equal(image.unit, "K");
  assert.equal(toShown(image.shown, 100), 40);
  const [plain] = imagesOf(driver(["p", pixels]));
  assert.equal(plain.unit, "");
  assert.equal(toShown(plain.shown, 100), 100);
});

test("why nothing is shown, in a sentence", () => {
  const image = { name: "cam/frame", driver: "cam" };
  const schema = {};
  const up = { name: "cam", state: "up", schema };
  const other = { name: "dmm", state: "up", schema };
  const down = { name: "cam", state: "down", schema: null };
  const cases = [
    [[], [], null, ""],
    [[up], [image], null, ""],
    [[up], [image], "cam/frame", ""],
    [[other], [], null, /^No driver here publishes tiles/],
    // It was never up: nobody knows yet what it publishes, and the page says that it is down.
    [[other, down], [], null, ""],
    [[other, down], [], "cam/frame", ""],
    [[down, { ...down, name: "lab" }], [], null, ""],
    // It was: its last picture stays.
    [
      [{ ...up, state: "down" }],
      [image],
      null,
      /^This picture is the last one: it goes on when cam/,
    ],
    [[up, { ...other, state: "stale" }], [image], null, ""],
    [[up], [image], "cam/gone", "No driver here has cam/gone: choose another image."],
  ];
  for (const [drivers, images, wanted, text] of cases) {
    const said = absenceText(drivers, images, wanted);
    if (typeof text === "string") assert.equal(said, text);
    else assert.match(said, text);
  }
});
