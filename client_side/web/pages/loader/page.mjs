// The loader page: graphs of the relay's load, and of any numbers, as Vega-Lite specifications.

import { element } from "../../elements.mjs";
import { canDraw } from "../../scope/recipe.mjs";
import { Shell } from "../shell.mjs";
import { publishedBy, servedDrivers } from "../shell/messages.mjs";
import { Graph } from "./graph.mjs";
import { FIRST, readGraphs, writeGraphs } from "./layout.mjs";
import { Pace } from "./pace.mjs";
import "./page.css";

const KEY = "graphs";

const shell = new Shell();
const pace = new Pace();
/** @type {Graph[]} */
let graphs = [];
const place = element("div", { className: "panes" });
const add = element(
  "button",
  { type: "button", title: "Add a graph below the others", onclick: () => addAnother() },
  "Add a graph",
);
const shown = element("div", { hidden: true }, place, add);
shell.main.append(element("h1", {}, "Graphs"), shown);

/** Vega's colours, made of the page's. */
function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => resolved(style.getPropertyValue(name));
  const [text, faint, hair] = ["--text", "--faint", "--hair"].map(colour);
  const labels = { labelColor: faint, titleColor: text, titleFontWeight: "normal" };
  return {
    aria: false, // the canvas has a name; a description of each point is never read
    background: "transparent",
    font: "system-ui, sans-serif",
    view: { stroke: hair, continuousWidth: 400, continuousHeight: 160 },
    axis: { ...labels, domainColor: hair, gridColor: hair, tickColor: hair },
    legend: { ...labels, labelColor: text, orient: "top", labelLimit: 400 },
    title: { color: text },
    style: { cell: { stroke: hair } },
    range: { category: DARK.matches ? LIGHTER : DARKER },
    mark: { color: DARK.matches ? LIGHTER[0] : DARKER[0] },
  };
}
const DARK = matchMedia("(prefers-color-scheme: dark)");
const DARKER = ["#0b57d0", "#b3261e", "#1a7f37", "#8a5a00", "#7b3fa0", "#00747f", "#a03a6b"];
const LIGHTER = ["#8ab4f8", "#f28b82", "#57c275", "#fdd663", "#c58af9", "#78d9ec", "#ff8bcb"];

/**
 * A colour as it is now: Vega does not know light-dark().
 *
 * @param {string} colour
 */
function resolved(colour) {
  const probe = element("span");
  probe.style.color = colour;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** @param {import("./layout.mjs").Chosen} chosen */
function makeGraph(chosen) {
  const graph = new Graph(shell.client, pace, chosen, theme);
  graph.addEventListener("set", keep);
  graph.addEventListener("remove", () => {
    graphs = graphs.filter((one) => one !== graph);
    graph.close();
    keep();
    add.focus();
  });
  return graph;
}

/** Keeps the graphs in the link. */
function keep() {
  shell.state.set({ [KEY]: writeGraphs(graphs.map(({ chosen }) => chosen)) });
}

/** Shows the graphs of the link. */
function load() {
  for (const graph of graphs) graph.close();
  graphs = (readGraphs(shell.state.get(KEY)) ?? FIRST).map(makeGraph);
  place.replaceChildren(...graphs.map((one) => one.place));
  for (const graph of graphs) graph.follow();
}

/** Adds a graph of the first message that has none yet. */
function addAnother() {
  const seen = new Set(graphs.map(({ chosen }) => JSON.stringify([chosen.driver, chosen.message])));
  const all = servedDrivers(shell.client.drivers).flatMap((driver) =>
    publishedBy(driver)
      .filter((one) => canDraw(one))
      .map(({ name }) => ({ driver: driver.name, message: name })),
  );
  const fresh = all.find(({ driver, message }) => !seen.has(JSON.stringify([driver, message])));
  const graph = makeGraph(fresh ?? all[0] ?? FIRST[0]);
  graphs.push(graph);
  place.append(graph.place);
  graph.follow();
  graph.message.focus();
  keep();
}

/** Measurements of the graphs: for tests, benchmarks and a console. */
Object.defineProperty(globalThis, "__cwireLoader", {
  get: () => graphs.map(({ figures }) => figures),
});

shell.state.addEventListener("change", load);
shell.client.addEventListener("drivers", () => {
  for (const graph of graphs) graph.follow();
});
// Before the page has ever been connected there is nothing to choose from: the shell says why.
shell.client.addEventListener("state", () => {
  if (shell.client.state === "open") shown.hidden = false;
});
DARK.addEventListener("change", () => {
  for (const graph of graphs) graph.redraw();
});
load();
