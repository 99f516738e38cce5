// The relay's figures as people read them.

import assert from "node:assert/strict";
import test from "node:test";
import {
  bytesText,
  lossText,
  rateText,
  sizeText,
} from "../../../client_side/web/pages/index/figures.mjs";

test("what did not arrive is told, and by whose doing", () => {
  assert.equal(lossText(undefined), "");
  assert.equal(lossText({ lost: 0n, dropped: 0n }), "");
  assert.equal(lossText({ lost: 12345n, dropped: 0n }), "12,345 lost");
  assert.equal(lossText({ lost: 1n, dropped: 2n }), "1 lost, 2 dropped for slow clients");
});

test("rates and sizes are short", () => {
  assert.equal(rateText(undefined), "");
  assert.equal(rateText({ frame_rate: 119.7 }), "120 frames/s");
  assert.equal(rateText({ frame_rate: 1.98765 }), "1.99 frames/s");
  assert.equal(rateText({ frame_rate: 0 }), "0 frames/s");
  assert.equal(bytesText({ byte_rate: 547_321 }), "547 kB/s");
  assert.equal(sizeText(999n), "999 B");
  assert.equal(sizeText(999_600n), "1 MB");
  assert.equal(sizeText(2n ** 63n), "9220000000 GB");
});
