// The first page: something that moves, then all drivers with their messages and commands, and what
// the relay's actions do.

import { element } from "../../elements.mjs";
import "../../scope.css";
import { Shell } from "../shell.mjs";
import { Alarms } from "../shell/alarms.mjs";
import { servedDrivers } from "../shell/messages.mjs";
import { ActionSection } from "./action_section.mjs";
import { DriverSection } from "./driver_section.mjs";
import { Figures } from "./figures.mjs";
import { Live } from "./live.mjs";
import "./page.css";
import { RelaySection } from "./relay_section.mjs";

const OPEN = "open"; // in the link: the entries that are open, as `driver/message`
const ACTIONS = "actions"; // the same of actions, by name

const shell = new Shell();
const figures = new Figures(shell.client);
const live = new Live(shell.client, figures);
const actions = new ActionSection(shell.client);
const alarms = new Alarms(shell);
const relay = new RelaySection(shell.state);
const drivers = element("div", {});
/** @type {Map<string, DriverSection>} */
const sections = new Map();
shell.main.append(
  element("h1", { className: "unseen" }, "Overview"),
  alarms.place, // what comes later moves nothing above it
  live.place,
  drivers,
  actions.place,
  relay.place,
);

/** Makes the sections fit the drivers. */
function followDrivers() {
  const served = servedDrivers(shell.client.drivers);
  const names = new Set(served.map(({ name }) => name));
  for (const [name, section] of sections) {
    if (names.has(name)) continue;
    section.place.remove();
    sections.delete(name);
  }
  for (const driver of served) {
    const known = sections.get(driver.name);
    const section = known ?? new DriverSection(shell.client, driver.name);
    section.follow(driver);
    if (known) continue;
    sections.set(driver.name, section);
    drivers.append(section.place);
    section.tell(figures);
    section.addEventListener("toggle", keepOpen);
  }
  live.follow();
  if (served.some(({ schema }) => schema)) openOnce();
}

let opened = false;

/** Opens what the link says, when the drivers are there. */
function openOnce() {
  if (opened) return;
  opened = true;
  showOpen();
}

function showOpen() {
  const wanted = new Set((shell.state.get(OPEN) ?? "").split(","));
  for (const [name, section] of sections)
    section.openOnly(
      new Set(
        section.entries
          .map(({ message }) => message.name)
          .filter((message) => wanted.has(`${name}/${message}`)),
      ),
    );
}

function keepOpen() {
  const open = [...sections].flatMap(([name, section]) =>
    section.open.map((message) => `${name}/${message}`),
  );
  const text = open.join(",") || null;
  if (text !== shell.state.get(OPEN)) shell.state.set({ [OPEN]: text });
}

let actionsOpened = false;

function followActions() {
  shell.needsDriver = !actions.count;
  if (!actionsOpened && actions.count) showOpenActions();
  actionsOpened ||= actions.count > 0;
}

function showOpenActions() {
  actions.openOnly(new Set((shell.state.get(ACTIONS) ?? "").split(",")));
}

function keepOpenActions() {
  const text = actions.open.join(",") || null;
  if (text !== shell.state.get(ACTIONS)) shell.state.set({ [ACTIONS]: text });
}

shell.client.addEventListener("drivers", followDrivers);
shell.state.addEventListener("change", showOpen);
actions.addEventListener("change", followActions);
actions.addEventListener("toggle", keepOpenActions);
shell.state.addEventListener("change", showOpenActions);
figures.addEventListener("round", () => {
  for (const section of sections.values()) section.tell(figures);
  relay.tell(figures);
  live.follow();
});
