// Frames as tiles.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Batch, Schema, groupFrames } from "../../../../client_side/web/client.mjs";
import { imagesOf } from "../../../../client_side/web/pages/viewer/images.mjs";
import { TileError, readTile } from "../../../../client_side/web/pages/viewer/tiles.mjs";
import { frame, join } from "../../golden.mjs";

const DEMO = new URL("../../../../c_driver/generated/messages.schema.json", import.meta.url);
const schema = new Schema(readFileSync(DEMO, "utf8"));
const images = imagesOf({ name: "demo", schema });

/** Frames of one message as a batch. */
function batchOf(type, ...payloads) {
  const data = join(
    ...payloads.map((payload, index) =>
      frame({ type, payload, time_ns: 1_500_000_000n * BigInt(index) }),
    ),
  );
  return new Batch("demo", schema.byId.get(type), groupFrames(data).groups[0]);
}

/** A tile of the large image. */
function payload({ level = 0, x = 0, y = 0, width = 2, height = 2, format = 1 }, numbers) {
  const bytes = new Uint8Array(24 + numbers.byteLength);
  const view = new DataView(bytes.buffer);
  [7, level, x, y].forEach((value, index) => view.setUint32(4 * index, value, true));
  view.setUint16(16, width, true);
  view.setUint16(18, height, true);
  view.setUint32(20, format, true);
  bytes.set(new Uint8Array(numbers.buffer), 24);
  return bytes;
}

test("every format", () => {
  const arrays = [
    Uint8Array,
    Uint16Array,
    Int16Array,
    Int32Array,
    null,
    Float32Array,
    Float64Array,
  ];
  const names = ["uint8", "uint16", "int16", "int32", "float16", "float32", "float64"];
  names.forEach((name, format) => {
    const numbers =
      arrays[format]?.from([1, 2, 3, 4]) ?? Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400);
    const [image] = images;
    const tile = readTile(
      image,
      batchOf(7, payload({ format, level: 3, x: 256, y: 512 }, numbers)),
    );
    assert.equal(tile.pixels.format, name);
    assert.deepEqual([tile.level, tile.x, tile.y, tile.width, tile.height], [3, 256, 512, 2, 2]);
    const [a, b] = [0, 1].map((x) => [0, 1].map((y) => tile.pixels.value(x, y)));
    assert.deepEqual(
      [a, b],
      [
        [1, 3],
        [2, 4],
      ],
    );
  });
});

test("frames of one batch each have their own, and pin no more than they are", () => {
  const numbers = (first) => Uint16Array.from({ length: 400 }, (_, index) => first + index);
  const size = { width: 20, height: 20 };
  const batch = batchOf(
    7,
    payload(size, numbers(0)),
    payload(size, numbers(1000)),
    payload(size, numbers(5)),
  );
  const tiles = [0, 1, 2].map((index) => readTile(images[0], batch.frame(index)));
  assert.deepEqual(
    tiles.map(({ pixels, time }) => [pixels.value(1, 1), time]),
    [
      [21, 0],
      [1021, 1.5],
      [26, 3],
    ],
  );
  for (const { pixels } of tiles) assert.ok(pixels.data.buffer.byteLength <= 2 * pixels.bytes);
});

test("a single frame is not copied", () => {
  const tile = readTile(
    images[0],
    batchOf(7, payload({ width: 100, height: 100 }, new Uint16Array(10_000))),
  );
  assert.ok(tile.pixels.data.byteOffset > 0);
});

test("an array of two dimensions is one tile", () => {
  const status = new Uint8Array(160);
  new Float32Array(status.buffer, 48, 6).set([1, 2, 3, 4, 5, 6]);
  const tile = readTile(images[2], batchOf(3, status));
  const { pixels } = tile;
  const place = schema.byId.get(3).place("calibration");
  assert.equal(place.offset, 48);
  assert.deepEqual([tile.level, tile.x, tile.width, tile.height], [0, 0, 3, 2]);
  assert.deepEqual([...pixels.data], [1, 2, 3, 4, 5, 6]);
});

test("what is no tile is said, and nothing is read beyond it", () => {
  const pixels = new Uint16Array(4);
  for (const [wrong, reason] of [
    [{ width: 3 }, /3 × 2 pixels came with 4/],
    [{ height: 0 }, /has no pixels/],
    [{ width: 0 }, /has no pixels/],
    [{ format: 9 }, /type 9 are not known/],
    [{ x: 2 ** 31 }, /the x of a tile is 2147483648/],
  ]) {
    assert.throws(
      () => readTile(images[0], batchOf(7, payload(wrong, pixels))),
      (error) => {
        assert.ok(error instanceof TileError);
        assert.match(error.message, reason);
        return true;
      },
    );
  }
});
