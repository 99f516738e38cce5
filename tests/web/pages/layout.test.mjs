// The scopes of a link: what is written comes back, and what a stranger wrote does no harm.

import assert from "node:assert/strict";
import test from "node:test";
import { readLayout, writeLayout } from "../../../client_side/web/pages/scope/layout.mjs";

test("a layout comes back", () => {
  const panes = [
    { driver: "demo", message: "block", wide: true, y: ["samples"], x: "dt", by: "channel" },
    { driver: "lab", message: "air", window: 2.5, zoom: [-1, 0], range: [0, 5], hidden: ["a, b"] },
    { driver: "lab", message: "block", window: null, decimate: 16 },
    {
      driver: "lab",
      message: "block",
      trigger: { mode: "auto", edge: "falling", level: -1, hold: 0.1, source: "a", position: 0.5 },
    },
  ];
  assert.deepEqual(readLayout(writeLayout(panes)), panes);
});

test("what is null or not set is not written", () => {
  assert.equal(
    writeLayout([{ driver: "a", message: "b", x: null, y: undefined, wide: undefined }]),
    '[{"driver":"a","message":"b"}]',
  );
});

test("what does not fit is left out", () => {
  for (const text of [null, "", "{", "7", "null", '"a"', "{}"])
    assert.equal(readLayout(text), null);
  const one = (more) => readLayout(JSON.stringify([{ driver: "a", message: "b", ...more }]))[0];
  const bare = { driver: "a", message: "b" };
  for (const more of [
    { window: "x" },
    { window: -1 },
    { zoom: [1] },
    { zoom: [2, 1] },
    { range: ["0", 1] },
    { y: "samples" },
    { y: [5] },
    { hidden: {} },
    { decimate: 0 },
    { trigger: { mode: "no" } },
    { trigger: 5 },
    { __proto__: { wide: true } },
    { other: 1 },
  ])
    assert.deepEqual(one(more), bare, JSON.stringify(more));
  assert.deepEqual(one({ trigger: { mode: "auto", level: null, source: 5 } }).trigger, {
    mode: "auto",
  });
  assert.deepEqual(readLayout('[null, 1, {"driver": 1, "message": "b"}]'), []);
  const many = JSON.stringify(Array(50).fill(bare));
  assert.equal(readLayout(many).length, 12);
});
