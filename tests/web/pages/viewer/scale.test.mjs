// From numbers to colours.

import assert from "node:assert/strict";
import test from "node:test";
import {
  COLOURS,
  Colouring,
  NAN_COLOUR,
  colourTable,
  drawable,
  placeIn,
  valueAt,
} from "../../../../client_side/web/pages/viewer/scale.mjs";
import { Pixels } from "../../../../client_side/web/pages/viewer/pixels.mjs";

const LINEAR = { low: -10, high: 30, log: false };
const LOG = { low: 1, high: 1e4, log: true };

test("every table has 256 colours, and ends in its own ones", () => {
  for (const name of COLOURS) {
    const table = colourTable(name);
    assert.equal(table.length, 1024);
    assert.ok(table.every((part, index) => index % 4 !== 3 || part === 255));
  }
  const gray = colourTable("gray");
  for (let entry = 0; entry < 256; entry++) assert.equal(gray[4 * entry], entry);
  assert.deepEqual([...colourTable("viridis").subarray(0, 3)], [0x44, 0x01, 0x54]);
});

test("places in a range, and back", () => {
  for (const [range, value, place] of [
    [LINEAR, -10, 0],
    [LINEAR, 0, 0.25],
    [LINEAR, 99, 1],
    [LINEAR, -99, 0],
    [LOG, 100, 0.5],
    [LOG, 0, 0],
    [LOG, -5, 0],
  ]) {
    assert.equal(placeIn(value, range), place);
    if (place > 0 && place < 1) assert.equal(valueAt(place, range), value);
  }
  assert.ok(Number.isNaN(placeIn(NaN, LINEAR)));
  assert.equal(placeIn(Infinity, LOG), 1);
  assert.equal(placeIn(-Infinity, LOG), 0);
});

test("ranges are made such that they can be drawn", () => {
  const cases = [NaN, -Infinity, Infinity, 0, 1, -1, 5e-324, 1e300, -1.7e308, 1.7e308];
  for (const low of cases) {
    for (const high of cases) {
      for (const log of [false, true]) {
        const range = drawable({ low, high, log });
        assert.ok(Number.isFinite(range.low) && Number.isFinite(range.high), `${low} ${high}`);
        assert.ok(range.high > range.low, `${low} ${high} ${log}`);
        assert.ok(!log || range.low > 0);
      }
    }
  }
  assert.deepEqual(drawable(LINEAR), LINEAR);
  assert.deepEqual(drawable(LOG), LOG);
  assert.deepEqual(drawable({ low: 0, high: 50, log: true }), { low: 0.005, high: 50, log: true });
});

/** The colours of numbers of a format, and what they should be. */
function compare(format, data, numbers, range) {
  const into = new Uint8ClampedArray(4 * data.length);
  new Colouring(range, colourTable("gray")).paint(new Pixels(format, data, data.length, 1), into);
  numbers.forEach((value, index) => {
    const found = [...into.subarray(4 * index, 4 * index + 4)];
    const entry = Math.min(Math.floor(placeIn(value, range) * 256), 255);
    if (Number.isNaN(value)) assert.deepEqual(found, [...NAN_COLOUR, 255]);
    else assert.ok(Math.abs(found[0] - entry) <= (range.log ? 1 : 0), `${value}: ${found}`);
  });
}

test("the table's entry is the place in the range, for every kind of number", () => {
  const values = [-10, -9.9, 0, 10, 29.9, 30, 1e9, NaN, Infinity, -Infinity, -1e9];
  for (const range of [LINEAR, LOG]) {
    compare("float64", Float64Array.from(values), values, range);
    const short = Int16Array.of(-11, -10, 0, 3, 10, 29, 30, 31, 32767, -32768);
    compare("int16", short, [...short], range);
    const byte = Uint8Array.of(0, 1, 29, 30, 31, 255);
    compare("uint8", byte, [...byte], range);
    compare("int8", Int8Array.of(-128, -10, -1, 5), [-128, -10, -1, 5], range);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0xfc00, 0x7e00, 0x4d00);
    compare("float16", halves, [1, -2, Infinity, -Infinity, NaN, 20], range);
  }
});
