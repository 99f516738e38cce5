// Numbers as people read them. Pure.

/** @type {[number, string][]} */
const PREFIXES = [
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
];

/**
 * A value with its unit, in about five digits.
 *
 * @param {number | null | undefined} value
 */
export function valueText(value, unit = "") {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const whole = Number.isInteger(value) && size < 1e9;
  const digits = whole
    ? String(value)
    : size && (size < 1e-4 || size >= 1e6)
      ? value.toExponential(4)
      : value.toPrecision(5);
  return unit ? `${digits} ${unit}` : digits;
}

/**
 * A place on the x axis; seconds in the part of a second that suits them.
 *
 * @param {number} value
 * @param {string} unit
 */
export function placeText(value, unit) {
  if (unit !== "s") return valueText(value, unit);
  const size = Math.abs(value);
  const [part, prefix] =
    PREFIXES.find(([one]) => size >= one) ?? (size ? PREFIXES[PREFIXES.length - 1] : PREFIXES[0]);
  return `${(value / part).toPrecision(5)} ${prefix}s`;
}

/**
 * A count of things, such as "1 frame" or "12 frames".
 *
 * @param {number} count
 * @param {string} thing
 */
export function countText(count, thing) {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** @type {[number, string][]} */
const LONG = [
  [365 * 86400, "year"],
  [86400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/**
 * A length of time, such as "90 seconds", "1 hour" or "2 ms". `duration_text` of Python is the same;
 * tests/clocks.json has cases for both.
 *
 * @param {number} seconds
 */
export function secondsText(seconds) {
  const short = Number(seconds.toPrecision(3));
  if (short < 1) {
    const [part, prefix] = PREFIXES.find(([one]) => short >= one) ?? PREFIXES[PREFIXES.length - 1];
    return `${Number((seconds / part).toPrecision(3))} ${prefix}s`;
  }
  const [size, unit] = LONG.find(([one]) => seconds >= 1.5 * one) ?? [1, "second"];
  return countText(Math.round(seconds / size), unit);
}

/**
 * A name without its middle, so that it is no longer than `most`: of a path the end tells most.
 * `shortened` of Python is the same; tests/names.json has cases for both.
 *
 * @param {string} text
 * @param {number} most
 */
export function shortened(text, most) {
  const letters = [...text];
  if (letters.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return [...letters.slice(0, most - 1 - end), "…", ...letters.slice(letters.length - end)].join(
    "",
  );
}

/**
 * A sentence where there are more lines than are drawn; empty: there are not.
 *
 * @param {number} drawn
 * @param {number} count
 * @param {string} remedy
 */
export function leftText(drawn, count, remedy) {
  return count > drawn ? `the first ${drawn} of ${count} lines are drawn: ${remedy}` : "";
}
