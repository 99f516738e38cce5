// Pixels of every type, as they came.

import assert from "node:assert/strict";
import test from "node:test";
import {
  Pixels,
  cropped,
  formatOf,
  fromBytes,
} from "../../../../client_side/web/pages/viewer/pixels.mjs";

const HALVES = [0x3c00, 0xc000, 0x7c00, 0xfc00, 0x7e00, 0x0001];
const HALF_VALUES = [1, -2, Infinity, -Infinity, NaN, 2 ** -24];

for (const [format, array] of Object.entries({
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
})) {
  test(`${format} by bytes and by value`, () => {
    const numbers = array.from([1, 2, 100, 0, 5, 6]);
    const bytes = new Uint8Array(1 + numbers.byteLength).subarray(1); // not aligned
    bytes.set(new Uint8Array(numbers.buffer));
    const read = fromBytes(format.toUpperCase(), bytes);
    assert.deepEqual(read, { format, data: numbers });
    const pixels = new Pixels(read.format, read.data, 3, 2);
    assert.deepEqual([pixels.value(2, 0), pixels.value(0, 1)], [100, 0]);
    assert.equal(pixels.bytes, numbers.byteLength);
    assert.equal(formatOf(numbers), format);
  });
}

test("half floats stay two bytes each", () => {
  const pixels = new Pixels("float16", Uint16Array.from(HALVES), 3, 2);
  assert.equal(pixels.bytes, 12);
  HALF_VALUES.forEach((value, index) =>
    assert.equal(pixels.value(index % 3, Math.floor(index / 3)), value),
  );
  assert.equal(pixels.value(1, 1), NaN);
  assert.equal(pixels.value(0, 1), -Infinity);
});

test("integers of 64 bits become floats of 64 bits", () => {
  const pixels = new Pixels("int64", BigInt64Array.from([-5n, 2n ** 53n]), 2, 1);
  assert.deepEqual(
    [pixels.format, pixels.value(0, 0), pixels.value(1, 0)],
    ["float64", -5, 2 ** 53],
  );
});

test("a type that nobody knows", () => assert.equal(fromBytes("RGB", new Uint8Array(3)), null));

test("rows that are longer are cut", () => {
  const rows = Uint16Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual([...cropped(rows, 4, 2, 2)], [1, 2, 5, 6]);
  assert.deepEqual([...cropped(rows, 4, 4, 1)], [1, 2, 3, 4]);
});
