// Chooses the colours of lines: elements of one array have shades of one colour. `plot/colors.py` of
// Python is the same for plots; tests/colors.json has cases for both. Pure.

/** @typedef {import("./paths.mjs").Path} Path */
/** @typedef {[number, number, number]} Triple */

// The eight of Okabe and Ito, without black, which colour-blind people can tell apart.
const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#b8a800"];
const [DARKEST, LIGHTEST] = [0.45, 0.8]; // of shades: seen on a white and on a dark ground

// From linear sRGB to the responses of the eye's cones and on to Oklab, in which equal steps look
// equal, and both ways back: https://bottosson.github.io/posts/oklab
/** @type {Triple[]} */
const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
/** @type {Triple[]} */
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
/** @type {Triple[]} */
const FROM_LAB = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
/** @type {Triple[]} */
const FROM_CONES = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

/**
 * Of each line the number of its family: `axis[0].speed` and `axis[1].speed` are one. Elements with
 * names of `@channels` are things of their own.
 *
 * @param {Path[]} paths
 * @returns {number[]}
 */
export function familiesOf(paths) {
  const keys = paths.map(({ text, channel }) =>
    channel ? text : text.replaceAll(/\[\s*\d+\s*\]/g, "[]"),
  );
  const known = [...new Set(keys)];
  return keys.map((key) => known.indexOf(key));
}

/**
 * The colour of each line, by its label, whatever the order in which they came.
 *
 * @param {{label: string, number: number}[]} lines The number is that of its y.
 * @param {number[]} families Of each y. Those that are alone in it have lines of several colours.
 * @returns {Map<string, string>} In the order of the y, and of their lines' labels.
 */
export function lineColors(lines, families) {
  const large = new Set(families.filter((one, at) => families.indexOf(one) !== at));
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  const sorted = [...lines].sort(
    (a, b) => a.number - b.number || a.label.localeCompare(b.label, "en", { numeric: true }),
  );
  for (const { label, number } of sorted) {
    const family = families[number] ?? -1;
    const key = large.has(family) ? `${family}` : `of ${label}`;
    groups.set(key, [...(groups.get(key) ?? []), label]);
  }
  const found = [...groups.values()].flatMap((labels, number) => {
    const colors = shades(PALETTE[number % PALETTE.length], labels.length);
    return labels.map((label, at) => /** @type {const} */ ([label, colors[at]]));
  });
  const colors = new Map(found);
  return new Map(sorted.map(({ label }) => [label, colors.get(label) ?? PALETTE[0]]));
}

/**
 * Shades of one colour, from dark to light in equal steps; of one, the colour itself. Steps of
 * lightness are seen by everybody, whatever hues they can tell apart.
 *
 * @param {string} color
 * @param {number} count
 */
export function shades(color, count) {
  if (count === 1) return [color];
  const [light, a, b] = labOf(color);
  return Array.from({ length: count }, (_, at) => {
    const wanted = DARKEST + ((LIGHTEST - DARKEST) * at) / (count - 1);
    // A mixture with black or with white: of both there is enough in sRGB.
    const part = Math.min(wanted / light, (1 - wanted) / (1 - light));
    return colorOf([wanted, part * a, part * b]);
  });
}

/** @param {string} color `#rrggbb` */
function labOf(color) {
  const linear = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const cones = times(TO_CONES, /** @type {Triple} */ (linear));
  return times(TO_LAB, /** @type {Triple} */ (cones.map(Math.cbrt)));
}

/** @param {Triple} lab */
function colorOf(lab) {
  const cones = times(FROM_LAB, lab).map((one) => one ** 3);
  const parts = times(FROM_CONES, /** @type {Triple} */ (cones)).map((one) => {
    const linear = Math.min(1, Math.max(0, one));
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  });
  return `#${parts
    .map((one) =>
      Math.round(255 * one)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/**
 * @param {Triple[]} rows
 * @param {Triple} column
 * @returns {Triple}
 */
function times(rows, [x, y, z]) {
  const [first, second, third] = rows.map(([a, b, c]) => a * x + b * y + c * z);
  return [first, second, third];
}
