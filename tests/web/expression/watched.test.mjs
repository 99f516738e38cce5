// Conditions that are watched, and what is offered while one is typed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Batch, Schema, groupFrames } from "../../../client_side/web/client.mjs";
import { completions } from "../../../client_side/web/expression/completion.mjs";
import { resolve } from "../../../client_side/web/expression/meaning.mjs";
import { Watched } from "../../../client_side/web/expression/watched.mjs";
import { frame, join } from "../golden.mjs";

const TABLE = JSON.parse(readFileSync(new URL("../../expressions.json", import.meta.url), "utf8"));
const schema = new Schema(JSON.stringify(TABLE.schema));
const DRIVERS = [{ name: "lab", schema }];

/** Rows of the table as a batch: [row, seconds]. */
function batch(name, ...rows) {
  const message = schema.messages.get(name);
  const frames = rows.map(([row, time]) => {
    const payload = Uint8Array.from(Buffer.from(TABLE.payloads[name][row], "hex"));
    return frame({ type: message.id, time_ns: BigInt(time) * 1_000_000_000n, payload });
  });
  return new Batch("lab", message, groupFrames(join(...frames)).groups[0]);
}

function watch(text) {
  const find = (_, name) => ({ driver: "lab", message: schema.messages.get(name) });
  return new Watched(resolve(text, find));
}

test("each frame counts, also those that came together", () => {
  const watched = watch("status.temperature > 80");
  assert.equal(watched.on, null);
  assert.equal(watched.take(batch("status", [1, 5])), 0);
  assert.deepEqual([watched.on, watched.since, watched.count], [false, NaN, 0]);
  assert.equal(watched.take(batch("status", [1, 6], [0, 7], [0, 8], [1, 9], [0, 10])), 2);
  assert.deepEqual([watched.on, watched.since, watched.count], [true, 10, 2]);
  assert.equal(watched.take(batch("status", [0, 11], [2, 12])), 0);
  assert.deepEqual([watched.on, watched.since, watched.count], [false, 12, 2]);
});

test("of several messages the newest of each counts", () => {
  const watched = watch("status.ok and any(motor.data == 2)");
  watched.take(batch("status", [0, 1]));
  assert.equal(watched.on, null);
  assert.equal(watched.take(batch("motor", [1, 2], [0, 3])), 1);
  assert.deepEqual([watched.on, watched.since], [true, 3]);
  watched.take(batch("log", [0, 4]));
  watched.take(batch("status", [1, 5]));
  assert.equal(watched.on, false);
});

test("what an expression may go on with", () => {
  for (const [text, expected] of [
    ["", ["status.", "motor.", "log."]],
    ["st", ["status."]],
    ["lab/mo", ["lab/motor."]],
    ["other/mo", []],
    ["status.ok and motor.s", ["status.ok and motor.speed"]],
    ["status.fl", ["status.flags."]],
    ["status.flags.l", ["status.flags.level"]],
    ["status.axis[", ["status.axis[0]."]],
    ["status.axis[0].m", ["status.axis[0].mode"]],
    ["status.axis.s", ["status.axis.speed"]],
    ["status.mode == ", ["OFF", "RUN", "FAULT"].map((one) => `status.mode == ${one}`)],
    ["status.mode != F", ["status.mode != FAULT"]],
    ["lab/status.mode==R", ["lab/status.mode==RUN"]],
    ["status.count == st", ["status.count == status."]],
    ["move.", []],
    ["any(status.vo", ["any(status.volts", "any(status.volts[0]"]],
  ])
    assert.deepEqual(completions(text, DRIVERS), expected, text);
});
