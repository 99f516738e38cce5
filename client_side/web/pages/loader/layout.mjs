// The graphs of the loader page as a text, for its link, and back. A link may come from anyone: what
// does not fit is left out. Pure.

/**
 * One graph: what is drawn, and how.
 *
 * @typedef {object} Chosen
 * @property {string} driver
 * @property {string} message
 * @property {string[]} [y] Paths of the fields; left out: those that a scope would draw.
 * @property {string | null} [by] Path of the field that tells lines apart; "": none.
 * @property {number} [seconds] That are seen.
 * @property {string} [spec] The specification, if it is the user's own.
 */

const MOST_GRAPHS = 24;
const MOST_NAMES = 32;
const MOST_SPEC = 20_000; // characters
const SHORTEST = 0.1; // s
const LONGEST = 86_400;

/** The windows that are offered, in seconds. */
export const WINDOWS = [10, 60, 300, 3600];

/** What is drawn if the link does not say anything: the relay's own figures. @type {Chosen[]} */
export const FIRST = [10, 300].flatMap((seconds) => [
  { driver: "relay", message: "relay_driver", y: ["frame_rate"], seconds },
  { driver: "relay", message: "relay_status", y: ["byte_rate", "sent_byte_rate"], seconds },
]);

/**
 * Reads the graphs of a link.
 *
 * @param {string | null} text
 * @returns {Chosen[] | null} null: it does not say any.
 */
export function readGraphs(text) {
  if (!text) return null;
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(json)) return null;
  return json.slice(0, MOST_GRAPHS).flatMap((one) => readGraph(one) ?? []);
}

/**
 * Writes graphs as a text; what is not chosen is left out.
 *
 * @param {Chosen[]} graphs
 */
export function writeGraphs(graphs) {
  return JSON.stringify(graphs);
}

/**
 * @param {any} json
 * @returns {Chosen | null}
 */
function readGraph(json) {
  if (typeof json !== "object" || json === null) return null;
  const { driver, message, y, by, seconds, spec } = json;
  if (typeof driver !== "string" || typeof message !== "string") return null;
  /** @type {Chosen} */
  const graph = { driver, message };
  const names = Array.isArray(y) ? y.filter((one) => typeof one === "string") : [];
  if (names.length) graph.y = names.slice(0, MOST_NAMES);
  if (typeof by === "string") graph.by = by;
  if (Number.isFinite(seconds) && seconds >= SHORTEST && seconds <= LONGEST)
    graph.seconds = seconds;
  if (typeof spec === "string" && spec.length <= MOST_SPEC) graph.spec = spec;
  return graph;
}
