// The state of a page in its link: what is read of it, and that no token is ever written.

import assert from "node:assert/strict";
import test from "node:test";
import { readFragment, writeFragment } from "../../../client_side/web/pages/shell/state.mjs";

test("the token is taken out of the state", () => {
  const { token, values } = readFragment("#token=ab12&open=demo/block,lab/x&scopes=[1]");
  assert.equal(token, "ab12");
  assert.deepEqual(
    [...values],
    [
      ["open", "demo/block,lab/x"],
      ["scopes", "[1]"],
    ],
  );
  assert.equal(readFragment("").token, null);
  assert.equal(readFragment("#token=").token, null);
});

test("a fragment never has a token", () => {
  const values = new Map([
    ["token", "ab12"],
    ["open", "demo/block"],
  ]);
  assert.equal(writeFragment(values), "#open=demo/block");
  assert.equal(writeFragment(new Map([["token", "ab12"]])), "");
});

test("every text comes back", () => {
  for (const text of ["a b&c=d#e", "100 %", "é∂", '{"a":[1,"/:,"]}', "+", "%2F"]) {
    const written = writeFragment(new Map([["name", text]]));
    assert.equal(readFragment(written).values.get("name"), text);
  }
});
