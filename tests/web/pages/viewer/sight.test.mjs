// What part of an image is seen.

import assert from "node:assert/strict";
import test from "node:test";
import { Sight } from "../../../../client_side/web/pages/viewer/sight.mjs";

const IMAGE = { width: 1000, height: 400 };
const SCREEN = { width: 500, height: 300 };

test("all of it fits", () => {
  const sight = new Sight();
  sight.fit(IMAGE, SCREEN);
  assert.deepEqual([sight.x, sight.y, sight.scale], [500, 200, 0.5]);
  assert.deepEqual(sight.box(SCREEN), { left: 0, top: -100, right: 1000, bottom: 500 });
});

test("what is under the pointer stays there", () => {
  const sight = new Sight();
  sight.fit(IMAGE, SCREEN);
  for (const factor of [1.7, 4, 0.3]) {
    const before = sight.placeAt(123, 45, SCREEN);
    sight.zoom(factor, 123, 45, IMAGE, SCREEN);
    const after = sight.placeAt(123, 45, SCREEN);
    assert.ok(Math.hypot(after.x - before.x, after.y - before.y) < 1e-9);
  }
});

test("the zoom has ends", () => {
  const sight = new Sight();
  sight.fit(IMAGE, SCREEN);
  for (let step = 0; step < 50; step++) sight.zoom(2, 0, 0, IMAGE, SCREEN);
  assert.equal(sight.scale, 64);
  for (let step = 0; step < 50; step++) sight.zoom(0.5, 0, 0, IMAGE, SCREEN);
  assert.equal(sight.scale, 0.25);
});

test("the image follows, but not out of sight", () => {
  const sight = new Sight();
  sight.fit(IMAGE, SCREEN);
  sight.pan(10, -20);
  assert.deepEqual([sight.x, sight.y], [480, 240]);
  sight.pan(1e6, 1e6);
  sight.keepIn(IMAGE);
  assert.deepEqual([sight.x, sight.y], [0, 0]);
});

test("a link says where, or nothing", () => {
  const sight = new Sight();
  Object.assign(sight, { x: 12345.678, y: 0.5, scale: 0.0123456789 });
  const read = new Sight();
  assert.ok(read.read(String(sight)));
  assert.deepEqual([read.x, read.y, read.scale], [12345.7, 0.5, 0.0123457]);
  for (const text of [null, "", "1,2", "1,2,x", "1,2,0", "1,2,-1", "1,2,1e9", "NaN,1,1"]) {
    assert.ok(!read.read(text), String(text));
  }
  assert.equal(read.x, 12345.7);
});
