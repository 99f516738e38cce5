// The picture: what is in view, drawn when something of it has changed.

import { element } from "../../elements.mjs";
import { countText, valueText } from "../../scope/reading.mjs";
import { CanvasPainter } from "./canvas2d.mjs";
import { Feed } from "./feed.mjs";
import { listen } from "./gestures.mjs";
import { rangeOf, sample } from "./histogram.mjs";
import { Inset, drawGrid } from "./overlay.mjs";
import { keyOf } from "./pyramid.mjs";
import { colourTable, drawable } from "./scale.mjs";
import { Sight } from "./sight.mjs";
import { Store } from "./store.mjs";
import { WebglPainter } from "./webgl.mjs";

/** @typedef {import("../../client.mjs").Client} Client */
/** @typedef {import("../../decode/batch.mjs").Batch} Batch */
/** @typedef {import("./controls.mjs").Choices} Choices */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./pyramid.mjs").Place} Place */
/** @typedef {import("./tiles.mjs").Tile} Tile */

const NUMBERS_MS = 300; // between two histograms
const FIGURES_MS = 500;
const LONG_MS = 12; // for a picture
const GATHER_MS = 30; // for the tiles of a picture
/** What draws by the processor: there a table is quicker than a shader. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
const LABEL = "The picture: drag or arrow keys move it, wheel, + and − zoom, 0 shows all";

/** Shows one image at a time. */
export class Viewer {
  sight = new Sight();
  /** @type {Image | null} */
  image = null;
  /** @type {Feed | null} */
  feed = null;
  store = new Store((entry) => this.#painter.forget(entry));
  draws = 0;
  frames = 0;
  /** Seconds that making the pictures took, in the page's thread. */
  busy = 0;
  /** Seconds from publishing the newest tile to drawing it. */
  behind = NaN;
  #canvas = element("canvas", {});
  #over = element("canvas", { "aria-hidden": "true" });
  #painter;
  #inset = new Inset();
  #table = new Uint8Array(1024);
  #screen = { width: 1, height: 1 };
  #ratio = 1;
  /** @type {readonly Place[]} */
  #places = [];
  /** @type {ReadonlySet<string>} */
  #needed = new Set();
  #dirty = false; // something has changed since it was drawn
  #planned = false;
  #gathering = NaN; // the time of a picture whose tiles come
  #gathered = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  #placed = false; // the link, the user or the first tile has said where
  /** @type {{x: number, y: number} | null} */
  #pointer = null;
  #numbersAt = 0;
  #newest = NaN; // s: when what is drawn next was published
  /** @type {number[]} When the last pictures were drawn. */
  #drawn = [];
  /** @type {Batch | null} */
  #frame = null;
  /** @type {string} */
  #format = "";

  /**
   * @param {Client} client
   * @param {Choices} choices
   * @param {{draw: string | null, onmoved(): void, onnumbers(numbers: Float64Array): void,
   *   onrange(range: import("./scale.mjs").Range): void, onfigures(figures: Record<string, string>): void,
   *   onnotice(text: string): void}} shell `draw`: `webgl`, `canvas`, or null: what suits.
   */
  constructor(client, choices, shell) {
    this.client = client;
    this.choices = choices;
    this.shell = shell;
    this.stage = element(
      "div",
      { className: "stage", tabIndex: 0, role: "group", "aria-label": LABEL },
      this.#canvas,
      this.#over,
    );
    const byWebgl = shell.draw === "webgl" || (shell.draw !== "canvas" && !isSlow());
    const context = byWebgl ? this.#canvas.getContext("webgl2", { antialias: false }) : null;
    this.#painter = context
      ? new WebglPainter(this.#canvas, context)
      : new CanvasPainter(this.#canvas);
    listen(this.stage, {
      pan: (dx, dy) => this.#move(() => this.sight.pan(dx, dy)),
      zoom: (factor, x, y) => {
        const { geometry } = this.store;
        if (geometry) this.#move(() => this.sight.zoom(factor, x, y, geometry, this.#screen));
      },
      fit: () => this.fit(),
      point: (x, y) => {
        this.#pointer = { x, y };
        this.#tell();
      },
      leave: () => (this.#pointer = null),
    });
    new ResizeObserver(() => this.#resize()).observe(this.stage);
    document.addEventListener("visibilitychange", () => this.#look());
    setInterval(() => this.#tell(), FIGURES_MS);
    this.choose(choices);
  }

  /** How tiles are drawn. */
  get kind() {
    return this.#painter.kind;
  }

  /**
   * Shows another image, or the same in other pixels.
   *
   * @param {Image | null} image
   * @param {string | null} format
   * @param {boolean} placed Whether the view says already where.
   */
  open(image, format, placed) {
    this.feed?.close();
    this.store.clear();
    this.image = image;
    this.feed = null;
    this.#placed = placed;
    this.#frame = null;
    this.#format = "";
    this.#places = [];
    this.#changed();
    if (image) {
      this.feed = new Feed(this.client, image, format, {
        ontile: (tile, frame) => this.#take(tile, frame),
        ongeometry: (geometry) => this.#learn(geometry),
        onrestart: () => this.store.expire(),
        onchange: () => this.#tell(),
      });
      this.#look();
    }
  }

  /** @param {Choices} choices */
  choose(choices) {
    if (choices.colours !== this.choices.colours || !this.draws) {
      this.#table = colourTable(choices.colours);
      this.#painter.setColours(this.#table);
    }
    this.choices = choices;
    this.#numbersAt = 0;
    this.#changed();
  }

  /**
   * Shows another place of the image.
   *
   * @param {string | null} text As a link has it.
   */
  go(text) {
    this.#move(() => this.sight.read(text));
  }

  /** Shows all of the image. */
  fit() {
    const { geometry } = this.store;
    if (geometry) this.#move(() => this.sight.fit(geometry, this.#screen));
  }

  /** What is seen, for tests and for figures. */
  report() {
    const entries = this.#entries();
    return {
      kind: this.kind,
      draws: this.draws,
      frames: this.frames,
      busy: this.busy,
      behind: this.behind,
      rate: this.feed?.rate ?? 0,
      visible: this.#places.length,
      loaded: this.#loaded(),
      bytes: this.store.bytes,
      tiles: this.store.count,
      level: entries.at(-1)?.tile.level ?? null,
      format: this.#format,
      geometry: this.store.geometry,
      losses: this.feed?.losses ?? null,
      range: this.choices.range,
      fields: this.#frame && scalars(this.#frame),
    };
  }

  /**
   * Draws now, and says what is at a place of the image: the number, and the colour on the screen.
   *
   * @param {number} x
   * @param {number} y
   */
  probe(x, y) {
    this.#draw();
    const { left, top } = this.sight.box(this.#screen);
    const scale = this.sight.scale * this.#ratio;
    const [column, row] = [(x - left) * scale, (y - top) * scale].map(Math.floor);
    const found = this.store.valueAt(x, y);
    const fields = this.#frame && scalars(this.#frame);
    return { ...found, colour: this.#painter.colourAt(column, row), fields };
  }

  /** @param {import("./pyramid.mjs").Geometry} geometry */
  #learn(geometry) {
    const first = !this.store.told;
    this.store.told = geometry;
    if (first) this.#show();
  }

  /**
   * @param {Tile} tile
   * @param {Batch} frame
   */
  #take(tile, frame) {
    if (Math.max(tile.width, tile.height) > this.#painter.largest) {
      const size = `${tile.width} × ${tile.height}`;
      this.shell.onnotice(
        `A tile has ${size} pixels; this browser draws ${this.#painter.largest} at most in a row`,
      );
      return;
    }
    const { geometry } = this.store;
    this.store.take(tile, this.#needed);
    this.frames += 1;
    this.#frame = frame;
    this.#format = tile.pixels.format;
    this.#newest = tile.time;
    if (!geometry) this.#show();
    else if (this.store.geometry?.width !== geometry.width) this.#look();
    this.#gather(tile.time);
  }

  /**
   * Draws when all tiles of a picture are there, or no more come for a while: a picture in pieces
   * would be drawn several times.
   *
   * @param {number} time Of a tile: those of one picture have the same.
   */
  #gather(time) {
    this.#gathered = time === this.#gathering ? this.#gathered + 1 : 1;
    this.#gathering = time;
    if (this.#gathered >= this.#needed.size) {
      clearTimeout(this.#rest);
      this.#rest = undefined;
      this.#changed();
    } else {
      this.#rest ??= setTimeout(() => {
        this.#rest = undefined;
        this.#changed();
      }, GATHER_MS);
    }
  }

  /** The first time that the size of the image is known. */
  #show() {
    const { geometry } = this.store;
    if (geometry && !this.#placed) {
      this.#placed = Boolean(this.store.told);
      this.sight.fit(geometry, this.#screen);
    } else if (geometry) {
      this.sight.keepIn(geometry); // a link may be of another image
    }
    this.#look();
    this.#changed();
  }

  /** @param {() => void} change */
  #move(change) {
    const { geometry } = this.store;
    if (!geometry) return;
    this.#placed = true;
    change();
    this.sight.keepIn(geometry);
    this.#look();
    this.#changed();
    this.shell.onmoved();
  }

  /** Finds out what is in view, and asks for it. */
  #look() {
    if (document.hidden) this.#places = [];
    else this.#places = this.store.inView(this.sight.box(this.#screen), this.#scale);
    const { overview } = this.store;
    const places = this.#places.length && overview ? [...this.#places, overview] : this.#places;
    this.#needed = new Set(places.map(keyOf));
    const all = [...new Map(places.map((place) => [keyOf(place), place])).values()];
    this.feed?.look(all, (key) => this.store.has(key));
  }

  /** Pixels of the device for one of the image. */
  get #scale() {
    return this.sight.scale * this.#ratio;
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    this.#ratio = devicePixelRatio;
    const [columns, rows] = [width, height].map((side) => Math.round(side * this.#ratio));
    this.#screen = { width, height };
    this.#painter.resize(columns, rows);
    Object.assign(this.#over, { width: columns, height: rows });
    const { geometry } = this.store;
    if (geometry && !this.#placed) this.sight.fit(geometry, this.#screen);
    this.#look();
    this.#changed();
  }

  #changed() {
    this.#dirty = true;
    this.#plan();
  }

  /** Draws with the screen; where that takes long, at most half of the time: tiles come, too. */
  #plan() {
    if (this.#planned || !this.#dirty) return;
    this.#planned = true;
    requestAnimationFrame((begun) => {
      this.#draw();
      this.#count();
      const took = performance.now() - begun;
      setTimeout(
        () => {
          this.#planned = false;
          this.#plan();
        },
        took > LONG_MS ? took : 0,
      );
    });
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
    const { range, grid, inset } = this.choices;
    this.#painter.draw(entries, box, drawable(range));
    const context = /** @type {CanvasRenderingContext2D} */ (this.#over.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#over.width, this.#over.height);
    context.scale(this.#ratio, this.#ratio);
    if (this.store.geometry && grid)
      drawGrid(context, this.store, this.#places, box, this.sight.scale);
    if (this.store.geometry && inset) {
      const colours = { range: drawable(range), table: this.#table };
      this.#inset.draw(context, this.#screen, this.store, this.#places, box, colours);
    }
    this.busy += (performance.now() - begun) / 1000;
  }

  #count() {
    this.draws += 1;
    this.#drawn.push(performance.now());
    if (this.#drawn.length > 60) this.#drawn.shift();
    if (Number.isNaN(this.#newest)) return;
    this.behind = Date.now() / 1000 - this.#newest;
    this.#newest = NaN;
    this.feed?.drawn(this.behind);
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
    if (this.choices.auto) {
      const range = rangeOf(numbers, this.choices.range.log);
      this.choices = { ...this.choices, range };
      this.shell.onrange(range);
    }
    this.shell.onnumbers(numbers);
  }

  #loaded() {
    return this.#places.filter((place) => this.store.has(keyOf(place))).length;
  }

  #tell() {
    const { geometry } = this.store;
    const { lost, reasons } = this.feed?.losses ?? { lost: 0, reasons: [] };
    this.shell.onnotice(this.feed?.problem ?? "");
    const loaded = this.#loaded();
    const visible = this.#places.length;
    const why = reasons.length ? ` (${reasons.join(", ")})` : "";
    this.shell.onfigures({
      ...this.#reading(),
      Image: geometry ? `${geometry.width} × ${geometry.height} px, ${this.#format}` : "–",
      Tiles: `${visible} visible, ${loaded} loaded, ${visible - loaded} wanted`,
      Pictures: `${this.#pictureRate().toFixed(0)} per second, by ${this.kind}`,
      Memory: `${(this.store.bytes / 2 ** 20).toFixed(0)} MiB`,
      Lost: lost ? `${countText(lost, "frame")}${why}` : "none",
    });
  }

  /** The number under the pointer, or else in the middle. */
  #reading() {
    const { width, height } = this.#screen;
    const at = this.#pointer ?? { x: width / 2, y: height / 2 };
    const { x, y } = this.sight.placeAt(at.x, at.y, this.#screen);
    const found = this.store.valueAt(x, y);
    const value = found
      ? Number.isNaN(found.value)
        ? "NaN"
        : valueText(found.value, this.image?.unit)
      : "–";
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

/** Whether WebGL is missing, or drawn by software. */
function isSlow() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return true;
  const { UNMASKED_RENDERER_WEBGL: name } = gl.getExtension("WEBGL_debug_renderer_info") ?? {};
  const renderer = String(gl.getParameter(name ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return SOFTWARE.test(renderer);
}

/**
 * The numbers of a frame beside its pixels.
 *
 * @param {Batch} frame
 * @returns {Record<string, number>}
 */
function scalars(frame) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const { name, shape, tail, type } of frame.type.fields.values()) {
    if (!shape.length && !tail && type.drawable) found[name] = Number(frame.column(name)[0]);
  }
  return found;
}
