// Reads files by their mapped memory, without a socket: for the main process. V8 lets no ArrayBuffer
// lie in memory of others, so it is one copy. Linux, by koffi. No Electron here.

import { closeSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";

import koffi from "koffi";

const PROT_READ = 1;
const MAP_SHARED = 1;
const FAILED = 2n ** 64n - 1n;
/** The files that a page may ask for. */
const NAMES = new Set(["data.f64", "large.f64"]);

const libc = koffi.load("libc.so.6");
const mmap = libc.func(
  "void *mmap(void *at, size_t size, int prot, int flags, int fd, int64 offset)",
);
const munmap = libc.func("int munmap(void *at, size_t size)");
const memcpy = libc.func("void *memcpy(void *to, void *from, size_t size)");

/**
 * Returns the bytes of a file.
 *
 * @param {string} path
 * @returns {ArrayBuffer}
 */
export function readMapped(path) {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const copy = new ArrayBuffer(size);
    if (!size) return copy; // nothing can be mapped of it
    const memory = mmap(null, size, PROT_READ, MAP_SHARED, fd, 0);
    if (koffi.address(memory) === FAILED) throw new Error(`${path} cannot be mapped`);
    memcpy(new Uint8Array(copy), memory, size);
    munmap(memory, size);
    return copy;
  } finally {
    closeSync(fd);
  }
}

/**
 * What the page can ask of the main process: by name, as preload.cjs offers it.
 *
 * @param {string} folder Where the files are.
 */
export function handlers(folder) {
  return {
    /** @param {unknown} name */
    readMapped: (name) => {
      if (typeof name !== "string" || !NAMES.has(name)) throw new Error(`no file ${String(name)}`);
      return readMapped(join(folder, name));
    },
  };
}
