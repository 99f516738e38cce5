// The widget's side of the kernel: routes to the relay, curves where there is none, and the picture
// that stays in the notebook.

import { routesTo } from "../routes.mjs";
import { Notebook } from "./notebook.mjs";
import { png, pngText } from "./picture.mjs";
import { Source } from "./source.mjs";

const SAVE_EVERY = 15_000; // ms, while the picture changes
const SAVE_FIRST = 1000; // ms until something may have come
const SAVE_SOON = 5000; // ms until there is something to see of what rolls by

/**
 * A widget's model, as anywidget has it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get A trait's value.
 * @property {(event: string, handler: (...given: any[]) => void) => void} on
 * @property {(content: object, callbacks: undefined, buffers: ArrayBufferLike[]) => void} send
 * @property {unknown} widget_manager
 */

/** Joins a model of the kernel and a screen. */
export class WidgetLink {
  /**
   * @param {Model} model
   * @param {import("./screen.mjs").Screen} screen
   * @param {string|null} base URL of the Jupyter server
   */
  constructor(model, screen, base) {
    this.model = model;
    this.screen = screen;
    this.source = new Source(screen, {
      base,
      fallback: () => this.#askKernel(true),
      restored: (kind) => {
        this.#askKernel(false);
        this.#send({ type: "route", kind });
      },
    });
    model.on("msg:custom", this.#receive);
    model.on("change:relay", this.#reroute);
    model.on("change:stopped", () => this.#stop(model.get("stopped")));
    // Jupyter cuts models off when their kernel restarts or ends; new ones do not take their place.
    model.on("comm_live_update", () => this.#stop("the kernel has ended: run the cell again"));
    screen.addEventListener("settled", this.#save);
    this.notebook = Notebook.of(model.widget_manager, model.get("recipe"));
    this.#forgetSaves = this.notebook?.beforeSaves(() => this.#keepNow()) ?? (() => {});
    this.#reroute();
  }

  /** @type {import("../routes.mjs").Route[]} What the kernel has told of in messages. */
  #direct = [];
  #saved = 0; // changes until the picture that was saved last
  #kept = 0; // the same, of the one that the page has put into the notebook
  #painting = false; // a picture is being made
  #saving = false; // one is on its way to the kernel
  #wanted = false; // another one is to follow
  #curves = false; // the kernel is asked to send curves
  #forgetSaves;
  /** @type {ReturnType<typeof setTimeout>[]} Running while somebody looks. */
  #timers = [];

  /** Begins: somebody looks. */
  open() {
    if (this.#timers.length) return;
    this.#stop(this.model.get("stopped"));
    if (this.screen.notices.stopped) return;
    this.#send({ type: "ready", origin: location.origin });
    this.source.open();
    this.#timers = [
      setInterval(() => this.#saveIfChanged(), SAVE_EVERY),
      setTimeout(this.#saveFirst, SAVE_FIRST),
      setTimeout(() => this.#saveIfChanged(), SAVE_SOON),
    ];
  }

  /** Pauses: nobody looks any more. */
  close() {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers = [];
    this.source.close();
    if (this.#curves) this.#askKernel(false);
  }

  /** Ends it: nothing is kept any more. */
  end() {
    this.close();
    this.#forgetSaves();
  }

  /**
   * @param {object} content
   * @param {ArrayBufferLike[]} [buffers]
   */
  #send(content, buffers = []) {
    try {
      this.model.send(content, undefined, buffers);
    } catch {
      // The kernel is gone: there is nobody to tell.
    }
  }

  /**
   * Takes a message of the kernel.
   *
   * @param {any} content
   * @param {(ArrayBuffer | ArrayBufferView)[]} buffers
   */
  #receive = (content, buffers) => {
    if (content.type === "routes") {
      this.#direct = content.routes;
      this.#reroute();
      if (!this.source.routes.list.length) this.#askKernel(true); // there is nothing to try
    } else if (content.type === "curves") {
      this.#showCurves(content, buffers);
    } else if (content.type === "saved") {
      this.#saving = false;
      if (this.#wanted) this.#save();
    } else if (content.type === "save") {
      this.#save();
    }
  };

  #reroute = () => {
    this.source.routes.set(routesTo(this.model.get("relay"), this.#direct));
  };

  /** @param {string | null} reason Why the scope has ended, if it has. */
  #stop(reason) {
    if (!reason || this.screen.notices.stopped) return;
    this.close();
    this.screen.notices.stopped = reason;
    this.screen.refresh();
    void this.#save();
  }

  /** @param {boolean} on Whether it is to send curves. */
  #askKernel(on) {
    if (on === this.#curves) return;
    this.#curves = on;
    this.#send({ type: "curves", on });
  }

  /**
   * @param {{number: number, lines: {label: string, unit: string, note: string, number: number}[], problem: string}} content
   * @param {(ArrayBuffer | ArrayBufferView)[]} buffers x and y of each line.
   */
  #showCurves({ number, lines, problem }, buffers) {
    this.#send({ type: "ack", number });
    if (this.source.connected || !this.#timers.length) return;
    const { screen } = this;
    screen.changeRoute(true);
    screen.figures.route = "kernel";
    screen.notices.relay = null;
    screen.notices.driver = problem || null;
    screen.notices.route = "through the kernel: the browser does not reach the relay";
    screen.show(
      lines.map(({ label, unit, note, number }, index) => ({
        label,
        unit,
        number,
        note,
        x: doubles(buffers[2 * index]),
        y: doubles(buffers[2 * index + 1]),
      })),
    );
  }

  #saveFirst = () => {
    if (this.screen.figures.batches) this.#save();
    else this.#timers.push(setTimeout(this.#saveFirst, SAVE_FIRST));
  };

  #saveIfChanged() {
    if (this.#changes !== this.#saved && !this.screen.busy) this.#save();
  }

  /** Counts what came and what was drawn: out of view nothing is drawn. */
  get #changes() {
    const { batches, draws } = this.screen.figures;
    return batches + draws;
  }

  /** Puts what is seen into the notebook before it is written to its file. */
  #keepNow() {
    if (this.#changes === this.#kept || this.screen.busy) return;
    const sheet = this.screen.picture();
    if (sheet === null) return;
    this.#kept = this.#changes;
    this.notebook?.keep(pngText(sheet), sheet.width);
  }

  // The kernel gets none while an earlier one is on its way: a busy one would find a pile of them.
  #save = async () => {
    this.#wanted = this.#painting || this.#saving;
    if (this.#painting) return;
    this.#painting = true;
    await new Promise((resolve) => requestAnimationFrame(resolve)); // what was asked for is drawn
    const sheet = this.screen.picture();
    const made = sheet && (await png(sheet));
    this.#painting = false;
    if (!sheet || !made) return;
    const { width, height } = sheet;
    this.#saved = this.#kept = this.#changes;
    const kept = this.notebook?.keep(base64(made), width) ?? false;
    if (this.#saving) return;
    this.#saving = true;
    const figures = this.screen.figures.report();
    this.#send({ type: "picture", width, height, kept, figures }, [made.buffer]);
  };
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * Copies numbers that came as bytes, perhaps not where numbers may stand.
 *
 * @param {ArrayBuffer | ArrayBufferView} buffer
 */
function doubles(buffer) {
  const {
    buffer: bytes,
    byteOffset,
    byteLength,
  } = ArrayBuffer.isView(buffer) ? buffer : new DataView(buffer);
  return new Float64Array(bytes.slice(byteOffset, byteOffset + byteLength));
}
