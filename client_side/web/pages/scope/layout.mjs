// The panes of the scope page as a text, for its link, and back. A link may come from anyone: what
// does not fit is left out. Pure.

import { EDGES, MODES } from "../../scope/trigger.mjs";

/** @typedef {import("../../scope/recipe.mjs").Choice} Choice */
/** @typedef {import("../../scope/screen.mjs").Settings} Settings */
/**
 * One pane: what is drawn, and what the user has set.
 *
 * @typedef {{driver: string, message: string, wide?: boolean} & Choice & Settings} Pane
 */

const MOST_PANES = 12;
const MOST_NAMES = 32;

/**
 * Reads the panes of a link.
 *
 * @param {string | null} text
 * @returns {Pane[] | null} null: it does not say any.
 */
export function readLayout(text) {
  if (!text) return null;
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(json)) return null;
  return json.slice(0, MOST_PANES).flatMap((one) => readPane(one) ?? []);
}

/**
 * Writes panes as a text; what is null or as at first is left out.
 *
 * @param {Pane[]} panes
 */
export function writeLayout(panes) {
  return JSON.stringify(panes, (key, value) =>
    value === null && key !== "window" ? undefined : value,
  );
}

/**
 * @param {any} json
 * @returns {Pane | null}
 */
function readPane(json) {
  if (typeof json !== "object" || json === null) return null;
  const { driver, message } = json;
  if (typeof driver !== "string" || typeof message !== "string") return null;
  /** @type {Pane} */
  const pane = { driver, message };
  if (json.wide === true) pane.wide = true;
  const y = names(json.y);
  if (y.length) pane.y = y;
  for (const key of /** @type {const} */ (["x", "by"]))
    if (typeof json[key] === "string") pane[key] = json[key];
  if (json.window === null || isPositive(json.window)) pane.window = json.window;
  if (isPositive(json.decimate)) pane.decimate = json.decimate;
  for (const key of /** @type {const} */ (["zoom", "range"]))
    if (isRange(json[key])) pane[key] = json[key];
  const hidden = names(json.hidden);
  if (hidden.length) pane.hidden = hidden;
  const trigger = readTrigger(json.trigger);
  if (trigger) pane.trigger = trigger;
  return pane;
}

/**
 * @param {any} json
 * @returns {Partial<import("../../scope/trigger.mjs").Settings> | null}
 */
function readTrigger(json) {
  if (typeof json !== "object" || json === null || !MODES.includes(json.mode)) return null;
  const { mode, edge, level, hold, source, position } = json;
  return {
    mode,
    ...(EDGES.includes(edge) && { edge }),
    ...(Number.isFinite(level) && { level }),
    ...(hold >= 0 && Number.isFinite(hold) && { hold }),
    ...(typeof source === "string" && { source }),
    ...(position >= 0 && position <= 1 && { position }),
  };
}

/**
 * @param {any} value
 * @returns {string[]}
 */
function names(value) {
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one === "string").slice(0, MOST_NAMES);
}

/** @param {any} value */
function isPositive(value) {
  return Number.isFinite(value) && value > 0;
}

/** @param {any} value */
function isRange(value) {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every(Number.isFinite) &&
    value[0] < value[1]
  );
}
