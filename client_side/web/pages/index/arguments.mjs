// Inputs for the arguments of an action, by their JSON Schema, and the values that they hold. Pure.

import { decodeValue } from "../../actions/values.mjs";
import { Unreadable, read } from "../../panel/rules.mjs";

/** @typedef {import("../../panel/inputs.mjs").Control} Control */
/**
 * What `describe` says of an action (PROTOCOL.md, "Actions that are always there").
 *
 * @typedef {object} Description
 * @property {string} name
 * @property {string} doc
 * @property {Record<string, any>} arguments JSON Schema.
 * @property {string} kind
 */
/**
 * The input of an argument.
 *
 * @typedef {Control & Meaning} Argument
 */
/**
 * How what its input holds is read.
 *
 * @typedef {object} Meaning
 * @property {"choice" | "check" | "whole" | "real" | "text" | "json"} form
 * @property {any[]} choices
 * @property {boolean} textToo A text that is not JSON is meant as it is.
 * @property {boolean} needed It has no default.
 */

const WHOLE = "data"; // the name of the input of an action that takes its data whole
const DEEPEST = 8; // references to references
const SLIDER = 1e6; // steps of an integer slider that a mouse can still mean
const NO_NUMBER = /^([+-]?)(nan|inf(?:inity)?)$/i;
// What JSON lacks or would round, outside of texts.
const BEYOND = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])|-?\b(?:NaN|Infinity)\b/g;
const MARK = "\u{f0000}"; // for private use
const MARKED = /^\u{f0000}(-?\d+|NaN|-?Infinity)$/u;

/**
 * The inputs of an action.
 *
 * @param {Description} description
 * @returns {{inputs: Argument[], whole: boolean}} whole: the only input is the data.
 */
export function argumentsOf({ arguments: schema }) {
  const { properties, required, $defs } = schema;
  if (properties && Object.keys(properties).length) {
    const needed = new Set(Array.isArray(required) ? required : []);
    const inputs = Object.entries(properties).map(([name, field]) =>
      argumentOf(name, resolved(field, $defs), needed.has(name)),
    );
    return { inputs, whole: false };
  }
  if (schema.type === "object" && schema.additionalProperties === false)
    return { inputs: [], whole: false };
  return { inputs: [argumentOf(WHOLE, resolved(schema, $defs), false)], whole: true };
}

/**
 * Reads what an input holds.
 *
 * @param {Argument} argument
 * @param {any} held
 * @returns {any} The value; undefined: none is given.
 * @throws {Unreadable}
 */
export function readArgument({ form, choices, textToo }, held) {
  if (form === "choice") return held === null ? undefined : choices[held];
  if (form === "check" || form === "text") return held;
  if (held === "") return undefined;
  if (form === "json") return readJson(held, textToo);
  if (typeof held === "number") return held;
  const [found, sign, word] = NO_NUMBER.exec(held.trim()) ?? [];
  if (form === "real" && found)
    return word.toLowerCase() === "nan" ? NaN : sign === "-" ? -Infinity : Infinity;
  const value = read({ rule: "typed", of: form }, held);
  return typeof value === "string" ? BigInt(value) : value;
}

/**
 * What an input is to hold for a value.
 *
 * @param {Argument} argument
 * @param {any} value
 */
export function showArgument({ form, choices, widget }, value) {
  if (form === "choice") return choices.indexOf(value); // -1: an empty one
  if (form === "check") return value === true;
  if (value === undefined || value === null) return "";
  if (form === "json") return jsonText(value);
  return widget.kind === "text" ? String(value) : value;
}

/**
 * @param {string} name
 * @param {Record<string, any>} field
 * @param {boolean} needed
 * @returns {Argument}
 */
function argumentOf(name, field, needed) {
  const { meaning, widget } = inputOf(field);
  const about = typeof field.description === "string" ? field.description : "";
  return {
    part: "control",
    rule: { rule: "choice", options: meaning.choices.map(choiceText) },
    steps: [name],
    path: name,
    name,
    title: name,
    tip: about,
    note: about,
    widget,
    initial: needed ? undefined : initialOf(field.default),
    needed,
    ...meaning,
  };
}

/**
 * @param {Record<string, any>} field
 * @returns {{meaning: Omit<Meaning, "needed">, widget: Control["widget"]}}
 */
function inputOf(field) {
  const { type, minimum: low, maximum: high } = field;
  const none = { choices: [], textToo: false };
  const choices = choicesOf(field);
  if (choices) return { meaning: { ...none, form: "choice", choices }, widget: { kind: "select" } };
  if (type === "boolean") return { meaning: { ...none, form: "check" }, widget: { kind: "check" } };
  if (type === "integer" || type === "number") {
    const whole = type === "integer";
    /** @type {Omit<Meaning, "needed">} */
    const meaning = { ...none, form: whole ? "whole" : "real" };
    const span = Number.isFinite(low) && Number.isFinite(high) ? high - low : 0;
    if (span > 0 && !(whole && span > SLIDER)) {
      const step = whole ? 1 : span / 100;
      return { meaning, widget: { kind: "slider", low, high, step, whole } };
    }
    return { meaning, widget: { kind: "text", hint: whole ? "a whole number" : "a number" } };
  }
  if (type === "string") return { meaning: { ...none, form: "text" }, widget: { kind: "text" } };
  /** @type {any[]} */
  const kinds = Array.isArray(field.anyOf) ? field.anyOf.map((one) => one?.type) : [type];
  const textToo = kinds.includes("string") || kinds.every((one) => one === undefined);
  const hint = textToo ? "JSON, or a text" : "JSON";
  return { meaning: { ...none, form: "json", textToo }, widget: { kind: "area", hint } };
}

/**
 * The values of which one is to be chosen; null: it is not a choice.
 *
 * @param {Record<string, any>} field
 */
function choicesOf({ enum: values, const: only, type, nullable }) {
  const all = Array.isArray(values) && values.length ? values : only === undefined ? null : [only];
  if (all) return nullable && !all.includes(null) ? [null, ...all] : all;
  return type === "boolean" && nullable ? [null, true, false] : null;
}

/**
 * The schema that a field's refers to, and `nullable` if it can be null, too.
 *
 * @param {any} field
 * @param {any} defs
 * @returns {Record<string, any>}
 */
function resolved(field, defs, depth = 0) {
  if (field === null || typeof field !== "object" || depth === DEEPEST) return {};
  const { $ref, anyOf, allOf, ...rest } = field;
  const name = /^#\/\$defs\/(.+)$/.exec($ref ?? "")?.[1];
  if (name !== undefined && Object.hasOwn(defs ?? {}, name))
    return { ...resolved(defs[name], defs, depth + 1), ...rest };
  if (Array.isArray(allOf) && allOf.length === 1)
    return { ...resolved(allOf[0], defs, depth + 1), ...rest };
  if (!Array.isArray(anyOf)) return field;
  const others = anyOf.filter((one) => one?.type !== "null");
  if (others.length !== 1) return field;
  return {
    ...resolved(others[0], defs, depth + 1),
    ...rest,
    nullable: others.length < anyOf.length,
  };
}

/** @param {any} told */
function initialOf(told) {
  try {
    return decodeValue(told, new Map());
  } catch {
    return undefined; // an array: no text says it
  }
}

/** @param {any} value */
function choiceText(value) {
  return value === null ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * @param {string} text
 * @param {boolean} textToo
 */
function readJson(text, textToo) {
  try {
    const marked = text.replace(BEYOND, (one) => (one[0] === '"' ? one : `"${MARK}${one}"`));
    return JSON.parse(marked, (_, value) => {
      const found = typeof value === "string" ? MARKED.exec(value)?.[1] : undefined;
      if (found === undefined) return value;
      return /\d/.test(found) ? BigInt(found) : Number(found);
    });
  } catch {
    if (textToo) return text;
    throw new Unreadable(`${JSON.stringify(text.slice(0, 40))} is not JSON`);
  }
}

/**
 * @param {any} value
 * @returns {string}
 */
function jsonText(value) {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const parts = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}: ${jsonText(one)}`,
  );
  return `{${parts.join(", ")}}`;
}
