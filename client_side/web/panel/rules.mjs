// Rules between what a widget of a form holds and the value that a command takes, as Python has them
// (`panel/rules.py`): `tests/panel.json` has cases for both. Pure.

/**
 * A rule as Python tells it.
 *
 * @typedef {object} Rule
 * @property {"plain" | "choice" | "between" | "scaled" | "typed" | "json" | "list"} rule
 * @property {string[]} [options] Of a choice; the widget holds an index.
 * @property {number} [low]
 * @property {number} [high]
 * @property {boolean} [whole] Only whole numbers are sent.
 * @property {number} [scale] People read number * scale + bias.
 * @property {number} [bias]
 * @property {string} [of] The form in which people write the value, or the list's values.
 * @property {boolean} [shown] The list is short enough to be written out.
 */

/** A value that a command in JSON does not hold: the kernel can send it. */
export class NotJson extends Error {}

/** A text that cannot be read. */
export class Unreadable extends Error {}

const REAL = String.raw`(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const NUMBER = new RegExp(`^[+-]?${REAL}$`, "i");
const NO_NUMBER = /^[+-]?(nan|inf|infinity)$/i;
const WHOLE = /^([+-]?)(0x[\da-f]+|\d+)$/i;
const COMPLEX = new RegExp(`^(?:([+-]?${REAL})(?![\\d.j]))?(?:([+-]?(?:${REAL})?)j)?$`, "i");
const BYTES = /^b(["'])([\s\S]*)\1$/;
const BYTE = /\\x([\da-f]{2})|\\([0-3]?[0-7]{1,2})|\\([\\'"abfnrtv])|([^\\])/giy;
const ESCAPES = /** @type {Record<string, number>} */ ({
  ...{ "\\": 92, "'": 39, '"': 34 },
  ...{ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 },
});
const LITERAL = /\s*(b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*')\s*(?:,|$)/sy;
const EXAMPLE = "such as b'\\xff\\x00'";
// Outside of texts; beyond 2^53 a number would lose digits.
const LONG_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * Reads the value to send.
 *
 * @param {Rule} rule
 * @param {any} held What the widget's trait is.
 * @returns {any} undefined: nothing was typed, the default is meant.
 * @throws {Unreadable | NotJson}
 */
export function read(rule, held) {
  if (rule.rule === "choice") return held === null ? null : rule.options?.[held];
  if (held === "") return undefined;
  switch (rule.rule) {
    case "between": {
      const { low = -Infinity, high = Infinity } = rule;
      return Math.min(Math.max(rule.whole ? nearest(held) : held, low), high);
    }
    case "scaled":
      return fromShown(rule, held);
    case "typed":
      return readWord(held, rule.of);
    case "json":
      return readJson(held);
    case "list":
      return fromShown(rule, readList(held, rule.of));
    default:
      return held;
  }
}

/**
 * What the widget is to hold for a value of a reply.
 *
 * @param {Rule} rule
 * @param {any} value As JSON has it.
 * @returns {any} undefined: nothing that it could hold.
 */
export function show(rule, value) {
  if (value === null || value === undefined) return undefined; // NaN and infinities are null
  switch (rule.rule) {
    case "choice": {
      const index = rule.options?.indexOf(value) ?? -1;
      return index < 0 ? undefined : index;
    }
    case "scaled":
      return toShown(rule, value);
    case "typed":
      return writeWord(value, rule.of);
    case "json":
      return "";
    case "list":
      return rule.shown ? writeList(toShown(rule, value), rule.of) : "";
    default:
      return value;
  }
}

/**
 * As Python rounds: halves to the even neighbour.
 *
 * @param {number} value
 */
function nearest(value) {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/**
 * @param {Rule} rule
 * @param {any} value
 * @returns {any}
 */
function fromShown(rule, value) {
  if (rule.scale === undefined) return value;
  if (Array.isArray(value)) return value.map((one) => fromShown(rule, one));
  if (typeof value !== "number") return value;
  const number = (value - (rule.bias ?? 0)) / rule.scale;
  return rule.whole ? nearest(number) : number;
}

/**
 * @param {{scale?: number | null, bias?: number | null}} rule
 * @param {any} value
 * @returns {any}
 */
export function toShown(rule, value) {
  if (typeof rule.scale !== "number") return value;
  if (Array.isArray(value)) return value.map((one) => toShown(rule, one));
  const number = Number(value) * rule.scale + (rule.bias ?? 0);
  return Number(number.toPrecision(15)); // a scale of 0.1 is no binary fraction
}

/**
 * @param {string} text
 * @param {string} [form]
 * @returns {any}
 */
function readWord(text, form) {
  const typed = text.trim();
  switch (form) {
    case "whole": {
      const [found, sign, digits] = WHOLE.exec(typed) ?? [];
      if (!found) throw new Unreadable(`${quoted(text)} is not a whole number`);
      const number = BigInt(digits) * (sign === "-" ? -1n : 1n);
      return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
    }
    case "real":
      if (NO_NUMBER.test(typed)) throw new NotJson(`${quoted(text)} is no number of JSON`);
      if (!NUMBER.test(typed)) throw new Unreadable(`${quoted(text)} is not a number`);
      return Number(typed);
    case "complex":
      return readComplex(text);
    case "truth":
      if (["1", "true", "yes", "on"].includes(typed.toLowerCase())) return true;
      if (["0", "false", "no", "off"].includes(typed.toLowerCase())) return false;
      throw new Unreadable(`${quoted(text)} is neither true nor false`);
    case "choice":
      return /^-*\d+$/.test(typed) ? Number(typed) : typed;
    default:
      return readText(text);
  }
}

/**
 * Reads text, or what no text can say, as Python writes bytes.
 *
 * @param {string} text
 * @returns {string | number[]}
 */
function readText(text) {
  const [found, quote, inside] = BYTES.exec(text) ?? [];
  if (!found) return text;
  const bytes = [];
  BYTE.lastIndex = 0;
  while (BYTE.lastIndex < inside.length) {
    const [one, hex, octal, escaped, plain] = BYTE.exec(inside) ?? [];
    const byte = hex
      ? parseInt(hex, 16)
      : octal
        ? parseInt(octal, 8)
        : escaped
          ? ESCAPES[escaped]
          : (plain?.charCodeAt(0) ?? 128);
    if (one === undefined || (plain && byte > 127) || plain === quote)
      throw new Unreadable(`${quoted(text)} is neither text nor bytes ${EXAMPLE}`);
    bytes.push(byte);
  }
  return bytes;
}

/** @param {string} text */
function readComplex(text) {
  const typed = text.replaceAll(" ", "");
  if (/nan|inf/i.test(typed)) throw new NotJson(`${quoted(text)} is no number of JSON`);
  const [found, real, imaginary] = COMPLEX.exec(typed) ?? [];
  if (!found) throw new Unreadable(`${quoted(text)} is not a complex number such as 1+2j`);
  const part = /^[+-]?$/.test(imaginary ?? "0") ? `${imaginary}1` : imaginary;
  return [Number(real ?? 0), Number(part ?? 0)];
}

/**
 * @param {string} text
 * @param {string} [form]
 * @returns {any[]}
 */
function readList(text, form) {
  const typed = text.trim();
  if (form === "text") return readTexts(typed);
  if (typed.startsWith("[")) {
    const values = readJson(typed);
    if (!Array.isArray(values)) throw new Unreadable("a list is needed, such as [1, 2, 3]");
    return values;
  }
  return typed
    .split(/[,;\s]+/)
    .filter(Boolean)
    .map((word) => readWord(word, form));
}

/**
 * Reads a list of texts: JSON, or as Python writes it, where there are bytes in it.
 *
 * @param {string} text
 * @returns {any[]}
 */
function readTexts(text) {
  try {
    const values = JSON.parse(text);
    if (Array.isArray(values)) return values;
  } catch {
    if (/^\[\s*\[/.test(text)) throw new NotJson("lists in lists, as Python writes them");
  }
  const [, inside] = /^\[([\s\S]*)\]$/.exec(text) ?? [];
  if (inside === undefined) throw noTexts(text);
  const values = [];
  LITERAL.lastIndex = 0;
  while (LITERAL.lastIndex < inside.length) {
    const [found, literal] = LITERAL.exec(inside) ?? [];
    if (!found) throw noTexts(text);
    if (!literal.startsWith("b") && literal.includes("\\"))
      throw new NotJson("escapes as Python writes them");
    values.push(literal.startsWith("b") ? readText(literal) : literal.slice(1, -1));
  }
  return values;
}

/** @param {string} text */
function noTexts(text) {
  const examples = `no list of texts, such as ["a", "b"], or of bytes, ${EXAMPLE}`;
  return new Unreadable(`${quoted(text)} is ${examples}`);
}

/** @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text.replace(LONG_NUMBERS, (one) => (one[0] === '"' ? one : `"${one}"`)));
  } catch {
    throw new Unreadable(`${quoted(text)} is not JSON`);
  }
}

/**
 * @param {any} value
 * @param {string} [form]
 */
function writeWord(value, form) {
  if (form === "text") return writeText(value);
  if (form !== "complex") return String(value);
  const [real, imaginary] = value;
  return `${real}${imaginary < 0 || Object.is(imaginary, -0) ? "" : "+"}${imaginary}j`;
}

/**
 * @param {any[]} values
 * @param {string} [form]
 */
function writeList(values, form) {
  if (form === "text" && values.some((one) => typeof one?.[0] === "number"))
    return `[${values.map((one) => (typeof one === "string" ? JSON.stringify(one) : writeText(one))).join(", ")}]`;
  const nested =
    form === "complex" ? values.some((one) => Array.isArray(one?.[0])) : hasLists(values);
  if (form === "text" || nested) return JSON.stringify(values);
  return values.map((one) => writeWord(one, form)).join(", ");
}

/** @param {string | number[]} value A text, or the bytes of what is none. */
function writeText(value) {
  if (typeof value === "string" && !BYTES.test(value)) return value;
  const bytes = typeof value === "string" ? [...new TextEncoder().encode(value)] : value;
  const written = bytes.map((byte) =>
    byte > 31 && byte < 127 && byte !== 39 && byte !== 92
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `b'${written.join("")}'`;
}

/** @param {any[]} values */
function hasLists(values) {
  return values.some((one) => Array.isArray(one));
}

/**
 * Quotes what was typed, as Python does.
 *
 * @param {string} text
 */
function quoted(text) {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  const mark = short.includes("'") && !short.includes('"') ? '"' : "'";
  return mark + short.replaceAll("\\", "\\\\").replaceAll("\n", "\\n") + mark;
}
