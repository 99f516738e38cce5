// Hands a file to the user.

import { element } from "../../elements.mjs";

/**
 * Saves bytes under a name.
 *
 * @param {Blob} blob
 * @param {string} name Of a driver's choice: only what a file's name may have is taken.
 */
export function download(blob, name) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name.replace(/[^\p{L}\p{N}._-]+/gu, "_") }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
