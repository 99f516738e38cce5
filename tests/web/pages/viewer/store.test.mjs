// The tiles of an image that have come.

import assert from "node:assert/strict";
import test from "node:test";
import { Pixels } from "../../../../client_side/web/pages/viewer/pixels.mjs";
import { Store } from "../../../../client_side/web/pages/viewer/store.mjs";

const GEOMETRY = { width: 64, height: 64, tileWidth: 16, tileHeight: 16, levels: 3 };
const ALL = { left: 0, top: 0, right: 64, bottom: 64 };

/** A tile all of whose pixels are the same number. */
function tile(level, x, y, value = 0, size = 16) {
  const pixels = new Pixels("uint16", new Uint16Array(size * size).fill(value), size, size);
  return { level, x, y, width: size, height: size, pixels, time: 0 };
}

/** A store of an image of known size. */
function storeOf(...tiles) {
  const gone = [];
  const store = new Store(({ key }) => gone.push(key), 4 * 512);
  store.told = GEOMETRY;
  for (const one of tiles) store.take(one, new Set());
  return { store, gone };
}

test("coarse tiles are drawn below fine ones, until these are all there", () => {
  const { store } = storeOf(tile(0, 0, 0), tile(2, 0, 0), tile(1, 0, 0));
  const levels = (box, scale) => store.drawn(box, scale).map((entry) => entry.tile.level);
  assert.deepEqual(levels(ALL, 1), [2, 1, 0]);
  assert.deepEqual(levels({ left: 0, top: 0, right: 16, bottom: 16 }, 1), [0]);
  assert.deepEqual(levels({ left: 40, top: 40, right: 64, bottom: 64 }, 1), [2]);
  assert.deepEqual(levels(ALL, 0.25), [2]);
});

test("the number at a place is the finest one", () => {
  const { store } = storeOf(tile(2, 0, 0, 7), tile(0, 16, 0, 9));
  assert.deepEqual(store.valueAt(20, 3, 1), { value: 9, level: 0 });
  assert.deepEqual(store.valueAt(20, 30, 1), { value: 7, level: 2 });
  assert.deepEqual(store.valueAt(63.9, 63.9, 1), { value: 7, level: 2 });
  assert.equal(store.valueAt(64, 3, 1), null);
  // Where only coarser ones are drawn, the fine one may be old.
  assert.deepEqual(store.valueAt(20, 3, 1 / 4), { value: 7, level: 2 });
  assert.equal(store.valueAt(-1, 3, 1), null);
});

test("a newer tile is written into the one before", () => {
  const { store, gone } = storeOf(tile(0, 0, 0, 1), tile(0, 0, 0, 2));
  assert.deepEqual([store.count, store.get("0/0/0").version], [1, 2]);
  assert.equal(store.valueAt(0, 0, 1).value, 2);
  store.take(tile(0, 0, 0, 3, 8), new Set()); // of another size
  assert.deepEqual([gone, store.bytes], [["0/0/0"], 128]);
});

test("memory has a bound, and what is in view stays", () => {
  const { store, gone } = storeOf(tile(2, 0, 0));
  const needed = new Set(["2/0/0"]);
  for (let x = 0; x < 64; x += 16)
    for (let y = 0; y < 64; y += 16) store.take(tile(0, x, y), needed);
  assert.equal(store.bytes, 4 * 512);
  assert.ok(store.has("2/0/0"));
  assert.equal(gone.length, 13);
});

test("without a word of the driver the image is as large as what came", () => {
  const store = new Store();
  assert.equal(store.geometry, null);
  assert.deepEqual(store.inView(ALL, 1), []);
  store.take(tile(0, 0, 0), new Set());
  store.take(tile(1, 16, 0), new Set());
  assert.deepEqual(store.geometry, {
    width: 64,
    height: 32,
    tileWidth: 16,
    tileHeight: 16,
    levels: 2,
  });
  assert.deepEqual(store.overview, { level: 1, x: 0, y: 0 });
  assert.equal(store.inView(ALL, 1).length, 4 * 2);
});

test("tiles of a run that is over are drawn, and asked for again", () => {
  const { store } = storeOf(tile(0, 0, 0));
  store.expire();
  assert.ok(!store.has("0/0/0"));
  assert.equal(store.drawn(ALL, 1).length, 1);
  store.take(tile(0, 0, 0), new Set());
  assert.ok(store.has("0/0/0"));
  store.clear();
  assert.deepEqual([store.bytes, store.geometry], [0, null]);
});
