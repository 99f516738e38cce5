// Colours of lines: the eight of Okabe and Ito, which colour-blind people can tell apart, without
// black and in an order that is clear on a light and on a dark ground.

const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#b8a800"];

/**
 * @param {number} number The line's.
 * @returns {string}
 */
export function color(number) {
  return COLORS[number % COLORS.length];
}
