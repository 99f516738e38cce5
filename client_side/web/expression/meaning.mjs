// What an expression means by the messages that there are: its paths, kinds and names. Pure.

import { PathError } from "../decode/places.mjs";
import { ExpressionError, parse } from "./syntax.mjs";

/** @typedef {import("../decode/structs.mjs").Enum} Enum */
/** @typedef {import("../decode/structs.mjs").Message} Message */
/** @typedef {import("./syntax.mjs").Node} Node */

/** @type {Record<string, string>} The kinds of values, by the kind of a field. */
const KINDS = {
  int: "number",
  uint: "number",
  float: "number",
  bool: "truth",
  enum: "enum",
  char: "text",
};
/** @type {Record<string, string>} */
const WORDS = {
  number: "a number",
  truth: "true or false",
  enum: "an enum",
  text: "a text",
  name: "a name",
};

/** A message that is not there, or not alone; the text says so. */
export class LookupError extends Error {
  name = "LookupError";
}

/**
 * Finds a message by its driver, if one is named, and its name; throws LookupError.
 *
 * @typedef {(driver: string | null, name: string) => {driver: string, message: Message}} Find
 */
/**
 * A field that an expression reads.
 *
 * @typedef {object} Read
 * @property {number} source Index of the message in `sources`.
 * @property {string} path In the message.
 * @property {string} text As it was written.
 * @property {boolean} isArray
 * @property {Enum | undefined} enum
 */
/**
 * A part of an expression, with what it gives.
 *
 * @typedef {object} Value
 * @property {string} op See `Node`; of `read`, `value` is the index of the field in `reads`.
 * @property {Value[]} parts
 * @property {any} value
 * @property {string} kind `number`, `truth`, `enum`, `text`, or `name`.
 * @property {number[]} shape Of an array; -1: as long as the message's tail.
 * @property {boolean} whole Whether a number is an integer.
 * @property {Enum | undefined} enum
 * @property {number} source Of an array with a tail: the message whose tail it is.
 */
/**
 * An expression that fits the messages.
 *
 * @typedef {object} Meaning
 * @property {string} text As it was written.
 * @property {Value} value What is computed: a truth.
 * @property {{driver: string, message: Message}[]} sources The messages that it depends on.
 * @property {Read[]} reads The fields that it reads.
 */

/**
 * Reads an expression, and looks up what is in it.
 *
 * @param {string} text
 * @param {Find} find
 * @returns {Meaning}
 * @throws {ExpressionError}
 */
export function resolve(text, find) {
  return new Resolver(text, find).whole(parse(text));
}

class Resolver {
  #text;
  #find;
  /** @type {{driver: string, message: Message}[]} */
  #sources = [];
  /** @type {Read[]} */
  #reads = [];

  /**
   * @param {string} text
   * @param {Find} find
   */
  constructor(text, find) {
    this.#text = text;
    this.#find = find;
  }

  /**
   * @param {Node} node
   * @param {string} reason
   * @returns {never}
   */
  #fail(node, reason) {
    throw new ExpressionError(this.#text, node.at, reason);
  }

  /**
   * @param {Node} node
   * @returns {Meaning}
   */
  whole(node) {
    const value = this.#value(node);
    if (value.kind === "name") this.#unknown(node);
    if (value.kind !== "truth") {
      const what = WORDS[value.kind];
      this.#fail(node, `it is ${what}, not true or false: compare it, as in > 80`);
    }
    if (value.shape.length)
      this.#fail(node, "it is true or false for each element: use any(…) or all(…)");
    if (!this.#reads.length)
      this.#fail(node, "it depends on no message; name a field, such as status.temperature");
    return { text: this.#text, value, sources: this.#sources, reads: this.#reads };
  }

  /**
   * @param {Node} node
   * @returns {Value}
   */
  #value(node) {
    const { op } = node;
    if (op === "path") return this.#path(node);
    if (op === "number") return number(node.value);
    if (op === "text" || op === "truth" || op === "name") return made(op, [], node.value, op);
    const parts = node.parts.map((part) => this.#value(part));
    if (op === "compare") return this.#compare(node, parts);
    if (op === "and" || op === "or" || op === "not") {
      this.#need(node, parts, "truth", `'${op}' takes what is true or false`);
      return this.#each(node, parts, "truth");
    }
    if (op === "any" || op === "all") {
      this.#need(node, parts, "truth", `${op}() takes what is true or false`);
      this.#needArray(node, parts[0]);
      return made(op, parts, null, "truth");
    }
    this.#need(node, parts, "number", `'${op === "minus" ? "-" : op}' takes numbers`);
    if (op === "minus" && parts[0].op === "number") return number(-parts[0].value);
    if (op === "min" || op === "max" || op === "mean") {
      this.#needArray(node, parts[0]);
      return made(op, parts, null, "number", { whole: op !== "mean" && parts[0].whole });
    }
    return this.#each(node, parts, "number", op === "abs" && parts[0].whole);
  }

  /**
   * @param {Node} node
   * @param {Value[]} parts
   * @param {string} kind
   * @param {string} text
   */
  #need(node, parts, kind, text) {
    for (const [index, found] of parts.entries()) {
      const part = node.parts[index];
      if (found.kind === "name") this.#unknown(part);
      if (found.kind !== kind) this.#fail(part, `${text}, and this is ${WORDS[found.kind]}`);
    }
  }

  /**
   * @param {Node} node
   * @param {Value} value
   */
  #needArray(node, value) {
    if (!value.shape.length) this.#fail(node, `${node.op}() takes an array, and this is one value`);
  }

  /**
   * A value for each element of the parts, which are alike or single.
   *
   * @param {Node} node
   * @param {Value[]} parts
   * @param {string} kind
   * @param {boolean} [whole]
   */
  #each(node, parts, kind, whole = false) {
    /** @type {number[]} */
    let shape = [];
    let source = -1;
    for (const [index, found] of parts.entries()) {
      if (!found.shape.length) continue;
      const alike = String(shape) === String(found.shape) && source === found.source;
      if (shape.length && !alike)
        this.#fail(node.parts[index], "the arrays do not have the same number of elements");
      ({ shape, source } = found);
    }
    const value = node.op === "compare" ? node.value : null;
    return made(node.op, parts, value, kind, { shape, whole, source });
  }

  /**
   * Turns names and texts beside an enum into its numbers.
   *
   * @param {Node} node
   * @param {Value[]} parts
   */
  #compare(node, parts) {
    const known = parts.map((found, index) => {
      if ((found.kind !== "name" && found.kind !== "text") || found.op === "read") return found;
      const near = (parts[index - 1] ?? found).enum ?? (parts[index + 1] ?? found).enum;
      if (near) return this.#enumerator(node.parts[index], String(found.value), near);
      return found.kind === "name" ? this.#unknown(node.parts[index]) : found;
    });
    for (const [index, sign] of node.value.entries()) {
      const [one, other] = known
        .slice(index, index + 2)
        .map(({ kind }) => (kind === "enum" ? "number" : kind));
      const part = node.parts[index + 1];
      if (one !== other) {
        const words = known.slice(index, index + 2).map(({ kind }) => WORDS[kind]);
        this.#fail(part, `${words.join(" and ")} cannot be compared`);
      }
      if (one !== "number" && sign !== "==" && sign !== "!=")
        this.#fail(part, `'${sign}' compares numbers; here are == and !=`);
    }
    return this.#each(node, known, "truth");
  }

  /**
   * @param {Node} node
   * @param {string} name
   * @param {Enum} known
   */
  #enumerator(node, name, known) {
    const value = known.values.get(name);
    if (value === undefined) {
      const names = [...known.values.keys()].join(", ");
      return this.#fail(node, `enum ${known.name} has no '${name}'; there are: ${names}`);
    }
    return number(BigInt(value));
  }

  /**
   * @param {Node} node
   * @returns {never}
   */
  #unknown(node) {
    return this.#fail(
      node,
      `'${node.value}' stands alone: a field is message.field, as status.temperature; the ` +
        "name of an enum's value stands beside an enum field, as status.mode == RUN",
    );
  }

  /** @param {Node} node */
  #path(node) {
    const { driver, message: name, inside, text } = node.value;
    let found, place;
    try {
      found = this.#find(driver, name);
      place = found.message.place(inside);
    } catch (error) {
      if (!(error instanceof PathError) && !(error instanceof LookupError)) throw error;
      return this.#fail(node, error.message);
    }
    const { field, shape } = place;
    const { type } = field;
    if (!Object.hasOwn(KINDS, type.kind))
      this.#fail(node, `${inside} is ${type.kind}: only parts of it could be compared`);
    const source = this.#source(found);
    let index = this.#reads.findIndex((one) => one.text === text);
    if (index < 0) {
      index = this.#reads.length;
      const read = { source, path: inside, text, isArray: shape.length > 0, enum: type.enum };
      this.#reads.push(read);
    }
    return made("read", [], index, KINDS[type.kind], {
      shape,
      whole: type.kind !== "float",
      enum: type.enum,
      source: shape.includes(-1) ? source : -1,
    });
  }

  /** @param {{driver: string, message: Message}} found */
  #source(found) {
    const { driver, message } = found;
    const at = this.#sources.findIndex((one) => one.driver === driver && one.message === message);
    return at < 0 ? this.#sources.push(found) - 1 : at;
  }
}

/**
 * @param {string} op
 * @param {Value[]} parts
 * @param {any} value
 * @param {string} kind
 * @param {Partial<Value>} [more]
 * @returns {Value}
 */
function made(op, parts, value, kind, more = {}) {
  return { op, parts, value, kind, shape: [], whole: false, enum: undefined, source: -1, ...more };
}

/**
 * A number; one that 64 bits do not hold is a float.
 *
 * @param {number | bigint} value
 */
function number(value) {
  const whole = typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 64n;
  return made("number", [], whole ? value : Number(value), "number", { whole });
}
