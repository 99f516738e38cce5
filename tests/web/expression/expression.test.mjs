// Expressions: the same table as Python's (tests/expressions.json).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Batch, Schema, groupFrames } from "../../../client_side/web/client.mjs";
import { evaluate, fieldsOf } from "../../../client_side/web/expression/evaluation.mjs";
import { LookupError, resolve } from "../../../client_side/web/expression/meaning.mjs";
import { ExpressionError, parse } from "../../../client_side/web/expression/syntax.mjs";
import { frame, join } from "../golden.mjs";

const TABLE = JSON.parse(readFileSync(new URL("../../expressions.json", import.meta.url), "utf8"));
const { messages } = new Schema(JSON.stringify(TABLE.schema));

/** The frames of a message in the table, as one batch. */
function batchOf(name) {
  const message = messages.get(name);
  const payloads = TABLE.payloads[name].map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));
  const frames = payloads.map((payload) => frame({ type: message.id, payload }));
  return new Batch("lab", message, groupFrames(join(...frames)).groups[0]);
}
const BATCHES = new Map(Object.keys(TABLE.payloads).map((name) => [name, batchOf(name)]));

function find(driver, name) {
  const message = messages.get(name);
  if (driver !== null && driver !== "lab") throw new LookupError(`no driver "${driver}"`);
  if (!message || message.command) throw new LookupError(`no message "${name}"`);
  return { driver: "lab", message };
}

/** What an expression gives for each row of the table's payloads. */
function given(text) {
  const meaning = resolve(text, find);
  const fields = [];
  meaning.sources.forEach(({ message }, source) => {
    for (const [index, values] of fieldsOf(meaning, source, BATCHES.get(message.name)))
      fields[index] = values;
  });
  return [0, 1, 2].map((row) =>
    evaluate(
      meaning,
      fields.map((values) => values[row]),
    ),
  );
}

test("what is true in Python is true here", () => {
  for (const { text, gives } of TABLE.cases) assert.deepEqual(given(text), gives, text);
});

test("what Python refuses is refused here, at the same column", () => {
  for (const { text, column, reason } of TABLE.refused) {
    assert.throws(
      () => resolve(text, find),
      (error) => {
        assert.ok(error instanceof ExpressionError, `${text}: ${error.stack}`);
        assert.equal(error.column, column, text);
        // Of paths, each language has words of its own.
        if (!reason.startsWith("no ") && !reason.includes("is a struct"))
          assert.ok(error.reason.startsWith(reason), `${text}: ${error.reason}`);
        return true;
      },
      text,
    );
  }
});

test("what is too large is refused", () => {
  for (const [text, reason] of TABLE.too_large)
    assert.throws(() => parse(text), new RegExp(`more than [0-9]+ ${reason}`));
});

test("random expressions give what Python gives", () => {
  const cases = JSON.parse(process.env.EXPRESSIONS);
  for (const [text, gives] of cases) assert.deepEqual(given(text), gives, text);
});
