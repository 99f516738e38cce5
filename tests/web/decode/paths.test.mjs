// Paths into a struct: the same table as Python's (tests/paths.json).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Batch, PathError, Schema, groupFrames } from "../../../client_side/web/client.mjs";
import { frame } from "../golden.mjs";

const TABLE = JSON.parse(readFileSync(new URL("../../paths.json", import.meta.url), "utf8"));
const message = new Schema(JSON.stringify(TABLE.schema)).messages.get(TABLE.message);
const payload = Uint8Array.from(Buffer.from(TABLE.payload, "hex"));
const [group] = groupFrames(frame({ type: message.id, payload })).groups;
const batch = new Batch("motor", message, group);

test("what leads somewhere leads to the same values as in Python", () => {
  for (const { path, shape, values, refused } of TABLE.cases) {
    if (refused) {
      assert.throws(() => message.place(path), PathError, path);
      continue;
    }
    assert.deepEqual(message.place(path).shape, shape, path);
    assert.deepEqual([...batch.column(path)], values, path);
  }
});
