// /viewer: images that come as tiles, or frame by frame.

import { element } from "../../elements.mjs";
import { Shell } from "../shell.mjs";
import { servedDrivers } from "../shell/messages.mjs";
import { Controls } from "./controls.mjs";
import { absenceText, imagesOf } from "./images.mjs";
import "./page.css";
import { COLOURS, drawable } from "./scale.mjs";
import { Viewer } from "./viewer.mjs";
import { MOST_RATE } from "./wishes.mjs";

/** @typedef {import("./controls.mjs").Choices} Choices */
/** @typedef {import("./images.mjs").Image} Image */
/** @typedef {import("./wishes.mjs").Asked} Asked */

const LINK_MS = 300; // a view that moves is written into the link this often

const shell = new Shell();
const { state, client } = shell;
/** @type {Image[]} */
let images = [];
/** @type {Asked} */
let asked = { format: null, rate: MOST_RATE };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let writing;

/** @returns {Choices} */
function readChoices() {
  const colours = state.get("colours") ?? "";
  const [low, high] = (state.get("range") ?? "").split(",").map(Number);
  const auto = state.get("range") === null || !Number.isFinite(low) || !Number.isFinite(high);
  const log = state.get("log") === "1";
  return {
    colours: COLOURS.includes(colours) ? colours : "viridis",
    range: drawable(auto ? { low: 0, high: 1, log } : { low, high, log }),
    auto,
    grid: state.get("grid") === "1",
    inset: state.get("overview") !== "0",
  };
}

const notice = element("p", { className: "notice", role: "status", hidden: true });
const controls = new Controls(readChoices(), {
  onimage: (name) => {
    state.set({ image: name, at: null, format: null, ...(viewer.choices.auto && { range: null }) });
    open();
  },
  onformat: (format) => {
    state.set({ format });
    choose({ auto: true });
    open();
  },
  onchoice: choose,
  onfit: () => viewer.fit(),
});
const viewer = new Viewer(readChoices(), {
  draw: state.get("draw"),
  address: () => shell.address(),
  onmoved: () => (writing ??= setTimeout(write, LINK_MS)),
  onnumbers: (numbers) => controls.showNumbers(numbers),
  onrange: () => controls.show(viewer.choices),
  onfigures: (figures) => controls.showFigures(figures),
  onnotice: tell,
});
/** @type {any} */ (window).__cwireViewer = viewer;
const heading = element("h1", { className: "unseen" }, "Viewer");
shell.main.append(heading, notice, viewer.stage, controls.element);

/** @param {Partial<Choices>} changes */
function choose(changes) {
  const choices = { ...viewer.choices, ...changes };
  choices.range = drawable(choices.range);
  viewer.choose(choices);
  controls.show(choices);
  const { range, auto } = choices;
  state.set({
    colours: choices.colours === "viridis" ? null : choices.colours,
    range: auto ? null : `${range.low},${range.high}`,
    log: range.log ? "1" : null,
    grid: choices.grid ? "1" : null,
    overview: choices.inset ? null : "0",
  });
}

function write() {
  writing = undefined;
  state.set({ at: String(viewer.sight) });
}

/** @param {string} text What is wrong with the picture. */
function tell(text) {
  const served = servedDrivers(client.drivers);
  const absent = client.state === "open" ? absenceText(served, images, state.get("image")) : "";
  const said = absent || text;
  if (notice.textContent !== said) notice.textContent = said;
  notice.hidden = !said;
}

/** Shows the image that the link names, or else the first one. */
function open() {
  const wanted = state.get("image");
  const image = images.find(({ name }) => name === wanted) ?? (wanted ? null : images[0]) ?? null;
  const format = image?.asking ? chosenFormat(image) : null;
  controls.listImages(images, image?.name ?? "");
  controls.read(image);
  controls.listFormats(image?.asking?.formats ?? [], format);
  asked = { format, rate: mostRate() };
  viewer.open(image, asked, viewer.sight.read(state.get("at")));
}

/** Pictures per second that the link allows; of a link from elsewhere anything may be in it. */
function mostRate() {
  const rate = Number(state.get("rate"));
  return rate >= 1 && rate <= MOST_RATE ? rate : MOST_RATE;
}

/** @param {Image} image */
function chosenFormat({ asking }) {
  const formats = asking?.formats ?? [];
  const wanted = state.get("format") ?? "";
  return formats.includes(wanted) ? wanted : (formats[1] ?? formats[0] ?? null);
}

/** Finds the images again when drivers, or their schemas, have changed. */
function list() {
  const found = servedDrivers(client.drivers).flatMap(imagesOf);
  if (JSON.stringify(found, mapAsList) !== JSON.stringify(images, mapAsList)) {
    images = found;
    open();
  }
  tell("");
}

/**
 * @param {string} _
 * @param {any} value
 */
function mapAsList(_, value) {
  return value instanceof Map ? [...value] : value;
}

client.addEventListener("drivers", list);
client.addEventListener("state", list);
state.addEventListener("change", () => {
  const choices = readChoices();
  viewer.choose(choices);
  controls.show(choices);
  const format = viewer.image && chosenFormat(viewer.image);
  const same = viewer.image?.name === (state.get("image") ?? images[0]?.name);
  if (same && asked.format === format && asked.rate === mostRate()) viewer.go(state.get("at"));
  else open();
});
open();
