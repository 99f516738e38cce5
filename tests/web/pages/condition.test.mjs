// The sentence of a page that shows nothing.

import assert from "node:assert/strict";
import test from "node:test";
import {
  driverText,
  driversText,
  refusalText,
} from "../../../client_side/web/pages/shell/condition.mjs";

const RELAY = { name: "relay", source: 255, state: "up", problem: "" };
const LAB = { name: "lab", source: 1, state: "up", problem: "" };

test("what is wrong with drivers", () => {
  assert.match(driversText([RELAY]), /^This relay has no driver yet: start one/);
  assert.equal(driversText([RELAY, LAB]), "");
  const down = { ...LAB, state: "down", problem: "nothing is at lab.sock" };
  const odd = { ...LAB, name: "odd", problem: "its schema has no types" };
  assert.equal(
    driversText([RELAY, down, LAB, odd]),
    "Driver lab is down: nothing is at lab.sock · Driver odd: its schema has no types",
  );
  assert.equal(driverText({ ...LAB, state: "stale" }), "Driver lab is stale");
  // The relay is gone: that is said elsewhere.
  assert.equal(driverText({ ...LAB, state: "unknown", problem: "the relay is gone" }), "");
});

test("why a relay does not take a page", () => {
  const page = { origin: "http://localhost:9000", port: "9000" };
  const health = { port: 9000, origin_allowed: true, token_accepted: true };
  assert.equal(refusalText(health, page), "");
  assert.match(
    refusalText({ ...health, token_accepted: false }, page),
    /does not take this token: open the link/,
  );
  assert.match(
    refusalText({ ...health, origin_allowed: false }, page),
    /takes no pages of http:\/\/localhost:9000: start it with --allow-origin/,
  );
  assert.match(
    refusalText({ ...health, port: 8765, origin_allowed: false }, page),
    /takes pages of port 8765 only: forward the same port/,
  );
});
