// Chooses an input for each field of a command, as Python does for notebooks (`panel/inputs.py`): the
// same rules, for pages without a kernel. A test compares the two. Pure.

import { fieldNotes, formOf, scaling, shownRange, titleOf, unitOf } from "../decode/shown.mjs";
import { lengthsOf } from "../scope/paths.mjs";

/** @typedef {import("../decode/structs.mjs").Field} Field */
/** @typedef {import("../decode/structs.mjs").Struct} Struct */
/** @typedef {import("./fields.mjs").Steps} Steps */
/** @typedef {import("./rules.mjs").Rule} Rule */
/**
 * What a value is put in with: `slider` has a number beside it, `log` is one of the logarithm.
 *
 * @typedef {object} Widget
 * @property {"slider" | "log" | "number" | "check" | "select" | "text" | "area"} kind
 * @property {number} [low]
 * @property {number} [high]
 * @property {number} [step]
 * @property {boolean} [whole] Only whole numbers.
 * @property {string} [hint]
 */
/**
 * The input of one value.
 *
 * @typedef {object} Control
 * @property {"control"} part
 * @property {Rule} rule What the input holds, and what is sent.
 * @property {Steps} steps
 * @property {string} path
 * @property {string} name The field's.
 * @property {string} title
 * @property {string} tip
 * @property {string} note The unit, or how many values it takes.
 * @property {Widget} widget
 * @property {any} initial The default, as JSON has it.
 */
/** @typedef {{part: "group", name: string, title: string, doc: string, parts: Part[]}} Group */
/** @typedef {{part: "choice", name: string, parts: Part[]}} Choice Members of which one is sent. */
/** @typedef {Control | Group | Choice} Part */

const DECADES = 1e3; // a range this wide is dragged by its logarithm
const SLIDER = 1e6; // steps of an integer slider that a mouse can still mean
const PARTS = 24; // fields of an array of structs that get an input each
const SHOWN = 32; // elements of an array that are written out
const SAFE = Number.MAX_SAFE_INTEGER;

/**
 * The inputs of all fields of a struct.
 *
 * @param {Struct} struct
 * @param {Steps} [before] The way to it from the command.
 * @returns {Part[]}
 */
export function inputsOf(struct, before = []) {
  if (struct.union && struct.fields.size)
    return [choiceOf("", [...struct.fields.values()], before)];
  return clusters([...struct.fields.values()]).map((cluster) =>
    cluster.length === 1 ? inputOf(cluster[0], before) : choiceOf("", cluster, before),
  );
}

/**
 * All controls of inputs, with the choices that each depends on: which alternative of which.
 *
 * @param {Part[]} parts
 * @param {[Choice, number][]} [when]
 * @returns {Generator<{control: Control, when: [Choice, number][]}>}
 */
export function* controlsOf(parts, when = []) {
  for (const part of parts) {
    if (part.part === "control") yield { control: part, when };
    else if (part.part === "group") yield* controlsOf(part.parts, when);
    else
      for (const [index, one] of part.parts.entries())
        yield* controlsOf([one], [...when, [part, index]]);
  }
}

/**
 * Fields that overlap, which the members of an anonymous union do, together.
 *
 * @param {Field[]} fields
 * @returns {Field[][]}
 */
function clusters(fields) {
  /** @type {Field[][]} */
  const found = [];
  let end = 0;
  const spans = fields.map((field) => ({ field, span: spanOf(field) }));
  spans.sort((a, b) => a.span[0] - b.span[0] || a.span[1] - b.span[1]);
  for (const { field, span } of spans) {
    if (found.length && span[0] < end) found[found.length - 1].push(field);
    else found.push([field]);
    end = Math.max(end, span[1]);
  }
  return found;
}

/**
 * The first bit, and the one behind the last.
 *
 * @param {Field} field
 * @returns {[number, number]}
 */
function spanOf({ bits, offset, size }) {
  if (!bits) return [8 * offset, 8 * (offset + size)];
  const { start, bytes, shift, width, little } = bits;
  const first = little ? 8 * start + shift : 8 * (start + bytes) - shift - width;
  return [first, first + width];
}

/**
 * @param {string} name
 * @param {Field[]} fields
 * @param {Steps} before
 * @returns {Choice}
 */
function choiceOf(name, fields, before) {
  return { part: "choice", name, parts: fields.map((field) => inputOf(field, before)) };
}

/**
 * @param {Field} field
 * @param {Steps} before
 * @returns {Part}
 */
function inputOf(field, before) {
  const steps = [...before, field.name];
  const form = formOf(field);
  const { struct } = field.type;
  if (field.tail && form === "text" && !lengthsOf(field).length)
    return control(field, steps, typed("text"), text("text of any length; or b'\\xff'"));
  if (lengthsOf(field).length) return listOf(field, steps);
  if (struct?.union) return choiceOf(field.name, [...struct.fields.values()], steps);
  if (struct) return groupOf(struct, field.name, titleOf(field), steps);
  if (isScaled(field) && (form === "whole" || form === "real")) return scaledOf(field, steps);
  switch (form) {
    case "whole":
      return wholeOf(field, steps);
    case "real":
      return realOf(field, steps);
    case "truth":
      return control(field, steps, { rule: "plain" }, { kind: "check" });
    case "choice": {
      const options = [...(field.type.enum?.values.keys() ?? [])];
      return control(field, steps, { rule: "choice", options }, { kind: "select" });
    }
    case "complex":
      return control(field, steps, typed("complex"), text("1+2j"));
    default:
      return control(
        field,
        steps,
        typed("text"),
        text(`text, at most ${field.size} bytes; or b'\\xff'`),
      );
  }
}

/**
 * @param {Struct} struct
 * @param {string} name
 * @param {string} title
 * @param {Steps} steps
 * @returns {Group}
 */
function groupOf(struct, name, title, steps) {
  return { part: "group", name, title, doc: struct.doc, parts: inputsOf(struct, steps) };
}

/**
 * @param {Field} field
 * @param {Steps} steps
 * @param {Rule} rule
 * @param {Widget} widget
 * @returns {Control}
 */
function control(field, steps, rule, widget, note = "") {
  const unit = field.time ? field.time.unit : field.unit;
  return {
    part: "control",
    rule,
    steps,
    path: pathText(steps),
    name: field.name,
    title: titleOf(field),
    tip: [field.doc, fieldNotes(field)].filter(Boolean).join("\n"),
    note: unit || note,
    widget,
    initial: initialOf(field),
  };
}

/** @param {Field} field Times are typed as C has them. */
function isScaled({ scale, bias }) {
  return scale !== undefined || bias !== undefined;
}

/**
 * A number that is typed as people read it, and sent as C has it.
 *
 * @param {Field} field
 * @param {Steps} steps
 */
function scaledOf(field, steps) {
  const rule = { rule: /** @type {const} */ ("scaled"), ...factors(field) };
  const step = Math.abs(field.scale ?? 1);
  const limits = shownRange(field);
  if (limits === null) return control(field, steps, rule, { kind: "number" });
  const [low, high] = limits;
  return control(field, steps, rule, { kind: "slider", low, high, step });
}

/** @param {Field} field */
function factors(field) {
  const [scale, bias] = scaling(field) ?? [1, 0];
  return { scale, bias, whole: formOf(field) === "whole" };
}

/**
 * @param {Field} field
 * @param {Steps} steps
 */
function wholeOf(field, steps) {
  const { type, bits, range } = field;
  const width = bits ? bits.width : 8 * type.size;
  let [low, high] = type.signed ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];
  if (range)
    [low, high] = [Math.max(low, Math.ceil(range[0])), Math.min(high, Math.floor(range[1]))];
  const safe = Math.max(Math.abs(low), Math.abs(high)) <= SAFE;
  if (range && low > 0 && high >= DECADES * low && safe) {
    const rule = { rule: /** @type {const} */ ("between"), low, high, whole: true };
    return control(field, steps, rule, { kind: "log", low, high, whole: true });
  }
  /** @type {Rule} */
  const plain = { rule: "plain" };
  if (range && high - low <= SLIDER && safe)
    return control(field, steps, plain, { kind: "slider", low, high, step: 1, whole: true });
  if (safe) return control(field, steps, plain, { kind: "number", low, high, whole: true });
  // Its digits would not survive as a number of the browser.
  return control(field, steps, typed("whole"), text("a whole number"));
}

/**
 * @param {Field} field
 * @param {Steps} steps
 */
function realOf(field, steps) {
  /** @type {Rule} */
  const plain = { rule: "plain" };
  if (!field.range) return control(field, steps, plain, { kind: "number" });
  const [low, high] = field.range;
  if (low > 0 && high >= DECADES * low) {
    const rule = { rule: /** @type {const} */ ("between"), low, high, whole: false };
    return control(field, steps, rule, { kind: "log", low, high });
  }
  const step = high > low ? 10 ** Math.floor(Math.log10((high - low) / 200)) : 1;
  return control(field, steps, plain, { kind: "slider", low, high, step });
}

/**
 * @param {Field} field
 * @param {Steps} steps
 * @returns {Part}
 */
function listOf(field, steps) {
  const { shape, tail, type } = field;
  const { struct } = type;
  const count = tail ? 1 : shape.reduce((all, length) => all * length, 1);
  const plain = struct && !struct.union && shape.length === 1 && !tail;
  if (plain && count * struct.fields.size <= PARTS) {
    const parts = Array.from({ length: count }, (_, index) =>
      groupOf(struct, String(index), `${titleOf(field)}[${index}]`, [...steps, index]),
    );
    return { part: "group", name: field.name, title: "", doc: "", parts };
  }
  if (struct || (tail && shape.length))
    return control(
      field,
      steps,
      { rule: "json" },
      { kind: "area", hint: "JSON; empty: the defaults" },
    );
  const size = tail ? "any number of" : shape.join(" x ");
  const scaled = isScaled(field);
  const of = scaled ? "real" : formOf(field);
  const shown = count <= SHOWN;
  const rule = { rule: /** @type {const} */ ("list"), of, shown, ...(scaled && factors(field)) };
  const hint = `${size} values, such as 1, 2, 3; empty: the defaults`;
  return control(field, steps, rule, text(hint), tail ? "list" : size);
}

/**
 * @param {string} of
 * @returns {Rule}
 */
function typed(of) {
  return { rule: "typed", of };
}

/**
 * @param {string} hint
 * @returns {Widget}
 */
function text(hint) {
  return { kind: "text", hint };
}

/**
 * The default of a field, as JSON has it: its tag's, else what no bytes but 0 mean.
 *
 * @param {Field} field
 * @returns {any}
 */
function initialOf(field) {
  const lengths = lengthsOf(field);
  if (Array.isArray(field.default)) return field.default;
  if (field.type.struct || lengths[0] === -1) return field.default ?? [];
  const [first, ...rest] = [...lengths].reverse();
  /** @type {any} */
  let value = field.default ?? zeroOf(field);
  if (formOf(field) === "choice" && typeof value !== "string")
    value = field.type.enum?.label(value) ?? value;
  if (first === undefined) return value;
  let list = Array(Math.min(first, SHOWN + 1)).fill(value);
  for (const length of rest) list = Array(Math.min(length, SHOWN + 1)).fill(list);
  return list;
}

/** @param {Field} field */
function zeroOf(field) {
  const form = formOf(field);
  if (form === "text") return "";
  if (form === "truth") return false;
  return form === "complex" ? [0, 0] : 0;
}

/**
 * @param {Steps} steps
 * @returns {string}
 */
function pathText(steps) {
  return steps.reduce(
    (/** @type {string} */ text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${step}` : step,
    "",
  );
}

/**
 * What is known of a reply's fields before it comes.
 *
 * @param {Struct} struct
 * @returns {import("./answer.mjs").Part[]}
 */
export function replyParts(struct) {
  return [...struct.fields.values()].map((field) => {
    const [scale, bias] = scaling(field) ?? [null, null];
    return {
      name: field.name,
      title: titleOf(field),
      tip: [field.doc, fieldNotes(field)].filter(Boolean).join(" "),
      unit: unitOf(field),
      real: formOf(field) === "real",
      scale,
      bias,
      time: field.time ?? null,
    };
  });
}
