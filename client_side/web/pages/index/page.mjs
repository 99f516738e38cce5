// The first page: the drivers and what they send, with the relay's own figures.

import { element } from "../../elements.mjs";
import { RELAY_SOURCE } from "../../protocol.mjs";
import { Shell } from "../shell.mjs";
import "./page.css";

const shell = new Shell();
const totals = element("p", { id: "totals" });
const body = element("tbody");
const messages = element("section", { id: "messages" });
/** @type {Map<string, Record<string, any>>} The relay's figures of drivers, by name. */
const figures = new Map();
const HEADS = ["driver", "state", "frames/s", "MB/s", "frames", "lost", "commands"];

shell.main.append(
  element("h1", {}, "Drivers"),
  totals,
  element(
    "table",
    { id: "drivers" },
    element("thead", {}, element("tr", {}, ...HEADS.map((head) => element("th", {}, head)))),
    body,
  ),
  messages,
);

/** The drivers that the relay serves. */
function served() {
  return [...shell.client.drivers.values()].filter(({ source }) => source !== RELAY_SOURCE);
}

function showDrivers() {
  body.replaceChildren(...served().map(driverRow));
}

/** @param {import("../../client.mjs").Driver} driver */
function driverRow({ name, state }) {
  const of = figures.get(name);
  const number = (/** @type {any} */ value) => element("td", { className: "number" }, value);
  const row = element(
    "tr",
    {},
    element("td", {}, name),
    element("td", { className: state }, state),
    number(of ? of.frame_rate.toFixed(0) : ""),
    number(of ? (of.byte_rate / 1e6).toFixed(2) : ""),
    ...["frames", "lost", "commands"].map((key) => number(of ? String(of[key]) : "")),
  );
  row.dataset.driver = name;
  row.children[2].classList.add("rate");
  return row;
}

function showMessages() {
  messages.replaceChildren();
  for (const { name, schema } of served()) {
    const rows = [...(schema?.messages.values() ?? [])].map((message) =>
      element(
        "tr",
        {},
        element("td", { className: "number" }, String(message.id)),
        element("td", {}, element("code", {}, message.name)),
        element("td", {}, message.command ? "command" : "message"),
        element("td", {}, message.doc),
      ),
    );
    const list = element("table", {}, ...rows);
    messages.append(element("h2", {}, `Messages of ${name}`), list);
  }
}

shell.client.addEventListener("drivers", () => {
  showDrivers();
  showMessages();
});
shell.client.subscribe(
  { driver: "relay", messages: ["relay_status", "relay_driver"] },
  {
    onbatch(batch) {
      for (let index = 0; index < batch.count; index++) {
        const row = batch.row(index);
        if (batch.message === "relay_driver") figures.set(row.name, row);
        else
          totals.textContent =
            `${row.clients} client${row.clients === 1 ? "" : "s"}, ` +
            `up for ${Math.round(row.uptime)} s`;
      }
      showDrivers();
    },
  },
);
