// What a viewer asks for, and how fast.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Schema } from "../../../../client_side/web/client.mjs";
import { imagesOf } from "../../../../client_side/web/pages/viewer/images.mjs";
import { Pace, readAnswer, wishFields } from "../../../../client_side/web/pages/viewer/wishes.mjs";

const DEMO = new URL("../../../../c_driver/generated/messages.schema.json", import.meta.url);
const schema = new Schema(readFileSync(DEMO, "utf8"));
const [{ asking }] = imagesOf({ name: "demo", schema });
const ANSWER = { width: 100, height: 50, tile_size: 16, tile_rows: 8, levels: 2, lease: 3 };

test("the fields are called as the driver calls them", () => {
  const places = [
    { level: 1, x: 256, y: 0 },
    { level: 0, x: 0, y: 512 },
  ];
  const options = { format: "FLOAT32", rate: 29.7, has: (key) => key === "0/0/512" };
  assert.deepEqual(wishFields(asking, 77, places, options), {
    viewer: 77,
    format: "FLOAT32",
    rate: 30,
    tiles: [
      { x: 256, y: 0, level: 1, have: 0 },
      { x: 0, y: 512, level: 0, have: 1 },
    ],
  });
});

test("no more than may be asked for, the first ones", () => {
  const places = Array.from({ length: 300 }, (_, index) => ({ level: 0, x: index, y: 0 }));
  const { tiles } = wishFields(asking, 1, places, { format: "RGB", rate: 1, has: () => false });
  assert.equal(tiles.length, 256);
  assert.equal(tiles.at(-1).x, 255);
  const fields = wishFields(asking, 1, [], { format: "RGB", rate: 1, has: () => false });
  assert.ok(!("format" in fields)); // one that it has not: the default
});

test("the answer tells of the image", () => {
  assert.deepEqual(readAnswer(asking, ANSWER), {
    geometry: { width: 100, height: 50, tileWidth: 16, tileHeight: 8, levels: 2 },
    lease: 3,
  });
  assert.equal(readAnswer(asking, { ...ANSWER, lease: 0 }).lease, Infinity);
  for (const wrong of [{ width: 0 }, { levels: 99 }, { tile_size: null }, { height: 2 ** 40 }]) {
    assert.equal(readAnswer(asking, { ...ANSWER, ...wrong }), null);
  }
});

/** Draws so many pictures of 16 tiles per second, of which a part is skipped; returns the rate. */
function draw(pace, seconds, { took = 0.005, skipped = 0, rate = 50 }) {
  const all = (pace.test ??= { published: 0, skipped: 0, now: 100 });
  for (let picture = 0; picture < seconds * rate; picture++) {
    all.now += 1 / rate;
    all.published += 16;
    all.skipped += 16 * skipped;
    pace.drawn(took, all, all.now);
  }
  return pace.rate;
}

test("who skips many pictures asks for fewer, and for more when nothing is skipped", () => {
  const pace = new Pace(60);
  assert.equal(draw(pace, 2, {}), 60);
  assert.ok(draw(pace, 3, { skipped: 0.5 }) < 30);
  const slow = draw(pace, 1, { skipped: 0.2 }); // with what came before
  assert.equal(draw(pace, 3, { skipped: 0.2 }), slow); // neither: screens have their own time
  assert.equal(draw(pace, 30, { skipped: 0.9 }), 1);
  assert.equal(draw(pace, 30, {}), 60);
});

test("who does nothing but draw asks for fewer, so that no picture waits", () => {
  const pace = new Pace(60);
  assert.ok(draw(pace, 2, { took: 0.04, rate: 24 }) < 40);
  const slow = draw(pace, 1, { took: 0.04, rate: 20 });
  assert.equal(draw(pace, 3, { took: 0.04, rate: 20 }), slow); // it can just do it
  assert.equal(draw(pace, 30, { took: 0.001, rate: 20 }), 60);
});

test("no more pictures are asked for than the link allows", () => {
  const pace = new Pace(5);
  assert.equal(draw(pace, 30, { took: 0.001, rate: 5 }), 5);
  assert.ok(draw(pace, 3, { skipped: 0.5 }) < 5);
  assert.equal(draw(pace, 30, { took: 0.001, rate: 5 }), 5);
});

test("it says when the rate has changed", () => {
  const pace = new Pace(60);
  const changes = [0, 1, 2, 3].map((second) =>
    pace.drawn(0.9, { published: 0, skipped: 0 }, 100 + second),
  );
  assert.deepEqual(changes, [false, false, false, false]); // 0.9 of the time is not too much
  assert.equal(pace.drawn(0.95, { published: 0, skipped: 0 }, 104), true);
});
