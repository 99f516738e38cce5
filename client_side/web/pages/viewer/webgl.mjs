// Draws tiles by WebGL: their numbers are textures, and a shader makes colours of them.

import {
  ByteType,
  DataTexture,
  DoubleSide,
  FloatType,
  GLSL3,
  HalfFloatType,
  IntType,
  Mesh,
  OrthographicCamera,
  PlaneGeometry,
  RawShaderMaterial,
  RedFormat,
  RedIntegerFormat,
  RGBAFormat,
  Scene,
  ShortType,
  UnsignedByteType,
  UnsignedIntType,
  UnsignedShortType,
  WebGLRenderer,
} from "three";
import { boxOf } from "./pyramid.mjs";
import { NAN_COLOUR } from "./scale.mjs";

/** @typedef {import("./store.mjs").Entry} Entry */
/** @typedef {import("./scale.mjs").Range} Range */
/** @typedef {import("./pyramid.mjs").Box} Box */
/** @typedef {import("three").TextureDataType} TextureDataType */
/** @typedef {{mesh: Mesh, texture: DataTexture, version: number}} Drawn */

/**
 * How the numbers of a format become a texture, and what a shader calls such a texture.
 *
 * @type {Record<string, {type: TextureDataType, sampler: string}>}
 */
const TEXTURES = {
  uint8: { type: UnsignedByteType, sampler: "usampler2D" },
  uint16: { type: UnsignedShortType, sampler: "usampler2D" },
  uint32: { type: UnsignedIntType, sampler: "usampler2D" },
  int8: { type: ByteType, sampler: "isampler2D" },
  int16: { type: ShortType, sampler: "isampler2D" },
  int32: { type: IntType, sampler: "isampler2D" },
  float16: { type: HalfFloatType, sampler: "sampler2D" },
  float32: { type: FloatType, sampler: "sampler2D" },
  float64: { type: FloatType, sampler: "sampler2D" },
};

const VERTEX = `
in vec3 position;
in vec2 uv;
uniform mat4 modelViewMatrix, projectionMatrix;
out vec2 place;
void main() {
  place = uv;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

// Of whole numbers the difference to the low end is taken before they become floats, which have 24
// bits only. NaN is told by its bits: compilers may take isnan() away.
const FRAGMENT = `
precision highp float;
precision highp int;
precision highp SAMPLER;
uniform SAMPLER pixels;
uniform highp sampler2D colours;
uniform float low, high;
uniform int base;
uniform bool logarithmic;
uniform vec4 none;
in vec2 place;
out vec4 colour;
void main() {
  ivec2 size = textureSize(pixels, 0);
  ivec2 at = clamp(ivec2(place * vec2(size)), ivec2(0), size - 1);
  float above;
#ifdef WHOLE
  WHOLE stored = texelFetch(pixels, at, 0).r;
  float value = float(stored);
  above = stored < WHOLE(base) ? -1.0 : float(uint(stored) - uint(base)) - (low - float(base));
#else
  float value = texelFetch(pixels, at, 0).r;
  if ((floatBitsToUint(value) & 0x7fffffffu) > 0x7f800000u) {
    colour = none;
    return;
  }
  above = value - low;
#endif
  float part = logarithmic ? log(max(value, low) / low) / log(high / low) : above / (high - low);
  int entry = int(clamp(part, 0.0, 1.0) * 256.0);
  colour = texelFetch(colours, ivec2(min(entry, 255), 0), 0);
}`;

/** Draws by three.js. */
export class WebglPainter {
  kind = "WebGL";
  #renderer;
  #scene = new Scene();
  #camera = new OrthographicCamera(0, 1, 0, 1, -1, 1);
  #plane = new PlaneGeometry(1, 1).translate(0.5, 0.5, 0);
  /** @type {Map<Entry, Drawn>} */
  #drawn = new Map();
  #colours = new DataTexture(new Uint8Array(1024), 256, 1, RGBAFormat, UnsignedByteType);
  #shared = {
    colours: { value: this.#colours },
    low: { value: 0 },
    high: { value: 1 },
    logarithmic: { value: false },
    none: { value: [...NAN_COLOUR.map((part) => part / 255), 1] },
  };
  #signed = { value: 0 }; // the low end as a whole number, of signed formats
  #unsigned = { value: 0 };

  /**
   * @param {OffscreenCanvas | HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} context Of the canvas.
   */
  constructor(canvas, context) {
    this.#renderer = new WebGLRenderer({ canvas, context, antialias: false, depth: false });
    this.#renderer.setClearColor(0, 0);
    this.#scene.matrixWorldAutoUpdate = true;
  }

  /** The longest side of a tile that can be drawn. */
  get largest() {
    return this.#renderer.capabilities.maxTextureSize;
  }

  /**
   * @param {number} width Pixels of the device.
   * @param {number} height
   */
  resize(width, height) {
    this.#renderer.setSize(width, height, false);
  }

  /** @param {Uint8Array} table */
  setColours(table) {
    /** @type {any} */ (this.#colours.image).data = table;
    this.#colours.needsUpdate = true;
  }

  /**
   * @param {Entry[]} entries The coarser ones first.
   * @param {Box} box What is in view.
   * @param {Range} range Drawable.
   */
  draw(entries, box, range) {
    this.#shared.low.value = range.low;
    this.#shared.high.value = range.high;
    this.#shared.logarithmic.value = range.log;
    const base = Math.floor(range.low);
    this.#signed.value = Math.min(Math.max(base, -(2 ** 31)), 2 ** 31 - 1);
    this.#unsigned.value = Math.min(Math.max(base, 0), 2 ** 31 - 1);
    for (const { mesh } of this.#drawn.values()) mesh.visible = false;
    entries.forEach((entry, order) => {
      const { mesh } = this.#upToDate(entry);
      mesh.visible = true;
      mesh.renderOrder = order;
    });
    Object.assign(this.#camera, box);
    this.#camera.updateProjectionMatrix();
    this.#renderer.render(this.#scene, this.#camera);
  }

  /** @param {Entry} entry */
  forget(entry) {
    const drawn = this.#drawn.get(entry);
    if (!drawn) return;
    this.#drawn.delete(entry);
    this.#scene.remove(drawn.mesh);
    drawn.texture.dispose();
    /** @type {RawShaderMaterial} */ (drawn.mesh.material).dispose();
  }

  /**
   * The colour of a pixel of what was drawn last, in the same task.
   *
   * @param {number} x
   * @param {number} y From the top.
   */
  colourAt(x, y) {
    const gl = this.#renderer.getContext();
    const colour = new Uint8Array(4);
    gl.readPixels(x, gl.drawingBufferHeight - 1 - y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, colour);
    return [...colour];
  }

  close() {
    for (const entry of [...this.#drawn.keys()]) this.forget(entry);
    this.#renderer.dispose();
  }

  /**
   * @param {Entry} entry
   * @returns {Drawn}
   */
  #upToDate(entry) {
    let drawn = this.#drawn.get(entry);
    if (!drawn) this.#drawn.set(entry, (drawn = this.#make(entry)));
    else if (drawn.version !== entry.version) {
      /** @type {any} */ (drawn.texture.image).data = textureData(entry);
      drawn.texture.needsUpdate = true;
    }
    drawn.version = entry.version;
    return drawn;
  }

  /**
   * @param {Entry} entry
   * @returns {Drawn}
   */
  #make(entry) {
    const { pixels } = entry.tile;
    const { type, sampler } = TEXTURES[pixels.format];
    const whole = { usampler2D: "uint", isampler2D: "int" }[sampler];
    const format = whole ? RedIntegerFormat : RedFormat;
    const texture = new DataTexture(textureData(entry), pixels.width, pixels.height, format, type);
    texture.unpackAlignment = 1;
    texture.needsUpdate = true;
    const material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      defines: { SAMPLER: sampler, ...(whole && { WHOLE: whole }) },
      depthTest: false,
      depthWrite: false,
      side: DoubleSide, // the image's rows go down
    });
    // Shared objects, not copies: one change is for all tiles.
    material.uniforms = {
      ...this.#shared,
      base: whole === "uint" ? this.#unsigned : this.#signed,
      pixels: { value: texture },
    };
    const mesh = new Mesh(this.#plane, material);
    const { left, top, right, bottom } = boxOf(entry.tile);
    mesh.position.set(left, top, 0);
    mesh.scale.set(right - left, bottom - top, 1);
    mesh.frustumCulled = false;
    this.#scene.add(mesh);
    return { mesh, texture, version: entry.version };
  }
}

/**
 * @param {Entry} entry
 * @returns {any}
 */
function textureData({ tile: { pixels } }) {
  return pixels.format === "float64" ? Float32Array.from(pixels.data) : pixels.data;
}
