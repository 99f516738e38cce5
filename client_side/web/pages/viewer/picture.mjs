// The picture: what is in view, drawn when something of it has changed. It runs in any thread: it
// knows no page, only messages and canvases.

import { toShown } from "../../decode/shown.mjs";
import { countText, valueText } from "../../scope/reading.mjs";
import { context2d, makeCanvas } from "./canvas.mjs";
import { CanvasPainter } from "./canvas2d.mjs";
import { rangeOf, sample } from "./histogram.mjs";
import { Inset, drawGrid } from "./overlay.mjs";
import { keyOf } from "./pyramid.mjs";
import { colourTable, drawable } from "./scale.mjs";
import { Sight } from "./sight.mjs";
import { Store } from "./store.mjs";
import { Supply } from "./supply.mjs";
import { WebglPainter } from "./webgl.mjs";

/** @typedef {import("../../client.mjs").Address} Address */
/** @typedef {import("./controls.mjs").Choices} Choices */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./pyramid.mjs").Geometry} Geometry */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./scale.mjs").Range} Range */
/** @typedef {import("./tiles.mjs").Tile} Tile */
/** @typedef {import("./wishes.mjs").Asked} Asked */
/**
 * What the page shows: the middle and the scale, its size, pixels of the device for one of its own,
 * and whether it is hidden.
 *
 * @typedef {{x: number, y: number, scale: number, width: number, height: number, ratio: number,
 *   hidden: boolean}} View
 */
/**
 * What the page says.
 *
 * @typedef {{op: "paint", draw: string | null, choices: Choices}
 *   | {op: "open", image: Image | null, asked: Asked}
 *   | {op: "choose", choices: Choices} | {op: "look", view: View}
 *   | {op: "point", pointer: {x: number, y: number} | null}
 *   | {op: "report", id: number} | {op: "probe", id: number, x: number, y: number}
 *   | {op: "address", address: Address}} Wish
 */
/**
 * What the page is told. `range`: it follows the picture.
 *
 * @typedef {{op: "address"} | {op: "geometry", geometry: Geometry}
 *   | {op: "numbers", numbers: Float64Array, range: Range | null}
 *   | {op: "figures", figures: Record<string, string>, notice: string}
 *   | {op: "answer", id: number, answer: any}} Told
 */

const NUMBERS_MS = 300; // between two histograms
const FIGURES_MS = 500;
/** What draws by the processor: there a table is quicker than a shader. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
const LONG_MS = 32; // for a picture
const DELAYS = 512; // of the last pictures, that a report has

/** Shows one image at a time. */
export class Picture {
  sight = new Sight();
  /** @type {Image | null} */
  image = null;
  store = new Store((entry) => this.#painter.forget(entry));
  draws = 0;
  frames = 0;
  /** Seconds that making the pictures took. */
  busy = 0;
  /** @type {number[]} Seconds from publishing the newest tile to drawing it, of the last pictures. */
  delays = [];
  #supply;
  #tellPage;
  #canvas;
  #over;
  #covered = false; // something is drawn over the picture
  /** @type {Choices} */
  #choices = {
    colours: "",
    range: drawable({ low: 0, high: 1, log: false }),
    auto: true,
    grid: false,
    inset: false,
  };
  /** @type {WebglPainter | CanvasPainter} */
  #painter = new CanvasPainter(makeCanvas(1, 1));
  #inset = new Inset();
  #table = new Uint8Array(1024);
  #screen = { width: 1, height: 1 };
  #ratio = 1;
  #hidden = false;
  /** @type {readonly Place[]} */
  #places = [];
  /** @type {ReadonlySet<string>} */
  #needed = new Set();
  #dirty = false; // something has changed since it was drawn
  #planned = false;
  #took = 0; // ms, to draw the last picture
  /** @type {{x: number, y: number} | null} */
  #pointer = null;
  #numbersAt = 0;
  #newest = NaN; // s: when what is drawn next was published
  /** @type {number[]} When the last pictures were drawn. */
  #drawn = [];
  #problem = ""; // of a tile that cannot be drawn
  /** @type {string} */
  #format = "";

  /**
   * @param {MessagePort} tiles Where they come from.
   * @param {(OffscreenCanvas | HTMLCanvasElement)[]} canvases For the picture, and for what is over it.
   * @param {(told: Told, transfer?: Transferable[]) => void} tellPage
   */
  constructor(tiles, [canvas, over], tellPage) {
    this.#supply = new Supply(tiles, {
      ontiles: (all) => this.#take(all),
      ongeometry: (geometry) => this.#learn(geometry),
      onrestart: () => this.store.expire(),
      onaddress: () => tellPage({ op: "address" }),
    });
    this.#canvas = canvas;
    this.#over = over;
    this.#tellPage = tellPage;
    setInterval(() => this.#tell(), FIGURES_MS);
  }

  /** @param {Wish} wish Of the page. */
  receive(wish) {
    if (wish.op === "paint") this.#paint(wish.draw, wish.choices);
    else if (wish.op === "open") this.#open(wish.image, wish.asked);
    else if (wish.op === "choose") this.#choose(wish.choices);
    else if (wish.op === "look") this.#show(wish.view);
    else if (wish.op === "address") this.#supply.answer(wish.address);
    else if (wish.op === "report") this.#answer(wish.id, this.#report());
    else if (wish.op === "probe") this.#answer(wish.id, this.#probe(wish.x, wish.y));
    else if (wish.op === "point") {
      this.#pointer = wish.pointer;
      if (this.#pointer) this.#tell();
    }
  }

  /**
   * @param {number} id
   * @param {any} answer
   */
  #answer(id, answer) {
    this.#tellPage({ op: "answer", id, answer });
  }

  /**
   * Begins to draw.
   *
   * @param {string | null} draw `webgl`, `canvas`, or null: what suits.
   * @param {Choices} choices
   */
  #paint(draw, choices) {
    const byWebgl = draw === "webgl" || (draw !== "canvas" && !isSlow());
    /** @type {any} */
    const context = byWebgl ? this.#canvas.getContext("webgl2", { antialias: false }) : null;
    this.#painter = context
      ? new WebglPainter(this.#canvas, context)
      : new CanvasPainter(this.#canvas);
    this.#choose(choices);
  }

  /** How tiles are drawn. */
  get kind() {
    return this.#painter.kind;
  }

  /**
   * Shows another image, or the same in other pixels.
   *
   * @param {Image | null} image
   * @param {Asked} asked
   */
  #open(image, asked) {
    this.store.clear();
    this.image = image;
    this.#format = this.#problem = "";
    this.#places = [];
    this.#changed();
    this.#supply.open(image, asked);
    this.#look();
  }

  /** @param {Choices} choices */
  #choose(choices) {
    if (choices.colours !== this.#choices.colours) {
      this.#table = colourTable(choices.colours);
      this.#painter.setColours(this.#table);
    }
    this.#choices = choices;
    this.#numbersAt = 0;
    this.#changed();
  }

  /** @param {View} view */
  #show({ x, y, scale, width, height, ratio, hidden }) {
    Object.assign(this.sight, { x, y, scale });
    this.#screen = { width, height };
    this.#ratio = ratio;
    this.#hidden = hidden;
    const size = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
    if (this.#canvas.width !== size.width || this.#canvas.height !== size.height) {
      this.#painter.resize(size.width, size.height);
      Object.assign(this.#over, size);
    }
    this.#look();
    this.#changed();
  }

  #report() {
    const entries = this.#entries();
    return {
      kind: this.kind,
      draws: this.draws,
      frames: this.frames,
      busy: this.busy,
      behind: this.delays.at(-1) ?? NaN,
      delays: this.delays,
      rate: this.#supply.rate,
      visible: this.#places.length,
      loaded: this.#loaded(),
      bytes: this.store.bytes,
      tiles: this.store.count,
      level: entries.at(-1)?.tile.level ?? null,
      format: this.#format,
      geometry: this.store.geometry,
      losses: this.#supply.losses,
      range: this.#choices.range,
      fields: this.#supply.fields,
    };
  }

  /**
   * Draws now, and says what is at a place of the image: the number, and the colour on the screen.
   *
   * @param {number} x
   * @param {number} y
   */
  #probe(x, y) {
    this.#draw();
    const { left, top } = this.sight.box(this.#screen);
    const scale = this.sight.scale * this.#ratio;
    const [column, row] = [(x - left) * scale, (y - top) * scale].map(Math.floor);
    const found = this.store.valueAt(x, y, this.#scale);
    const { fields } = this.#supply;
    return { ...found, colour: this.#painter.colourAt(column, row), fields };
  }

  /** @param {import("./pyramid.mjs").Geometry} geometry */
  #learn(geometry) {
    const first = !this.store.told;
    this.store.told = geometry;
    if (first) this.#tellPage({ op: "geometry", geometry });
  }

  /** @param {Tile[]} tiles Of one picture, or what has come of it. */
  #take(tiles) {
    const before = this.store.geometry;
    for (const tile of tiles) {
      if (Math.max(tile.width, tile.height) > this.#painter.largest) {
        const { largest } = this.#painter;
        const size = `${tile.width} × ${tile.height}`;
        this.#problem = `A tile has ${size} pixels; this browser draws ${largest} at most in a row`;
        continue;
      }
      this.store.take(tile, this.#needed);
      this.frames += 1;
      this.#format = tile.pixels.format;
      this.#newest = tile.time;
    }
    const { geometry } = this.store;
    if (geometry && (geometry.width !== before?.width || geometry.height !== before?.height))
      this.#tellPage({ op: "geometry", geometry });
    this.#changed();
  }

  /** Finds out what is in view, and asks for it. */
  #look() {
    if (this.#hidden) this.#places = [];
    else this.#places = this.store.inView(this.sight.box(this.#screen), this.#scale);
    const { overview } = this.store;
    const places = this.#places.length && overview ? [...this.#places, overview] : this.#places;
    this.#needed = new Set(places.map(keyOf));
    const all = [...new Map(places.map((place) => [keyOf(place), place])).values()];
    this.#supply.look(
      all,
      all.map(keyOf).filter((key) => this.store.has(key)),
    );
  }

  /** Pixels of the device for one of the image. */
  get #scale() {
    return this.sight.scale * this.#ratio;
  }

  #changed() {
    this.#dirty = true;
    this.#plan();
  }

  /** Draws with the screen; where that takes as long as two pictures of it, at once. */
  #plan() {
    if (this.#planned || !this.#dirty) return;
    this.#planned = true;
    const asked = performance.now();
    const draw = () => {
      const begun = performance.now();
      this.#draw();
      this.#count();
      this.#took = performance.now() - begun;
      // Who puts the pictures on the screen is behind: half of the time is left to others.
      const waited = begun - asked;
      if (waited > LONG_MS) setTimeout(() => this.#finish(), waited);
      else this.#finish();
    };
    if (this.#took > LONG_MS) setTimeout(draw);
    else requestAnimationFrame(draw);
  }

  #finish() {
    this.#planned = false;
    this.#plan(); // what came meanwhile
    this.#supply.drawn(this.#took / 1000);
  }

  #entries() {
    return this.store.drawn(this.sight.box(this.#screen), this.#scale);
  }

  #draw() {
    const begun = performance.now();
    this.#dirty = false;
    const box = this.sight.box(this.#screen);
    const entries = this.#entries();
    this.#measure(begun, entries);
    this.#painter.draw(entries, box, drawable(this.#choices.range));
    this.#cover(box);
    this.busy += (performance.now() - begun) / 1000;
  }

  /** @param {import("./pyramid.mjs").Box} box What is in view. */
  #cover(box) {
    const { range, grid, inset } = this.#choices;
    const covers = Boolean(this.store.geometry) && (grid || inset);
    if (!covers && !this.#covered) return; // a canvas that is drawn on is put together anew
    this.#covered = covers;
    const context = context2d(this.#over);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#over.width, this.#over.height);
    if (!covers) return;
    context.scale(this.#ratio, this.#ratio);
    if (grid) drawGrid(context, this.store, this.#places, box, this.sight.scale);
    if (inset) {
      const colours = { range: drawable(range), table: this.#table };
      this.#inset.draw(context, this.#screen, this.store, this.#places, box, colours);
    }
  }

  #count() {
    this.draws += 1;
    this.#drawn.push(performance.now());
    if (this.#drawn.length > 60) this.#drawn.shift();
    if (Number.isNaN(this.#newest)) return;
    const behind = Date.now() / 1000 - this.#newest;
    this.#newest = NaN;
    this.delays.push(behind);
    if (this.delays.length > DELAYS) this.delays.shift();
  }

  /**
   * Makes a histogram from time to time, and lets the range follow it.
   *
   * @param {number} now
   * @param {import("./store.mjs").Entry[]} entries
   */
  #measure(now, entries) {
    if (!entries.length || now - this.#numbersAt < NUMBERS_MS) return;
    this.#numbersAt = now;
    const finest = /** @type {import("./store.mjs").Entry} */ (entries.at(-1)).tile.level;
    const seen = entries.filter(({ tile }) => tile.level === finest);
    const numbers = sample(seen.map(({ tile }) => tile.pixels));
    const { auto } = this.#choices;
    const range = auto ? rangeOf(numbers, this.#choices.range.log) : null;
    if (range) this.#choices = { ...this.#choices, range };
    const own = numbers.slice();
    this.#tellPage({ op: "numbers", numbers: own, range }, [own.buffer]);
  }

  #loaded() {
    return this.#places.filter((place) => this.store.has(keyOf(place))).length;
  }

  #tell() {
    const { geometry } = this.store;
    const { lost, skipped, reasons } = this.#supply.losses;
    const loaded = this.#loaded();
    const visible = this.#places.length;
    const why = reasons.length ? ` (${reasons.join(", ")})` : "";
    const figures = {
      ...this.#reading(),
      Image: geometry ? `${geometry.width} × ${geometry.height} px, ${this.#format}` : "–",
      Tiles: `${visible} visible, ${loaded} loaded, ${visible - loaded} wanted`,
      Pictures: `${this.#pictureRate().toFixed(0)} per second, by ${this.kind}`,
      Memory: `${(this.store.bytes / 2 ** 20).toFixed(0)} MiB`,
      Lost: lost ? `${countText(lost, "frame")}${why}` : "none",
      Skipped: skipped ? `${countText(skipped, "frame")}: newer ones came` : "none",
    };
    this.#tellPage({ op: "figures", figures, notice: this.#problem || this.#supply.problem });
  }

  /** The number under the pointer, or else in the middle. */
  #reading() {
    const { width, height } = this.#screen;
    const at = this.#pointer ?? { x: width / 2, y: height / 2 };
    const { x, y } = this.sight.placeAt(at.x, at.y, this.#screen);
    const found = this.store.valueAt(x, y, this.#scale);
    const value = found && this.image ? readingText(found.value, this.image) : "–";
    const level = found?.level ? `, level ${found.level}` : "";
    return {
      [this.#pointer ? "Pointer" : "Middle"]: `${Math.floor(x)}, ${Math.floor(y)}`,
      Value: value + level,
    };
  }

  #pictureRate() {
    const now = performance.now();
    return this.#drawn.filter((time) => time > now - 1000).length;
  }
}

/**
 * A number as people read it.
 *
 * @param {number} value
 * @param {Image} image
 */
function readingText(value, { unit, shown }) {
  return Number.isNaN(value) ? "NaN" : valueText(toShown(shown, value), unit);
}

/** Whether WebGL is missing, or drawn by software. */
function isSlow() {
  const gl = /** @type {WebGL2RenderingContext | null} */ (makeCanvas(1, 1).getContext("webgl2"));
  if (!gl) return true;
  const { UNMASKED_RENDERER_WEBGL: name } = gl.getExtension("WEBGL_debug_renderer_info") ?? {};
  const renderer = String(gl.getParameter(name ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return SOFTWARE.test(renderer);
}
