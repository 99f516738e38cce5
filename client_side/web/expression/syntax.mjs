// The syntax of expressions: conditions over messages, such as "status.temperature > 80". Python has
// the same (cwire_structs/expression); tests/expressions.json has cases for both. Pure.

/** Characters of an expression. */
export const LONGEST = 2000;
/** Levels of a tree. */
export const DEEPEST = 100;

export const COMPARISONS = ["<", "<=", ">", ">=", "==", "!="];
export const FUNCTIONS = ["abs", "min", "max", "mean", "any", "all"];

/** @type {Record<string, number>} */
const BINDING = { or: 1, and: 2, "+": 5, "-": 5, "*": 6, "/": 6 };
for (const sign of COMPARISONS) BINDING[sign] = 4;
const NOT = 3;
const COMPARED = 5;
const MINUS = 7;
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const FIELD = String.raw`${NAME}\.${NAME}(?:\.${NAME}|\[ *(?:[0-9]+|:) *\])*`;
const TOKEN = new RegExp(
  String.raw`[ \t\r\n]*(?:` +
    String.raw`(?<path>(?:(?:[\p{L}_][\p{L}\p{N}_\-]*|"[^"\\]*")/)?${FIELD})|` +
    String.raw`(?<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?)|` +
    String.raw`(?<name>${NAME})|` +
    String.raw`(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|` +
    String.raw`(?<sign><=|>=|==|!=|&&|\|\||\*\*|.)|` +
    String.raw`(?<end>$))`,
  "suy",
);
const QUOTE = "a text ends with the quote with which it begins";
/** @type {Record<string, string>} */
const OTHER = {
  "=": "compare by ==",
  "&&": "write and",
  "||": "write or",
  "!": "write not",
  "&": "write and",
  "|": "write or",
  "[": "an index is a number, or : for all",
  ".": "a path is message.field, such as status.temperature",
  '"': QUOTE,
  "'": QUOTE,
};

/** An expression that cannot be read, or does not fit the messages. */
export class ExpressionError extends Error {
  name = "ExpressionError";

  /**
   * @param {string} text The expression.
   * @param {number} at Where, in code units.
   * @param {string} reason What is wrong, and what to do.
   */
  constructor(text, at, reason) {
    const column = [...text.slice(0, at)].length + 1;
    super(`${reason}: column ${column} of "${text.length < 200 ? text : "…"}"`);
    /** Of the place, from 1. */
    this.column = column;
    this.reason = reason;
  }
}

/**
 * A part of an expression.
 *
 * @typedef {object} Node
 * @property {string} op An operator or a function; or `compare`, `minus`, `number`, `text`, `truth`,
 *   `name` (of an enumerator), `path`.
 * @property {Node[]} parts What it is applied to.
 * @property {any} value Of `compare`, the comparisons; of a path, a `PathValue`.
 * @property {number} at Where it is in the text.
 * @property {number} depth Levels of its tree.
 */
/**
 * A path in an expression.
 *
 * @typedef {object} PathValue
 * @property {string | null} driver
 * @property {string} message
 * @property {string} inside
 * @property {string} text As it was written.
 */

/**
 * Reads an expression.
 *
 * @param {string} text
 * @returns {Node}
 * @throws {ExpressionError}
 */
export function parse(text) {
  if ([...text].length > LONGEST)
    throw new ExpressionError(text, LONGEST, `it has more than ${LONGEST} characters`);
  return new Parser(text).whole();
}

/** Reads words from left to right, by precedence climbing. */
class Parser {
  #text;
  #nesting = 0;
  #end = 0;
  #at = 0;
  #kind = "";
  #word = "";

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
    this.#next();
  }

  #next() {
    TOKEN.lastIndex = this.#end;
    const { groups } = /** @type {RegExpExecArray} */ (TOKEN.exec(this.#text));
    const [kind, word] = /** @type {[string, string]} */ (
      Object.entries(groups ?? {}).find(([, found]) => found !== undefined)
    );
    this.#end = TOKEN.lastIndex;
    this.#at = this.#end - word.length;
    this.#kind = kind;
    this.#word = word;
    if (kind !== "sign" || word === "(" || word === ")" || word in BINDING) return;
    const cure = Object.hasOwn(OTHER, word) ? `; ${OTHER[word]}` : "";
    this.#fail(`'${word}' means nothing here${cure}`);
  }

  /**
   * @param {string} reason
   * @param {number} [at]
   * @returns {never}
   */
  #fail(reason, at = this.#at) {
    throw new ExpressionError(this.#text, at, reason);
  }

  /**
   * @param {string} op
   * @param {Node[]} parts
   * @param {number} at
   * @param {any} [value]
   * @returns {Node}
   */
  #node(op, parts, at, value = null) {
    const depth = 1 + Math.max(...parts.map((part) => part.depth));
    if (depth > DEEPEST) this.#fail(`it has more than ${DEEPEST} levels`, at);
    return { op, parts, value, at, depth };
  }

  whole() {
    if (this.#kind === "end")
      this.#fail("there is no expression; write one such as status.temperature > 80");
    const made = this.#expression(0);
    if (this.#kind === "end") return made;
    const what = this.#word === ")" ? "there is no ( for" : "an operator is missing before";
    return this.#fail(`${what} '${this.#word}'`);
  }

  /**
   * @param {number} least
   * @returns {Node}
   */
  #expression(least) {
    let left = this.#value(least);
    for (let binding; (binding = this.#binding()) >= Math.max(least, 1);) {
      const op = this.#word;
      const at = this.#at;
      if (!COMPARISONS.includes(op)) {
        this.#next();
        left = this.#node(op, [left, this.#expression(binding + 1)], at);
        continue;
      }
      const parts = [left];
      const signs = [];
      while (this.#kind === "sign" && COMPARISONS.includes(this.#word)) {
        signs.push(this.#word);
        this.#next();
        parts.push(this.#expression(COMPARED));
      }
      left = this.#node("compare", parts, at, signs);
    }
    return left;
  }

  #binding() {
    const may = this.#kind === "sign" || this.#kind === "name";
    return may && Object.hasOwn(BINDING, this.#word) ? BINDING[this.#word] : 0;
  }

  /**
   * @param {number} least
   * @returns {Node}
   */
  #value(least) {
    const kind = this.#kind;
    const word = this.#word;
    const at = this.#at;
    const bound = Object.hasOwn(BINDING, word);
    if (kind === "end") this.#fail("a value is missing at the end");
    if ((kind === "sign" && word !== "(" && word !== "-") || (kind === "name" && bound))
      this.#fail(`a value is missing before '${word}'`);
    this.#next();
    if (kind === "path") return leaf("path", pathOf(word), at);
    if (kind === "number") {
      if (this.#at === at + word.length && ["name", "number", "path"].includes(this.#kind))
        this.#fail(`'${word}${this.#word}' is no number; units are not converted`, at);
      return leaf("number", numberOf(word), at);
    }
    if (kind === "text") return leaf("text", word.slice(1, -1).replace(/\\(.)/gsu, "$1"), at);
    if (word === "true" || word === "false") return leaf("truth", word === "true", at);
    if (word === "not" && least > NOT)
      this.#fail("put not and what it belongs to into parentheses", at);
    if (kind === "name" && word !== "not" && this.#word !== "(") return leaf("name", word, at);
    if (kind === "name" && word !== "not" && !FUNCTIONS.includes(word))
      this.#fail(`there is no function '${word}'; there are ${FUNCTIONS.join(", ")}`, at);
    this.#nesting += 1;
    if (this.#nesting > DEEPEST) this.#fail(`it has more than ${DEEPEST} levels`, at);
    const made = this.#nested(word, at);
    this.#nesting -= 1;
    return made;
  }

  /**
   * What follows `not`, a sign, a parenthesis or the name of a function.
   *
   * @param {string} word
   * @param {number} at
   */
  #nested(word, at) {
    if (word === "not") return this.#node("not", [this.#expression(NOT)], at);
    if (word === "-") return this.#node("minus", [this.#expression(MINUS)], at);
    const begin = word === "(" ? at : this.#at;
    if (word !== "(") this.#next();
    const made = this.#expression(0);
    if (this.#word !== ")") {
      const what = this.#kind === "end" ? "the end" : `'${this.#word}'`;
      const column = [...this.#text.slice(0, begin)].length + 1;
      this.#fail(`a ) is missing before ${what}, for the ( at column ${column}`);
    }
    this.#next();
    return word === "(" ? made : this.#node(word, [made], at);
  }
}

/**
 * @param {string} op
 * @param {any} value
 * @param {number} at
 * @returns {Node}
 */
function leaf(op, value, at) {
  return { op, parts: [], value, at, depth: 1 };
}

/**
 * @param {string} word
 * @returns {PathValue}
 */
function pathOf(word) {
  const slash = word.lastIndexOf("/");
  const dot = word.indexOf(".", slash);
  return {
    driver: slash < 0 ? null : word.slice(0, slash).replaceAll('"', ""),
    message: word.slice(slash + 1, dot),
    inside: word.slice(dot + 1),
    text: word,
  };
}

/**
 * A number as it is written: a BigInt if it is an integer.
 *
 * @param {string} word
 */
function numberOf(word) {
  return /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(word) ? BigInt(word) : Number(word);
}
