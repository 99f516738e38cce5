// The line that a form shows of a command: what it waits for, the driver's reply, or what is wrong.

import { element } from "../elements.mjs";
import { toShown } from "./rules.mjs";

export const GOOD = "#1a7f37";
export const BAD = "#b3261e";
export const BUSY = "#666";

const FEW = 6; // elements of an array that are printed
const EPOCHS = /** @type {Record<string, [number, string]>} */ ({
  unix: [0, "UTC"],
  gps: [Date.UTC(1980, 0, 6) / 1000, "GPS"],
});
const DIGITS = /** @type {Record<string, number>} */ ({ s: 0, ms: 3, us: 6, ns: 9 });

/**
 * What is known of a reply's field before it comes.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} title What people call it.
 * @property {string} tip
 * @property {string} unit
 * @property {boolean} real
 * @property {number | null} scale
 * @property {number | null} bias
 * @property {{unit: string, epoch: string} | null} time
 */

/**
 * The HTML of a text in a colour; what is in it goes in as text.
 *
 * @param {string} text
 * @param {string} color
 */
export function line(text, color) {
  return element("span", { style: `color:${color}` }, text).outerHTML;
}

/**
 * A reply's fields, in one line that wraps.
 *
 * @param {Part[]} parts
 * @param {Record<string, any>} fields
 */
export function replyLine(parts, fields) {
  const line = element("div", { style: "line-height:1.4" });
  parts.forEach((part, index) => {
    const { title, tip, unit, name } = part;
    if (index) line.append(" · ");
    line.append(
      element(
        "span",
        { title: tip },
        `${title} `,
        element("b", {}, valueText(part, fields[name])),
        unit ? ` ${unit}` : "",
      ),
    );
  });
  return line;
}

/**
 * A field's value as people read it.
 *
 * @param {Part} part
 * @param {any} value As JSON has it.
 */
export function valueText(part, value) {
  const moment = part.time && timeText(part.time, value);
  return moment || plainText(toShown(part, value), part.real || part.scale !== null);
}

/**
 * @param {any} value
 * @param {boolean} real
 * @returns {string}
 */
function plainText(value, real) {
  if (value === null || value === undefined) return "not a finite number";
  if (Array.isArray(value)) {
    const shape = [];
    for (let one = value; Array.isArray(one); one = one[0]) shape.push(one.length);
    const flat = value.flat(Infinity);
    if (flat.length > FEW || flat.some((one) => one !== null && typeof one === "object"))
      return `<${shape.join(" x ")} values>`;
    return `[${value.map((one) => plainText(one, real)).join(", ")}]`;
  }
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return entries.map(([name, one]) => `${name} ${plainText(one, true)}`).join(", ");
  }
  if (typeof value === "number" && real) return String(Number(value.toPrecision(7)));
  return String(value);
}

/**
 * @param {{unit: string, epoch: string}} time
 * @param {any} value
 */
function timeText({ unit, epoch }, value) {
  const [begin, zone] = EPOCHS[epoch] ?? [];
  if (begin === undefined || value === null || Array.isArray(value)) return "";
  const digits = DIGITS[unit];
  const per = 10n ** BigInt(digits);
  let count;
  try {
    count = BigInt(typeof value === "number" ? Math.floor(value) : value);
  } catch {
    return "";
  }
  const rest = ((count % per) + per) % per;
  const moment = new Date((begin + Number((count - rest) / per)) * 1000);
  if (Number.isNaN(moment.getTime())) return "";
  const fraction = digits ? `.${String(rest).padStart(digits, "0")}` : "";
  return `${moment.toISOString().slice(0, 19).replace("T", " ")}${fraction} ${zone}`;
}
