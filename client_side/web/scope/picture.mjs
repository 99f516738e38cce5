// The picture that stays in the notebook file: title, lines and names in one PNG.

const HEAD = 22;
const FOOT = 24;
const FONT = "12px system-ui, sans-serif";

/**
 * Paints what is seen now.
 *
 * @param {{canvas: HTMLCanvasElement, title: string, note: string, ground: string, text: string,
 *   entries: {label: string, color: string}[]}} scene
 * @returns {HTMLCanvasElement | null} null where it has no size
 */
export function paint({ canvas, title, note, ground, text, entries }) {
  const ratio = canvas.width / Math.max(1, canvas.clientWidth || canvas.width);
  const [width, height] = [Math.round(canvas.width / ratio), Math.round(canvas.height / ratio)];
  if (!width || !height) return null;
  const sheet = document.createElement("canvas");
  sheet.width = width;
  sheet.height = height + HEAD + FOOT;
  const ink = sheet.getContext("2d");
  if (ink === null) return null;
  ink.fillStyle = ground;
  ink.fillRect(0, 0, sheet.width, sheet.height);
  ink.drawImage(canvas, 0, HEAD, width, height);
  ink.font = FONT;
  ink.textBaseline = "middle";
  ink.fillStyle = text;
  ink.fillText(note ? `${title} (${note})` : title, 8, HEAD / 2 + 1, width - 16);
  let left = 8;
  for (const { label, color } of entries) {
    const top = HEAD + height + FOOT / 2;
    ink.fillStyle = color;
    ink.fillRect(left, top - 2, 14, 4);
    ink.fillStyle = text;
    ink.fillText(label, left + 19, top);
    left += 34 + ink.measureText(label).width;
  }
  return sheet;
}

/**
 * Makes a PNG aside, while other things go on.
 *
 * @param {HTMLCanvasElement} sheet
 * @returns {Promise<Uint8Array | null>}
 */
export async function png(sheet) {
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
  return blob && new Uint8Array(await blob.arrayBuffer());
}

/**
 * Makes a PNG at once, in base64.
 *
 * @param {HTMLCanvasElement} sheet
 */
export function pngText(sheet) {
  return sheet.toDataURL("image/png").replace(/^.*,/, "");
}
