// Tiles that wait for being drawn.

import assert from "node:assert/strict";
import test from "node:test";
import { Waiting } from "../../../../client_side/web/pages/viewer/waiting.mjs";

/** Puts tiles of a picture, at these places; each is known by its time and place. */
function put(waiting, time, ...places) {
  for (const x of places) waiting.put({ level: 0, x, y: 0, time }, 3);
}

const taken = (waiting, newest) => waiting.take(newest).map(({ time, x }) => `${time}:${x}`);

test("a picture is ready when all of it has come", () => {
  const waiting = new Waiting();
  assert.deepEqual([waiting.any, waiting.ready], [false, false]);
  put(waiting, 1, 0, 1);
  assert.deepEqual([waiting.any, waiting.ready], [true, false]);
  put(waiting, 1, 2);
  assert.equal(waiting.ready, true);
  assert.deepEqual(taken(waiting, false), ["1:0", "1:1", "1:2"]);
  assert.deepEqual([waiting.any, waiting.ready, waiting.replaced], [false, false, 0]);
});

test("two pictures wait, one after the other", () => {
  const waiting = new Waiting();
  put(waiting, 1, 0, 1, 2);
  put(waiting, 2, 0, 1);
  assert.deepEqual(taken(waiting, false), ["1:0", "1:1", "1:2"]);
  assert.equal(waiting.ready, false); // the second one comes yet
  put(waiting, 2, 2);
  assert.deepEqual(taken(waiting, false), ["2:0", "2:1", "2:2"]);
  assert.equal(waiting.replaced, 0);
});

test("of more, newer tiles replace older ones of their place", () => {
  const waiting = new Waiting();
  put(waiting, 1, 0, 1, 5);
  put(waiting, 2, 0, 1, 2);
  put(waiting, 3, 0, 1, 2);
  assert.equal(waiting.replaced, 2);
  assert.deepEqual(taken(waiting, false), ["1:5", "2:0", "2:1", "2:2"]);
  assert.deepEqual(taken(waiting, false), ["3:0", "3:1", "3:2"]);
});

test("who is late takes all at once", () => {
  const waiting = new Waiting();
  put(waiting, 1, 0, 1, 5);
  put(waiting, 2, 0, 1);
  assert.deepEqual(taken(waiting, true), ["1:5", "2:0", "2:1"]);
  assert.equal(waiting.replaced, 2);
  put(waiting, 2, 2);
  put(waiting, 2, 2); // twice: the driver was asked twice
  assert.equal(waiting.replaced, 3);
});

test("a picture that does not come as a whole goes on in the next", () => {
  const waiting = new Waiting();
  put(waiting, 1, 0, 1);
  put(waiting, 2, 0, 1);
  assert.equal(waiting.ready, false);
  assert.equal(waiting.replaced, 2);
  put(waiting, 2, 2);
  assert.deepEqual(taken(waiting, false), ["2:0", "2:1", "2:2"]);
});
