// The golden files of tests/golden, and what the tests here make of frames.

import { readFileSync } from "node:fs";

const FOLDER = new URL("../golden/", import.meta.url);

/** The bytes of a pair of golden files, and its notes. */
export function golden(name) {
  const data = new Uint8Array(readFileSync(new URL(`${name}.bin`, FOLDER)));
  return { data, notes: JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) };
}

/** One frame as bytes, padding included. */
export function frame({
  type = 1,
  flags = 0,
  source = 1,
  sequence = 0,
  time_ns = 0n,
  payload = new Uint8Array(),
}) {
  const size = 24 + payload.length;
  const bytes = new Uint8Array(Math.ceil(size / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size, true);
  view.setUint16(4, type, true);
  view.setUint8(6, flags);
  view.setUint8(7, source);
  view.setUint32(8, sequence, true);
  view.setBigUint64(16, BigInt(time_ns), true);
  bytes.set(payload, 24);
  return bytes;
}

/** Byte arrays as one. */
export function join(...parts) {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Numbers that look random and are the same every time (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
