// One message or command in the index: closed, a line; open, its fields, and a command's form.

import { element } from "../../elements.mjs";
import { canDraw, drawablePaths } from "../../scope/recipe.mjs";
import { writeLayout } from "../scope/layout.mjs";
import { writeFragment } from "../shell/state.mjs";
import { imagesOf } from "../viewer/images.mjs";
import { CommandForm } from "./command_form.mjs";
import { fieldRows } from "./fields.mjs";
import { lossText, rateText } from "./figures.mjs";

/** @typedef {import("../../decode/structs.mjs").Message} Message */
/** @typedef {import("../../client.mjs").Driver} Driver */

/** Shows one message. */
export class MessageEntry {
  /** @type {CommandForm | null} */
  form = null;

  /**
   * @param {import("../../client.mjs").Client} client
   * @param {Driver & {schema: import("../../decode/schema.mjs").Schema}} driver
   * @param {Message} message
   * @param {() => void} toggled
   */
  constructor(client, driver, message, toggled) {
    this.client = client;
    this.driver = driver;
    this.message = message;
    this.rate = element("span", { className: "rate" });
    this.loss = element("span", { className: "loss" });
    this.body = element("div", { className: "message-body" });
    const { name, doc, command } = message;
    const summary = element(
      "summary",
      {},
      element("code", {}, name),
      " ",
      element("span", { className: "doc" }, doc),
      this.rate,
      this.loss,
    );
    this.place = element(
      "details",
      {
        className: command ? "message is-command" : "message",
        ontoggle: () => {
          if (this.place.open) this.#fill();
          toggled();
        },
      },
      summary,
      this.body,
    );
    this.place.dataset.message = name;
  }

  /**
   * Shows the relay's figures.
   *
   * @param {Record<string, any> | undefined} row
   */
  tell(row) {
    write(this.rate, this.message.command ? "" : rateText(row));
    write(this.loss, lossText(row));
  }

  /** Makes what is inside, when it is seen for the first time. */
  #fill() {
    if (this.body.childElementCount) return;
    const { message, driver } = this;
    if (message.command) {
      this.form = new CommandForm(this.client, driver.name, driver.schema, message);
      this.form.enabled = driver.state === "up";
      this.body.append(this.form.place);
      void this.form.fetch();
      return;
    }
    this.body.append(...this.#links(), fieldsTable(message));
  }

  /** Links to the pages that can show the message. */
  #links() {
    const { message, driver } = this;
    const named = { driver: driver.name, message: message.name };
    const image = imagesOf(driver).find((one) => one.message === message.name);
    const fits = [
      ...(canDraw(message)
        ? [{ path: "/scope", state: { scopes: writeLayout([{ ...named, wide: true }]) } }]
        : []),
      ...(image ? [{ path: "/viewer", state: { image: image.name } }] : []),
      ...(drawablePaths(message).length
        ? [{ path: "/loader", state: { graphs: JSON.stringify([named]) } }]
        : []),
    ];
    const pages = [
      .../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("nav a")),
    ];
    const links = fits.flatMap(({ path, state }) => {
      const page = pages.find(({ pathname }) => pathname === path);
      if (page === undefined) return [];
      const href = path + writeFragment(new Map(Object.entries(state)));
      return [element("a", { href }, `${page.textContent} →`)];
    });
    return links.length ? [element("p", { className: "links" }, ...links)] : [];
  }
}

/** @param {Message} message */
function fieldsTable({ struct, name }) {
  const { rows, more } = fieldRows(struct);
  const heads = ["field", "type", "meaning"];
  const lines = rows.map(({ depth, name: field, type, notes, doc }) => {
    const first = element("td", {}, element("code", {}, field));
    first.style.paddingInlineStart = `${0.6 + 1.2 * depth}rem`;
    return element(
      "tr",
      {},
      first,
      element("td", {}, element("code", {}, type)),
      element("td", {}, doc, notes && element("span", { className: "notes" }, notes)),
    );
  });
  const table = element(
    "table",
    { className: "fields" },
    element("caption", {}, `${name}: ${struct.size} bytes`),
    element(
      "thead",
      {},
      element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))),
    ),
    element("tbody", {}, ...lines),
  );
  return element("div", {}, table, more ? element("p", {}, "… and further fields") : "");
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
