// What an expression that is being typed may go on with. Pure.

/** @typedef {import("../client.mjs").Driver} Driver */
/** @typedef {import("../decode/structs.mjs").Struct} Struct */

const MOST = 40;
const WORD = /(?:[\p{L}_][\p{L}\p{N}_-]*\/)?[\p{L}_][\p{L}\p{N}_.[\]]*$/u;
const BESIDE = /([\p{L}_][\p{L}\p{N}_.[\]/-]*)\s*(?:==|!=)\s*([\p{L}_][\p{L}\p{N}_]*)?$/u;

/**
 * Completes the last word of an expression.
 *
 * @param {string} text As far as it is typed.
 * @param {Iterable<Driver>} drivers
 * @returns {string[]} Whole texts.
 */
export function completions(text, drivers) {
  const served = [...drivers];
  const beside = BESIDE.exec(text);
  if (beside) {
    const word = beside[2] ?? "";
    const names = enumerators(beside[1], served).filter((name) => name.startsWith(word));
    if (names.length) return ended(text, word, names);
  }
  const word = WORD.exec(text)?.[0] ?? "";
  const slash = word.indexOf("/") + 1;
  const [of, rest] = [word.slice(0, Math.max(0, slash - 1)), word.slice(slash)];
  /** @type {Set<string>} */
  const found = new Set();
  for (const { name, schema } of served) {
    if (slash && name !== of) continue;
    for (const message of schema?.messages.values() ?? []) {
      if (message.command) continue;
      const begun = rest.startsWith(`${message.name}.`);
      if (begun) paths(found, message.struct, `${message.name}.`, rest);
      else if (message.name.startsWith(rest)) found.add(`${message.name}.`);
    }
  }
  const before = word.slice(0, slash);
  return ended(
    text,
    word,
    [...found].map((one) => before + one),
  );
}

/**
 * Texts with another last word.
 *
 * @param {string} text
 * @param {string} word
 * @param {string[]} words
 */
function ended(text, word, words) {
  const before = text.slice(0, text.length - word.length);
  return words.slice(0, MOST).map((one) => before + one);
}

/**
 * Adds the paths of a struct that begin with a text; those in structs once they are begun.
 *
 * @param {Set<string>} found
 * @param {Struct} struct
 * @param {string} before
 * @param {string} rest
 */
function paths(found, struct, before, rest) {
  for (const field of struct.fields.values()) {
    const name = before + field.name;
    const [length] = field.shape;
    const heads = [name, ...(length && !field.tail ? [`${name}[0]`] : [])];
    for (const head of heads) {
      const inner = field.type.struct;
      if (inner && rest.startsWith(`${head}.`)) paths(found, inner, `${head}.`, rest);
      else if (head.startsWith(rest)) found.add(inner ? `${head}.` : head);
    }
  }
}

/**
 * The names of the values of an enum field.
 *
 * @param {string} path
 * @param {Driver[]} drivers
 */
function enumerators(path, drivers) {
  const [, driver, name, inside] = /^(?:([^/]*)\/)?([^.]*)\.(.*)$/.exec(path) ?? [];
  for (const one of drivers) {
    if (driver !== undefined && one.name !== driver) continue;
    try {
      const found = one.schema?.messages.get(name)?.place(inside).field.type.enum;
      if (found) return [...found.values.keys()];
    } catch {
      // It is no path yet.
    }
  }
  return [];
}
