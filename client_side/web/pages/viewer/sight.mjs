// What part of an image is seen: its middle and its scale. Pure.

/** @typedef {import("./pyramid.mjs").Box} Box */
/** @typedef {{width: number, height: number}} Size */

const MOST = 64; // pixels of the screen for one of the image
const FIT_LEAST = 0.5; // of the scale at which all is seen

/** A view of an image. Screens are in pixels of the screen, places in pixels of the full image. */
export class Sight {
  /** The middle. */
  x = 0;
  y = 0;
  /** Pixels of the screen for one of the image. */
  scale = 1;

  /**
   * Shows all of an image.
   *
   * @param {Size} image
   * @param {Size} screen
   */
  fit(image, screen) {
    this.x = image.width / 2;
    this.y = image.height / 2;
    this.scale = fitting(image, screen);
  }

  /**
   * Moves the image with what touches it.
   *
   * @param {number} dx Pixels of the screen.
   * @param {number} dy
   */
  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /**
   * Makes the image larger around a place of the screen, which stays where it is.
   *
   * @param {number} factor
   * @param {number} x Pixels from the left edge of the screen.
   * @param {number} y
   * @param {Size} image
   * @param {Size} screen
   */
  zoom(factor, x, y, image, screen) {
    const before = this.placeAt(x, y, screen);
    const least = FIT_LEAST * Math.min(fitting(image, screen), 1);
    this.scale = Math.min(Math.max(this.scale * factor, least), MOST);
    const after = this.placeAt(x, y, screen);
    this.x += before.x - after.x;
    this.y += before.y - after.y;
  }

  /**
   * Keeps the middle inside of the image, so that it is never out of sight.
   *
   * @param {Size} image
   */
  keepIn({ width, height }) {
    this.x = Math.min(Math.max(this.x, 0), width);
    this.y = Math.min(Math.max(this.y, 0), height);
  }

  /**
   * The place of the image at a place of the screen.
   *
   * @param {number} x
   * @param {number} y
   * @param {Size} screen
   */
  placeAt(x, y, screen) {
    return {
      x: this.x + (x - screen.width / 2) / this.scale,
      y: this.y + (y - screen.height / 2) / this.scale,
    };
  }

  /**
   * The part of the image that a screen shows.
   *
   * @param {Size} screen
   * @returns {Box}
   */
  box(screen) {
    const { x: left, y: top } = this.placeAt(0, 0, screen);
    const { x: right, y: bottom } = this.placeAt(screen.width, screen.height, screen);
    return { left, top, right, bottom };
  }

  /** As a link has it: the middle and the scale. */
  toString() {
    return [this.x, this.y, this.scale].map((value) => Number(value.toPrecision(6))).join(",");
  }

  /**
   * Takes over what a link says.
   *
   * @param {string | null} text
   * @returns {boolean} Whether it says where.
   */
  read(text) {
    const [x, y, scale] = (text ?? "").split(",").map((word) => (word === "" ? NaN : Number(word)));
    if (![x, y, scale].every(Number.isFinite) || scale <= 0 || scale > MOST) return false;
    Object.assign(this, { x, y, scale });
    return true;
  }
}

/**
 * @param {Size} image
 * @param {Size} screen
 */
function fitting(image, screen) {
  return Math.min(screen.width / image.width, screen.height / image.height, MOST);
}
