// Structs of every kind with random bytes: client.mjs reads in them what Python reads. The cases
// are made by test_client_mjs.py (tests/support/web_cases.py), which names their file in CWIRE_CASES.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { Batch, Schema, groupFrames } from "../../../client_side/web/client.mjs";
import { jsonValue } from "../../../client_side/web/session.mjs";

const { CWIRE_CASES: file, CWIRE_ROWS: written } = process.env;

/** Compares a value with what `web_cases.plain` made of it. */
function check(found, expected, where) {
  if (Array.isArray(expected)) {
    assert.equal(found.length, expected.length, where);
    expected.forEach((one, index) => check(found[index], one, `${where}[${index}]`));
  } else if (typeof expected === "object") {
    assert.deepEqual(Object.keys(found), Object.keys(expected), where);
    for (const [name, one] of Object.entries(expected)) check(found[name], one, `${where}.${name}`);
  } else {
    const [, kind, text] = /^(\w+) (.*)$/s.exec(expected);
    if (kind === "float") {
      const value = text === "nan" ? NaN : Buffer.from(text, "hex").readDoubleBE();
      assert.ok(Object.is(found, value), `${where}: ${found}, not ${value}`);
    } else if (kind === "int") assert.equal(BigInt(found), BigInt(text), where);
    else if (kind === "bool") assert.equal(Number(found), Number(text), where);
    else if (kind === "bytes") assert.equal(Buffer.from(found).toString("hex"), text, where);
    else assert.equal(found, text, where);
  }
}

test("rows and columns are Python's", { skip: file ? false : "CWIRE_CASES names no file" }, () => {
  /** @type {string[]} The rows as a command of the same fields would be sent. */
  const made = [];
  for (const { name, schema: json, cases } of JSON.parse(readFileSync(file, "utf8"))) {
    const schema = new Schema(json);
    for (const { message: messageName, batch: hex, rows, columns } of cases) {
      const message = schema.messages.get(messageName);
      const [group] = groupFrames(Buffer.from(hex, "hex")).groups;
      const batch = new Batch(name, message, group);
      const where = `${name}: ${messageName}`;
      rows.forEach((row, index) => {
        const found = batch.row(index);
        check(found, row, `${where} row ${index}`);
        made.push(JSON.stringify(found, jsonValue));
      });
      for (const [path, column] of Object.entries(columns)) {
        check(Array.from(batch.column(path)), column, `${where} ${path}`);
      }
      const found = Object.keys(columns).length;
      assert.equal(found > 0, message.fields.size > 0, `${where}: ${found} columns`);
    }
  }
  if (written) writeFileSync(written, made.join("\n"));
});
