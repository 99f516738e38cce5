// Which tiles of a pyramid a view shows.

import assert from "node:assert/strict";
import test from "node:test";
import {
  boxOf,
  levelFor,
  overlap,
  tilesIn,
} from "../../../../client_side/web/pages/viewer/pyramid.mjs";

const IMAGE = { width: 1000, height: 700, tileWidth: 256, tileHeight: 128, levels: 3 };

/** A rectangle. */
function box(left, top, right, bottom) {
  return { left, top, right, bottom };
}

test("the level whose pixels are nearest to those of the screen", () => {
  for (const [scale, level] of [
    [8, 0],
    [1, 0],
    [0.75, 0],
    [0.7, 1],
    [0.5, 1],
    [0.26, 2],
    [0.001, 2],
  ]) {
    assert.equal(levelFor(scale, IMAGE.levels), level, String(scale));
  }
});

test("the tiles that a part of the image touches, those in its middle first", () => {
  const found = tilesIn(IMAGE, 0, box(250, 130, 520, 250));
  assert.deepEqual(
    found.map(({ x, y }) => [x, y]),
    [
      [256, 128],
      [512, 128],
      [0, 128],
    ].sort((one, other) => Math.abs(one[0] + 128 - 385) - Math.abs(other[0] + 128 - 385)),
  );
  assert.ok(found.every(({ level }) => level === 0));
});

test("nothing is outside of the image, and all of it is in all of it", () => {
  assert.deepEqual(tilesIn(IMAGE, 0, box(-900, -900, -1, -1)), []);
  assert.deepEqual(tilesIn(IMAGE, 0, box(1000, 0, 2000, 100)), []);
  assert.equal(tilesIn(IMAGE, 0, box(-1e9, -1e9, 1e9, 1e9)).length, 4 * 6);
  // Of a level with 250 columns and 175 rows.
  assert.equal(tilesIn(IMAGE, 2, box(-1e9, -1e9, 1e9, 1e9)).length, 1 * 2);
});

test("an odd row or column is part of the last level, too", () => {
  const odd = { width: 257, height: 3, tileWidth: 64, tileHeight: 64, levels: 9 };
  assert.equal(tilesIn(odd, 2, box(0, 0, 257, 3)).length, 2); // 65 columns
});

test("what a tile covers", () => {
  const tile = boxOf({ level: 2, x: 64, y: 8, width: 10, height: 4 });
  assert.deepEqual(tile, box(256, 32, 296, 48));
  assert.ok(overlap(tile, box(295, 47, 300, 50)));
  assert.ok(!overlap(tile, box(296, 32, 300, 48)));
});
