// The scope page: several scopes of any messages, kept in the link.

import { element } from "../../elements.mjs";
import { History } from "../../history.mjs";
import "../../scope.css";
import { lookRank } from "../../scope/choice.mjs";
import { canDraw } from "../../scope/recipe.mjs";
import { Shell } from "../shell.mjs";
import { Alarms } from "../shell/alarms.mjs";
import { publishedBy, servedDrivers } from "../shell/messages.mjs";
import { readLayout, writeLayout } from "./layout.mjs";
import "./page.css";
import { Pane } from "./pane.mjs";

const KEY = "scopes";

const shell = new Shell();
const history = new History(shell.client);
/** @type {Pane[]} */
let panes = [];
const place = element("div", { className: "panes" });
const empty = element("p", { hidden: true }, "No message here is a line that a scope could draw.");
const add = element(
  "button",
  { type: "button", title: "Add a scope below the others", onclick: () => addAnother() },
  "Add a scope",
);
const alarms = new Alarms(shell);
shell.main.append(element("h1", {}, "Scope"), alarms.place, place, empty, add);

/**
 * @param {import("./layout.mjs").Pane} chosen
 */
function makePane(chosen) {
  const pane = new Pane(shell.client, history, chosen);
  const at = () => panes.indexOf(pane);
  pane.addEventListener("set", keep);
  pane.addEventListener("remove", () => {
    panes.splice(at(), 1);
    pane.close();
    keep();
    add.focus();
  });
  pane.addEventListener("earlier", () => move(at(), at() - 1));
  pane.addEventListener("later", () => move(at(), at() + 1));
  return pane;
}

/**
 * Exchanges two panes.
 *
 * @param {number} from
 * @param {number} to
 */
function move(from, to) {
  if (to < 0 || to >= panes.length) return;
  const [pane] = panes.splice(from, 1);
  panes.splice(to, 0, pane);
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  place.replaceChildren(...panes.map((one) => one.place));
  focused?.focus();
  keep();
}

/** Keeps the panes in the link. */
function keep() {
  shell.state.set({ [KEY]: writeLayout(panes.map(({ state }) => state)) });
  tell();
}

/** Shows the panes of the link. */
function load() {
  const layout = readLayout(shell.state.get(KEY));
  for (const pane of panes) pane.close();
  show((layout ?? []).map(makePane));
  if (layout === null) begin();
  else tell();
}

/** @param {Pane[]} made */
function show(made) {
  panes = made;
  place.replaceChildren(...panes.map((one) => one.place));
  for (const pane of panes) pane.follow();
}

/** Shows the best message that can be drawn, if the link does not say any. */
function begin() {
  const first = drawable()[0];
  if (first !== undefined && !panes.length && shell.state.get(KEY) === null)
    show([makePane({ ...first, wide: true })]);
  tell();
}

/** Says so where there is nothing to draw. */
function tell() {
  const served = servedDrivers(shell.client.drivers);
  const { state } = shell.client;
  const none = !drawable().length;
  add.disabled = none;
  empty.hidden = !none || state !== "open" || !served.some(({ schema }) => schema);
  // The place of the first one is kept until it comes.
  const met = state !== "connecting" && !served.some((one) => one.state === "up" && !one.schema);
  place.hidden = !panes.length && (met || shell.state.get(KEY) !== null);
}

/** What can be drawn, the best first. */
function drawable() {
  return servedDrivers(shell.client.drivers)
    .flatMap((driver) =>
      publishedBy(driver)
        .filter((one) => canDraw(one))
        .map((one) => ({ driver: driver.name, message: one.name, rank: lookRank(one) })),
    )
    .sort((a, b) => a.rank - b.rank)
    .map(({ driver, message }) => ({ driver, message }));
}

/** Adds a scope of the best message that has none yet. */
function addAnother() {
  const seen = new Set(panes.map(({ chosen }) => JSON.stringify([chosen.driver, chosen.message])));
  const all = drawable();
  const fresh = all.find(({ driver, message }) => !seen.has(JSON.stringify([driver, message])));
  const chosen = fresh ?? all[0];
  if (chosen === undefined) return;
  const pane = makePane(chosen);
  panes.push(pane);
  place.append(pane.place);
  pane.follow();
  pane.message.focus();
  keep();
}

shell.state.addEventListener("change", load);
shell.client.addEventListener("state", tell);
shell.client.addEventListener("drivers", () => {
  begin();
  for (const pane of panes) pane.follow();
});
load();
