// Half-precision floats (IEEE 754 binary16): a table of all of them. Pure.

/** @type {Float32Array | undefined} 256 KiB: made when the first half is read. */
let table;

/**
 * The value of each of the 65,536 bit patterns; each of them is a 32-bit float, too. Looking one up
 * is faster than computing it, and `Float16Array` is not in every browser yet.
 *
 * @returns {Float32Array}
 */
export function halfValues() {
  return (table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => valueOf(bits)));
}

/** @param {number} bits */
function valueOf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
