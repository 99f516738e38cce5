// Expressions of Vega without eval, which the page's policy forbids. vega-interpreter walks through
// an expression's tree for every value of every mark; here the trees that most marks have become
// functions once, and the others are left to it. Pure.

import { expressionInterpreter } from "vega-interpreter";

/**
 * Gives the value of an expression for a mark.
 *
 * @typedef {(datum: any, item: any, params: any) => any} Value
 */

/** @type {Record<string, (one: any, other: any) => any>} */
const BINARY = {
  "+": (one, other) => one + other,
  "-": (one, other) => one - other,
  "*": (one, other) => one * other,
  "/": (one, other) => one / other,
  "%": (one, other) => one % other,
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
  "===": (one, other) => one === other,
  "!==": (one, other) => one !== other,
};
/** @type {Record<string, (one: any) => any>} */
const UNARY = { "+": (one) => +one, "-": (one) => -one, "!": (one) => !one };
/** @type {Record<string, Function>} */
const FUNCTIONS = {
  isFinite: Number.isFinite,
  isNaN: Number.isNaN,
  ...Object.fromEntries(
    ["abs", "ceil", "floor", "max", "min", "pow", "round", "sqrt"].map((name) => [
      name,
      /** @type {any} */ (Math)[name],
    ]),
  ),
};
/** Functions that ask for the event, which marks have none of. */
const OF_EVENTS = ["view", "item", "group", "xy", "x", "y"];
/** Channels that are made of others. */
const DERIVED = ["x2", "y2", "xc", "yc"];

/** How Vega is to read expressions: its `expr`. */
export const expressions = {
  ...expressionInterpreter,

  /**
   * Makes what writes the channels of a mark.
   *
   * @param {any} context Vega's, with its functions.
   * @param {{marktype: string, channels: Record<string, {ast: any}>}} encode
   */
  encode(context, encode) {
    const names = Object.keys(encode.channels);
    const values = names.map((name) => valueOf(encode.channels[name].ast, context.functions));
    if (values.includes(null) || DERIVED.some((name) => names.includes(name)))
      return expressionInterpreter.encode(context, encode);
    return (/** @type {any} */ item, /** @type {any} */ params) => {
      const { datum } = item;
      let changed = 0;
      for (let index = 0; index < names.length; index++) {
        const value = /** @type {Value} */ (values[index])(datum, item, params);
        if (item[names[index]] === value) continue;
        item[names[index]] = value;
        changed = 1;
      }
      return changed;
    };
  },
};

/**
 * Makes a function of an expression.
 *
 * @param {any} node Its tree.
 * @param {any} functions Vega's own.
 * @returns {Value | null} null: it is to be interpreted.
 */
export function valueOf(node, functions) {
  const make = NODES[node.type];
  return make ? make(node, (one) => valueOf(one, functions), functions) : null;
}

/** @type {Record<string, (node: any, of: (node: any) => Value | null, functions: any) => Value | null>} */
const NODES = {
  Literal: ({ regex, value }) => (regex ? null : () => value),

  Identifier({ name }) {
    if (name === "datum") return (datum) => datum;
    if (name === "item") return (_, item) => item;
    if (name === "event" || /^[A-Z]/.test(name)) return null; // a constant
    const key = `$${name}`;
    return (_datum, _item, params) => params[key];
  },

  MemberExpression({ object, property, computed }, of) {
    const [owner, key] = [of(object), computed ? of(property) : () => property.name];
    if (!owner || !key) return null;
    return (datum, item, params) => {
      const value = owner(datum, item, params)[key(datum, item, params)];
      return typeof value === "function" ? undefined : value; // nothing that could run code
    };
  },

  CallExpression({ callee, arguments: nodes }, of, functions) {
    const name = callee.name.replace(/^_/, "");
    const values = nodes.map(of);
    if (values.includes(null) || OF_EVENTS.includes(name)) return null;
    const [first, second, third] = values;
    if (name === "if") return choice(first, second, third);
    const called = functions[name] ?? (Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : null);
    if (!called) return null;
    if (values.length === 1)
      return (datum, item, params) => called.call(functions, first(datum, item, params));
    return (datum, item, params) =>
      called.apply(
        functions,
        values.map((/** @type {Value} */ value) => value(datum, item, params)),
      );
  },

  BinaryExpression({ operator, left, right }, of) {
    const [one, other, does] = [of(left), of(right), BINARY[operator]];
    if (!one || !other || !does) return null;
    return (datum, item, params) => does(one(datum, item, params), other(datum, item, params));
  },

  UnaryExpression({ operator, argument }, of) {
    const [one, does] = [of(argument), UNARY[operator]];
    return one && does ? (datum, item, params) => does(one(datum, item, params)) : null;
  },

  ConditionalExpression({ test, consequent, alternate }, of) {
    const [asked, one, other] = [test, consequent, alternate].map(of);
    return asked && one && other ? choice(asked, one, other) : null;
  },

  LogicalExpression({ operator, left, right }, of) {
    const [one, other] = [of(left), of(right)];
    if (!one || !other) return null;
    return operator === "&&"
      ? (datum, item, params) => one(datum, item, params) && other(datum, item, params)
      : (datum, item, params) => one(datum, item, params) || other(datum, item, params);
  },
};

/**
 * @param {Value} asked
 * @param {Value} one
 * @param {Value} other
 * @returns {Value}
 */
function choice(asked, one, other) {
  return (datum, item, params) =>
    asked(datum, item, params) ? one(datum, item, params) : other(datum, item, params);
}
