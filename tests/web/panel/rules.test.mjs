// What a form's widget holds and what is sent: the same table as Python's (tests/panel.json). The
// controls are those that Python tells a page of.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { find, keepPlace, pick, put, requestOf } from "../../../client_side/web/panel/fields.mjs";
import { NotJson, Unreadable, read, show } from "../../../client_side/web/panel/rules.mjs";

const TABLE = JSON.parse(readFileSync(new URL("../../panel.json", import.meta.url), "utf8"));
const CONTROLS = JSON.parse(readFileSync(process.env.CWIRE_CONTROLS, "utf8"));

function controlOf(path) {
  return CONTROLS.find((control) => control.path === path);
}

for (const { path, held, sent, refused, left_out, kernel } of TABLE.cases) {
  test(`${path}: ${JSON.stringify(held)}`, () => {
    const reading = () => read(controlOf(path), held);
    if (kernel) assert.throws(reading, NotJson);
    else if (refused)
      assert.throws(reading, (error) => {
        assert.ok(error instanceof Unreadable);
        assert.equal(`${path}: ${error.message}`, refused);
        return true;
      });
    else assert.deepEqual(reading(), left_out ? undefined : sent);
  });
}

for (const { path, value, held } of TABLE.shown) {
  test(`${path} shows ${JSON.stringify(value)}`, () => {
    assert.deepEqual(show(controlOf(path), value) ?? null, held);
  });
}

test("the fields of a command are put together by their paths", () => {
  const fields = {};
  put(fields, ["gain"], 1);
  put(fields, ["at", "x"], 2);
  keepPlace(fields, ["corners", 0, "x"]);
  keepPlace(fields, ["name"]);
  put(fields, ["corners", 1, "x"], 3);
  put(fields, ["corners", 1, "inner", 0, "y"], 4);
  assert.deepEqual(fields, {
    gain: 1,
    at: { x: 2 },
    corners: [{}, { x: 3, inner: [{ y: 4 }] }],
  });
  assert.equal(find(fields, ["corners", 1, "x"]), 3);
  assert.equal(find(fields, ["corners", 2, "x"]), undefined);
});

test("a getter's reply is picked by the key that the form holds", () => {
  const reply = {
    channels: [
      { channel: 0, x: 1 },
      { channel: 1, x: 2 },
    ],
  };
  const getter = { field: "channels", key: "channel", shared: [] };
  assert.equal(pick(getter, reply, { channel: 1 }).x, 2);
  assert.equal(pick(getter, reply, { channel: 7 }), undefined);
  assert.equal(pick(getter, reply, {}).x, 1);
  assert.equal(pick({ field: null, key: null, shared: [] }, reply, {}), reply);
});

test("a getter is asked for the same element", () => {
  const getter = { field: null, key: null, shared: ["axis"] };
  assert.deepEqual(requestOf(getter, { axis: 1, speed: 2 }), { axis: 1 });
  assert.deepEqual(requestOf(getter, {}), {});
  assert.deepEqual(pick(getter, { axis: 1, speed: 5 }, { axis: 1 }), { axis: 1, speed: 5 });
  assert.equal(pick(getter, { axis: 0, speed: 5 }, { axis: 1 }), undefined);
  assert.deepEqual(pick(getter, { speed: 5 }, { axis: 1 }), { speed: 5 });
});
