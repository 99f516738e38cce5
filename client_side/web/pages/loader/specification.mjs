// Specifications of graphs, in Vega-Lite: the one that a graph begins with, and what is checked and
// added before one is drawn. Pure.

/** Name of the rows among a specification's data. */
export const ROWS = "rows";
/**
 * What a specification may name beside the fields of a row: the first and the last time that are
 * seen, and a range of the values, which is never empty.
 */
export const EDGES = ["from", "to", "bottom", "top"];
/** Bytes are written as kB and MB. */
const BYTES = "format(datum.value, '.3~s') + 'B'";
/** Of a graph that is as wide as the page, with its axes and its legend. */
const HEIGHT = 280;

/**
 * Keys that would load something, or make rows without end: the rows are the driver's, and a link
 * with a specification may come from anyone.
 */
const REFUSED = new Map([
  ["data", "the rows are those of the fields that are chosen"],
  ["datasets", "the rows are those of the fields that are chosen"],
  ["url", "a graph loads nothing"],
  ["href", "a graph leads nowhere"],
  ["usermeta", "the page's settings are not a graph's"],
  ["bind", "choose values above the graph"],
  ["keyvals", "rows are not made up"],
  ["projection", "a graph is no map"],
  ["latitude", "a graph is no map"],
  ["longitude", "a graph is no map"],
]);
const DEEPEST = 40;
/** What Vega-Lite takes without a word, and then fails at, or draws as something else. */
const WORDS = new Map([
  [
    "mark",
    ["arc", "area", "bar", "boxplot", "circle", "errorband", "errorbar", "line", "point"].concat(
      ["rect", "rule", "square", "text", "tick", "trail"], // image and geoshape would load something
    ),
  ],
  [
    "aggregate",
    ["argmax", "argmin", "average", "ci0", "ci1", "count", "distinct", "max", "mean"].concat(
      ["median", "min", "missing", "product", "q1", "q3", "stderr", "stdev", "stdevp", "sum"],
      ["valid", "values", "variance", "variancep"],
    ),
  ],
]);
const WHOLES = ["mark", "layer", "facet", "hconcat", "vconcat", "concat", "repeat"];
const TYPES = ["quantitative", "temporal", "ordinal", "nominal"];

/** A specification that cannot be drawn; the text says why. */
export class SpecificationError extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = "SpecificationError";
  }
}

/**
 * What a graph begins with.
 *
 * @param {object} graph
 * @param {boolean} graph.array Each frame is a line: over the index, not over time.
 * @param {string} graph.label Of the values.
 * @param {boolean} [graph.bytes] Whether they are bytes.
 */
export function firstSpecification({ array, label, bytes = false }) {
  const [from, to, bottom, top] = EDGES.map((edge) => ({ expr: edge }));
  const x = array
    ? { field: "index", type: "quantitative", title: "index", scale: { nice: false } }
    : {
        field: "time",
        type: "temporal",
        title: null,
        scale: { domain: [from, to] },
        axis: {
          format: "%H:%M:%S",
          grid: false, // it would be made anew for each picture
          labelBound: true,
          labelOverlap: true,
          labelSeparation: 10,
          tickCount: { expr: "width / 90" },
        },
      };
  return {
    mark: { type: "line", clip: true },
    encoding: {
      x,
      y: {
        field: "value",
        type: "quantitative",
        title: label,
        scale: { domain: [bottom, top], nice: true },
        ...(bytes && { axis: { labelExpr: BYTES } }),
      },
      color: { field: "series", type: "nominal", title: null },
    },
  };
}

/**
 * Reads what the user wrote.
 *
 * @param {string} text
 * @returns {Record<string, any>}
 * @throws {SpecificationError}
 */
export function readSpecification(text) {
  let spec;
  try {
    spec = JSON.parse(text);
  } catch (error) {
    throw new SpecificationError(`It is not JSON: ${/** @type {Error} */ (error).message}`);
  }
  if (typeof spec !== "object" || spec === null || Array.isArray(spec))
    throw new SpecificationError("It must be an object: { … }");
  if (typeof spec.$schema === "string" && !spec.$schema.includes("/vega-lite/"))
    throw new SpecificationError("It is no Vega-Lite: $schema says otherwise");
  if (!WHOLES.some((key) => key in spec))
    throw new SpecificationError(`It says no mark: one of ${WHOLES.join(", ")} has to be there`);
  check(spec, 0);
  return spec;
}

/**
 * Adds to a specification what the page gives: the rows, the edges of the time that is seen, the
 * size, colours.
 *
 * @param {Record<string, any>} spec
 * @param {Record<string, any>} theme A Vega-Lite config.
 * @returns {any}
 */
export function completed(spec, theme) {
  const { params = [], config = {}, ...rest } = spec;
  const named = new Set(params.map((/** @type {any} */ { name }) => name));
  const edges = EDGES.filter((name) => !named.has(name)).map((name) => ({ name, value: 0 }));
  const parted = ["row", "column", "facet"].some((channel) => channel in (spec.encoding ?? {}));
  const single = ("mark" in spec || "layer" in spec) && !parted; // only that can be as wide as the page
  return {
    ...(single && { width: "container", height: HEIGHT, encoding: {} }),
    autosize: { type: single ? "fit" : "pad", contains: "padding" },
    ...rest,
    data: { name: ROWS },
    params: [...params, ...edges],
    config: { ...theme, ...config },
  };
}

/**
 * @param {any} value
 * @param {number} depth
 */
function check(value, depth) {
  if (typeof value !== "object" || value === null) return;
  if (depth > DEEPEST) throw new SpecificationError(`It is nested more than ${DEEPEST} deep`);
  if (Array.isArray(value)) {
    for (const one of value) check(one, depth + 1);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    const why = REFUSED.get(key);
    if (why !== undefined && !(key === "data" && one?.name === ROWS))
      throw new SpecificationError(`Leave "${key}" out: ${why}`);
    const words = WORDS.get(key);
    const word = key === "mark" && typeof one === "object" ? one?.type : one;
    if (words && typeof word !== "object" && !words.includes(word))
      throw new SpecificationError(`${JSON.stringify(word)} is no ${key}: ${listed(words)}`);
    if (key === "type" && "field" in value && !TYPES.includes(one))
      throw new SpecificationError(`${JSON.stringify(one)} is no type: ${listed(TYPES)}`);
    check(one, depth + 1);
  }
}

/** @param {string[]} words */
function listed(words) {
  return `there are ${words.join(", ")}`;
}
