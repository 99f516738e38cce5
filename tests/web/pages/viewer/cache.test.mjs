// The least recently used tiles go first.

import assert from "node:assert/strict";
import test from "node:test";
import { Cache } from "../../../../client_side/web/pages/viewer/cache.mjs";

/** A cache with these keys of 10 bytes each, and what has gone from it. */
function cacheOf(limit, ...keys) {
  const gone = [];
  const cache = new Cache(limit, ({ key }) => gone.push(key));
  for (const key of keys) cache.put(key, { key, bytes: 10 });
  return { cache, gone };
}

test("what was used last stays, and what is needed", () => {
  const { cache, gone } = cacheOf(30, "a", "b", "c", "d", "e");
  cache.touch("a");
  cache.trim(new Set(["b"]));
  assert.deepEqual(gone, ["c", "d"]);
  assert.deepEqual([cache.bytes, cache.size], [30, 3]);
  cache.trim(new Set(["a", "b", "e"]));
  assert.equal(cache.size, 3);
});

test("what is needed stays even if it is too much", () => {
  const { cache, gone } = cacheOf(15, "a", "b");
  cache.trim(new Set(["a", "b"]));
  assert.deepEqual([gone, cache.bytes], [[], 20]);
});

test("what comes in the place of another is counted once", () => {
  const { cache, gone } = cacheOf(100, "a", "b");
  cache.put("a", { key: "new", bytes: 30 });
  assert.deepEqual([cache.bytes, gone], [40, ["a"]]);
  cache.clear();
  assert.deepEqual([cache.bytes, cache.size, gone], [0, 0, ["a", "b", "new"]]);
});
