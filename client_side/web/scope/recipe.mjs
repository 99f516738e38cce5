// Chooses which fields of a message a scope draws, and how: the recipe that a notebook's scope gets
// from Python (`plot/recipe.py`, `scope/recipe.py`), for pages without a kernel. A test compares the
// two. Pure.

import { axesOf } from "./axes.mjs";
import { chosenFields } from "./choice.mjs";
import { MOST_LINES } from "./lines.mjs";
import { PathError } from "../decode/places.mjs";
import { formOf, scaling, unitOf } from "../decode/shown.mjs";
import { familiesOf } from "./palette.mjs";
import { findPath, lengthsOf } from "./paths.mjs";
import { leftText } from "./reading.mjs";

/** @typedef {import("../decode/structs.mjs").Field} Field */
/** @typedef {import("../decode/structs.mjs").Message} Message */
/** @typedef {import("./paths.mjs").Path} Path */
/** @typedef {import("./screen.mjs").ScreenRecipe} ScreenRecipe */
/**
 * What the user chose; what is left out is chosen here.
 *
 * @typedef {object} Choice
 * @property {string[] | null} [y] Paths of the fields.
 * @property {string | null} [x] Path of the step from one sample to the next, or of an x array.
 * @property {string | null} [by] Path of the field that tells lines apart; `index`: each element of
 *   an array is a line.
 * @property {number | null} [window] Seconds that are seen.
 * @property {number | null} [decimate] Samples behind a minimum and a maximum that the relay makes.
 */

/** A message or a field that no scope can draw; the text says why. */
export class NotDrawable extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = "NotDrawable";
  }
}

const WINDOW = 10; // s of scalars that are seen, if nothing else is said
const COUNTER = "first_sample";
const BY_INDEX = "index";
const MOST_LABEL = 60; // characters that an axis has room for
const MOST_WINDOW = 1e7; // s

/**
 * Makes the recipe of a scope.
 *
 * @param {string} driver
 * @param {Message} message
 * @param {Choice} [choice]
 * @returns {ScreenRecipe}
 * @throws {NotDrawable | PathError}
 */
export function makeRecipe(driver, message, choice = {}) {
  const { window = null, decimate = null } = choice;
  if (window !== null && !(window > 0 && window <= MOST_WINDOW))
    throw new NotDrawable(
      `window is ${window}; it can be a number of seconds up to ${MOST_WINDOW}`,
    );
  if (decimate !== null && !(Number.isInteger(decimate) && decimate >= 2))
    throw new NotDrawable(`decimate is ${decimate}; it can be a whole number from 2`);
  const texts = textsOf(message, choice.y ?? null, choice.x ?? null, choice.by ?? null);
  const paths = texts.slice(0, MOST_LINES).map((text) => findPath(message, text));
  const dimensions = paths.map((path) => dimensionsOf(message, path));
  const names = paths.map(({ text }) => text);
  if (!names.length || (names.length > 1 && !alike(dimensions)))
    throw new NotDrawable(
      `${message.name}: give one or more scalar fields, or one or more arrays, to be drawn`,
    );
  if (dimensions[0] === 2 || (dimensions[0] === 1 && names.length === 1 && isTile(message)))
    throw new NotDrawable(`${message.name}.${names[0]} is an image: a scope draws lines`);
  const by = tellerOf(message, choice.by === BY_INDEX ? indexBy(message) : choice.by, names);
  const array = dimensions[0] === 1;
  const xField = array ? xFieldOf(message, choice.x ?? null) : null;
  if (!array && choice.x)
    throw new NotDrawable(`${message.name}: scalar fields are drawn against time; leave x out`);
  const x = xField?.path ?? null;
  const step = xField !== null && !lengthsOf(xField.field).length;
  checkTime({ message, paths, array, step, x, window, decimate });
  return {
    ...labelsOf(message, paths, xField, array),
    message: message.name,
    driver,
    kind: array ? "block" : "trend",
    y: names,
    types: paths.map(({ field }) => typeOf(field)),
    units: paths.map(({ field }) => unitOf(field)),
    scales: paths.map(({ field }) => scaling(field)),
    x,
    x_scale: (xField && scaling(xField.field)) ?? [],
    x_kind: x === null ? null : step ? "step" : "array",
    families: familiesOf(paths),
    left: leftText(paths.length, texts.length, `name others, such as ${texts[MOST_LINES]}`),
    by,
    first: array && step && isCounter(message) ? COUNTER : null,
    decimate,
    window: window === null && !array ? WINDOW : window,
    height: 320,
    fps: 60,
  };
}

/**
 * The numbers of a message that can be drawn, as paths: to choose from.
 *
 * @param {Message} message
 * @returns {string[]}
 */
export function drawablePaths(message) {
  return [...numbersIn(message.fields.values(), "")].filter((text) =>
    canDraw(message, { y: [text] }),
  );
}

/**
 * Whether a scope can draw this of a message.
 *
 * @param {Message} message
 * @param {Choice} [choice]
 */
export function canDraw(message, choice) {
  try {
    makeRecipe("", message, choice);
    return true;
  } catch (error) {
    if (error instanceof NotDrawable || error instanceof PathError) return false;
    throw error;
  }
}

/**
 * @param {Iterable<Field>} fields
 * @param {string} before
 * @returns {Iterable<string>}
 */
function* numbersIn(fields, before) {
  for (const field of fields) {
    const { struct } = field.type;
    if (struct && !struct.union)
      yield* numbersIn(struct.fields.values(), `${before}${field.name}.`);
    else if (field.type.drawable) yield before + field.name;
  }
}

/**
 * @param {Message} message
 * @param {string[] | null} y
 * @param {string | null} x
 * @param {string | null} by
 */
function textsOf(message, y, x, by) {
  const every = by === BY_INDEX && !message.fields.has(BY_INDEX);
  return (y ?? chosenFields(message)).flatMap((text) => linesOf(message, text, every, x === null));
}

/**
 * The paths of the lines that a path stands for: of `axis.speed`, one for each axis.
 *
 * @param {Message} message
 * @param {string} text
 * @param {boolean} every
 * @param {boolean} tagged Elements with names of `@channels` are lines.
 */
function linesOf(message, text, every, tagged) {
  const path = findPath(message, text);
  const { shape } = path;
  if (tagged && path.field.channels.length && path.channel === null && shape.length) {
    // Of a table with more elements than there can be lines, a picture is made.
    const count = shape.reduce((all, length) => all * length, 1);
    every ||= shape.length === 1 || count <= MOST_LINES;
  }
  if (shape.includes(-1) && (every || text.includes("[:]")))
    throw new NotDrawable(`${message.name}.${text}: not every message has the same elements`);
  if (shape.includes(-1) && shape.length > 1) return [text];
  const found = path.lines(every);
  return found.length === 1 ? [text] : found;
}

/** @param {Message} message */
function indexBy(message) {
  return message.fields.has(BY_INDEX) ? BY_INDEX : null;
}

/** @param {number[]} dimensions */
function alike(dimensions) {
  return dimensions[0] < 2 && dimensions.every((one) => one === dimensions[0]);
}

/**
 * @param {Message} message
 * @param {Path} path
 */
function dimensionsOf(message, { field, shape, text }) {
  if (field.type.drawable && shape.length <= 2) return shape.length;
  const reason =
    field.type.kind === "complex" ? "its numbers are complex" : "give a field of numbers";
  throw new NotDrawable(`${message.name}.${text} cannot be drawn: ${reason}`);
}

/**
 * The path of the field that tells lines apart; `channel`, if there is one.
 *
 * @param {Message} message
 * @param {string | null | undefined} by
 * @param {string[]} names
 */
function tellerOf(message, by, names) {
  if (!by) return message.fields.has("channel") && !names.includes("channel") ? "channel" : null;
  const teller = findPath(message, by);
  if (teller.field.type.drawable && !teller.shape.length) return by;
  throw new NotDrawable(`${message.name}.${by} is not a number: it cannot tell lines apart`);
}

/**
 * The field with the step from one sample to the next, or with the place of each; `dt`, if there is
 * one.
 *
 * @param {Message} message
 * @param {string | null} x
 */
function xFieldOf(message, x) {
  const path = x ?? (message.fields.has("dt") ? "dt" : null);
  if (path === null) return null;
  const found = findPath(message, path);
  dimensionsOf(message, found);
  const { time } = found.field;
  if (time && time.epoch !== "none" && !found.shape.length)
    throw new NotDrawable(
      `${message.name}.${path} is a point in time, not the step from one sample to the next: ` +
        "name a field with that as x, or leave x out",
    );
  return { path, field: found.field };
}

/**
 * Refuses a window and a decimation that the message has no times for.
 *
 * @param {{message: Message, paths: Path[], array: boolean, step: boolean, x: string | null,
 *   window: number | null, decimate: number | null}} wanted
 */
function checkTime({ message, paths, array, step, x, window, decimate }) {
  if (window !== null && array && !step)
    throw new NotDrawable(
      `${message.name} does not say how far apart its samples are, so they cannot roll by: name a ` +
        "field with the step as x, or leave the window out; if each element is a channel, draw " +
        `${paths[0].text}[:]`,
    );
  if (decimate !== null && (!array || !(step || x === null)))
    throw new NotDrawable(
      `${message.name}: the relay decimates arrays with a fixed step; leave decimate out`,
    );
}

/**
 * @param {Message} message
 * @param {Path[]} paths
 * @param {{path: string, field: Field} | null} xField
 * @param {boolean} array
 */
function labelsOf(message, paths, xField, array) {
  const names = lineNames(paths);
  const fields = paths.map(({ field }) => field);
  const unit = array ? (xField ? unitOf(xField.field) : "") : "s";
  const shown = paths.length > 1 ? names : paths.map(({ text }) => text);
  return {
    title: message.doc ? `${message.name}: ${message.doc}` : message.name,
    names,
    x_label: unit === "s" ? "time" : (xField?.path ?? "index"),
    x_unit: unit,
    y_label: axisLabel(shown, fields),
    axes: axesOf(fields, names),
  };
}

/**
 * The names of lines; those of several arrays are told apart.
 *
 * @param {Path[]} paths
 */
function lineNames(paths) {
  const channels = paths.map(({ channel }) => channel);
  const arrays = new Set(channels.map((channel) => channel?.[0] ?? null));
  const names = paths.map(({ text }, number) => {
    const channel = channels[number];
    if (channel === null) return text;
    return arrays.size === 1 ? channel[1] : channel.join(" ");
  });
  return new Set(names).size < names.length ? paths.map(({ text }) => text) : names;
}

/**
 * The label of an axis: the unit; what has which, where there are several units.
 *
 * @param {string[]} names
 * @param {Field[]} fields
 */
function axisLabel(names, fields) {
  const units = fields.map((field) => (unitOf(field) ? ` [${unitOf(field)}]` : ""));
  if (new Set(units).size === 1 && names.length > 1) return units[0].trim();
  const titles = fields.map((field, number) => (field.label || names[number]) + units[number]);
  const label = titles.join(", ");
  if (names.length === 1 || label.length <= MOST_LABEL) return label;
  return [...new Set(units.map((unit) => unit.trim() || "[1]"))].join(", ");
}

/** @param {Message} message */
function isTile(message) {
  return ["width", "height"].every((name) => isWhole(message.fields.get(name)));
}

/** @param {Message} message */
function isCounter(message) {
  return isWhole(message.fields.get(COUNTER));
}

/** @param {Field | undefined} field */
function isWhole(field) {
  return field !== undefined && !lengthsOf(field).length && formOf(field) === "whole";
}

/**
 * numpy's type of what is drawn, of which room is made.
 *
 * @param {Field} field
 */
function typeOf(field) {
  if (scaling(field)) return "<f8";
  const { code } = field.type;
  return `${code.size === 1 ? "|" : code.little ? "<" : ">"}${code.name}`;
}
