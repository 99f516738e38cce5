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

test("a line that is slow, without anything piled up, is asked for as many", () => {
  const pace = new Pace();
  for (let picture = 0; picture < 300; picture++) pace.drawn(0.2, 100 + picture / 20);
  assert.equal(pace.rate, 60);
  for (let picture = 300; picture < 360; picture++) pace.drawn(2, 100 + picture / 20);
  assert.ok(pace.rate < 30);
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

test("a page that falls behind asks for less, and for more when it is in time", () => {
  const pace = new Pace();
  let now = 100;
  const draw = (behind, pictures) => {
    for (let picture = 0; picture < pictures; picture++) pace.drawn(behind, (now += 0.05));
  };
  draw(0.01, 20);
  assert.equal(pace.rate, 60);
  draw(0.1, 40);
  const slow = pace.rate;
  assert.ok(slow < 30);
  draw(0.035, 20); // neither
  assert.equal(pace.rate, slow);
  draw(0.1, 200);
  assert.equal(pace.rate, 1);
  draw(0.01, 200);
  assert.equal(pace.rate, 60);
  for (let picture = 0; picture < 100; picture++) draw(picture % 3 ? 0.1 : 0.01, 1);
  assert.equal(pace.rate, 60); // single late ones
});
