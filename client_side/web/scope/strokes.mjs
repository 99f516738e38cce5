// Draws lines, and bands between minima and maxima, onto a canvas. Pure but for the canvas.

/** @typedef {import("./figures.mjs").Drawn} Drawn */
/**
 * Where points are on a canvas: x at `left + x * across`, y at `bottom - y * up`.
 *
 * @typedef {object} Place
 * @property {number} left
 * @property {number} across
 * @property {number} bottom
 * @property {number} up
 * @property {number} top The upper edge: what is above is drawn there.
 * @property {number} low The lower one.
 */

const LIGHT = 0.35; // opacity of what is between minima and maxima
const EDGE = 0.6; // and of its edge, which is seen where both are the same

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Drawn} line
 * @param {Place} place
 * @param {number} ratio Pixels of the canvas in one of the page.
 * @param {boolean} steps A value stands until the next one.
 */
export function strokeLine(ctx, { points, zero, color }, place, ratio, steps) {
  const { x, y, count } = points;
  const { left, across, bottom, up, top, low } = place;
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.beginPath();
  let pen = false;
  let last = 0;
  for (let index = 0; index < count; index++) {
    if (Number.isNaN(y[index])) {
      pen = false;
      continue;
    }
    const px = left + (x[index] - zero) * across;
    const py = Math.min(low, Math.max(top, bottom - y[index] * up));
    if (pen && steps) ctx.lineTo(px, last);
    last = py;
    if (pen) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    // A value between two gaps has no line: a dot.
    if (!pen && (index + 1 === count || Number.isNaN(y[index + 1]))) {
      ctx.fillRect(px - ratio, py - ratio, 2 * ratio, 2 * ratio);
    }
    pen = true;
  }
  ctx.stroke();
}

/**
 * Fills what is between minima and maxima, which are points in turns; NaN is a gap.
 *
 * @param {CanvasRenderingContext2D} ctx
 * @param {Drawn} line
 * @param {Place} place
 */
export function fillBand(ctx, { points, zero, color }, place) {
  const { x, y, count } = points;
  const { left, across, bottom, up, top, low } = place;
  const at = (/** @type {number} */ index) => left + (x[index] - zero) * across;
  const height = (/** @type {number} */ index) =>
    Math.min(low, Math.max(top, bottom - y[index] * up));
  const before = ctx.globalAlpha;
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.beginPath();
  for (let from = 0; from < count;) {
    if (Number.isNaN(y[from])) {
      from++;
      continue;
    }
    let to = from;
    while (to < count && !Number.isNaN(y[to])) to += 2;
    ctx.moveTo(at(from + 1), height(from + 1));
    for (let index = from + 3; index < to; index += 2) ctx.lineTo(at(index), height(index));
    for (let index = to - 2; index >= from; index -= 2) ctx.lineTo(at(index), height(index));
    ctx.closePath();
    from = to;
  }
  ctx.globalAlpha = LIGHT * before;
  ctx.fill();
  ctx.globalAlpha = EDGE * before;
  ctx.stroke();
  ctx.globalAlpha = before;
}

/**
 * Draws a dashed line from edge to edge.
 *
 * @param {CanvasRenderingContext2D} ctx
 * @param {[number, number]} edges
 * @param {number} at
 * @param {number} ratio
 */
export function strokeLevel(ctx, [left, right], at, ratio) {
  ctx.setLineDash([4 * ratio, 4 * ratio]);
  ctx.beginPath();
  ctx.moveTo(left, at);
  ctx.lineTo(right, at);
  ctx.stroke();
  ctx.setLineDash([]);
}
