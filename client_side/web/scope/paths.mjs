// Paths to the values that lines are drawn of, step by step: which elements of arrays are lines of
// their own, and what these are called. Python does the same (`schema/paths.py`). Pure.

import { PathError } from "../decode/places.mjs";

/** @typedef {import("../decode/structs.mjs").Field} Field */
/** @typedef {import("../decode/structs.mjs").Message} Message */
/**
 * A field on the way.
 *
 * @typedef {object} Step
 * @property {Field} field
 * @property {number[]} lengths Of its dimensions; -1 where messages differ.
 * @property {(number | null)[]} index Of its first dimensions: an element of each; null: all of it.
 */

const NAME = /^\.?([\p{L}_$][\p{L}\p{N}_$]*)/u;
const INDEX = /^\[\s*(\d+|:)\s*\]/;

/** The way to a field's values. */
export class Path {
  /**
   * @param {string} text As it was written.
   * @param {Step[]} steps
   */
  constructor(text, steps) {
    this.text = text;
    this.steps = steps;
    /** What it leads to. */
    this.field = steps[steps.length - 1].field;
  }

  /** Lengths of the dimensions from which nothing was chosen. */
  get shape() {
    return this.steps.flatMap(({ lengths, index }) =>
      lengths.filter((_, dimension) => (index[dimension] ?? null) === null),
    );
  }

  /**
   * Of an element with a name from `@channels`: the path of its array, and that name.
   *
   * @returns {[string, string] | null}
   */
  get channel() {
    const { field, lengths, index } = this.steps[this.steps.length - 1];
    const last = index.at(-1) ?? null;
    if (!field.channels.length || index.length < lengths.length || last === null) return null;
    return [shortest([...this.steps.slice(0, -1), rowOf(this.steps)]), field.channels[last]];
  }

  /**
   * The paths of its lines: of each element of what `[:]` stands for, and of arrays of structs.
   *
   * @param {boolean} every Each element of the last field's own dimensions is a line, too.
   * @returns {string[]}
   */
  lines(every) {
    let texts = [""];
    this.steps.forEach(({ field, lengths, index }, number) => {
      const last = number === this.steps.length - 1;
      texts = texts.map((text) => (number ? `${text}.${field.name}` : field.name));
      lengths.forEach((length, dimension) => {
        const chosen = index[dimension];
        const all = dimension < index.length ? chosen === null : every || !last;
        if (typeof chosen === "number") texts = texts.map((text) => `${text}[${chosen}]`);
        else if (all)
          texts = texts.flatMap((text) =>
            Array.from({ length: Math.max(0, length) }, (_, at) => `${text}[${at}]`),
          );
      });
    });
    return texts;
  }
}

/** @param {Step[]} steps */
function rowOf(steps) {
  const last = steps[steps.length - 1];
  return { ...last, index: last.index.slice(0, -1) };
}

/**
 * A path as short as it can be: `axis.speed` for `axis[:].speed`.
 *
 * @param {Step[]} steps
 */
function shortest(steps) {
  return steps
    .map(({ field, index }) => {
      const marks = [...index];
      while (marks.length && marks.at(-1) === null) marks.pop();
      return field.name + marks.map((mark) => `[${mark ?? ":"}]`).join("");
    })
    .join(".");
}

/**
 * Finds the way to a field's values.
 *
 * @param {Message} message
 * @param {string} text
 * @returns {Path}
 * @throws {PathError}
 */
export function findPath(message, text) {
  /** @type {Step[]} */
  const steps = [];
  /** @type {Map<string, Field> | undefined} */
  let inside = message.fields;
  const where = `${message.name} has no field ${text}`;
  for (let rest = text; rest !== "" || !steps.length;) {
    const [found, name] = NAME.exec(rest) ?? [];
    if (found === undefined || name === undefined || found.startsWith(".") !== steps.length > 0)
      throw new PathError(`${where}: it cannot be read from "${rest.slice(0, 40)}" on`);
    rest = rest.slice(found.length);
    /** @type {Field | undefined} */
    const field = inside?.get(name);
    if (field === undefined) {
      const known = inside ? `there are ${[...inside.keys()].join(", ")}` : "this is no struct";
      throw new PathError(`${where}; ${known}`);
    }
    const lengths = lengthsOf(field);
    /** @type {(number | null)[]} */
    const index = [];
    for (let one = INDEX.exec(rest); one !== null; one = INDEX.exec(rest)) {
      rest = rest.slice(one[0].length);
      index.push(indexOf(one[1], lengths, index.length, where));
    }
    steps.push({ field, lengths, index });
    inside = field.type.struct?.fields;
  }
  return new Path(text, steps);
}

/**
 * Lengths of a field's dimensions; -1 where messages differ. A tail of chars is one text.
 *
 * @param {Field} field
 * @returns {number[]}
 */
export function lengthsOf({ shape, tail, type }) {
  if (tail && type.kind === "char" && type.size === 1) return [];
  return tail ? [-1, ...shape] : shape;
}

/**
 * @param {string} index
 * @param {number[]} lengths
 * @param {number} dimension
 * @param {string} where
 */
function indexOf(index, lengths, dimension, where) {
  if (dimension >= lengths.length)
    throw new PathError(`${where}: there is no array to choose from`);
  if (index === ":") return null;
  const length = lengths[dimension];
  if (length < 0) throw new PathError(`${where}: not every message has so many`);
  if (Number(index) >= length) throw new PathError(`${where}: there are only ${length}`);
  return Number(index);
}
