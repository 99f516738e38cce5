// The relay's actions in the index: each a line with its doc, and open a form.

import { ActionError, Actions } from "../../actions.mjs";
import { element } from "../../elements.mjs";
import { ActionForm } from "./action_form.mjs";

/** @typedef {import("./arguments.mjs").Description} Description */
/** @typedef {{place: HTMLDetailsElement, told: string, form: ActionForm | null}} Line */

/** Actions that every relay with actions has, behind its own ones. */
const BUILT_IN = new Set(["list", "describe", "shutdown"]);

/**
 * Shows the actions of a relay that has any.
 *
 * Events: `change` when there are other ones; `toggle` when the user has opened or closed one.
 */
export class ActionSection extends EventTarget {
  /** @type {Map<string, Line>} By name. */
  #lines = new Map();

  /** @param {import("../../client.mjs").Client} client */
  constructor(client) {
    super();
    this.client = client;
    this.actions = new Actions(client);
    this.list = element("div", { className: "messages" });
    this.problem = element("p", { className: "problem", role: "status", hidden: true });
    this.place = element(
      "section",
      { hidden: true },
      element("h2", {}, "Actions"),
      this.problem,
      this.list,
    );
    client.addEventListener("state", () => {
      if (client.state === "open") void this.#ask();
    });
  }

  /** Names of the actions that are open. */
  get open() {
    return [...this.#lines].filter(([, { place }]) => place.open).map(([name]) => name);
  }

  /** How many there are. */
  get count() {
    return this.#lines.size;
  }

  /**
   * Opens some, and closes the others.
   *
   * @param {Set<string>} names
   */
  openOnly(names) {
    for (const [name, { place }] of this.#lines) place.open = names.has(name);
  }

  async #ask() {
    this.problem.hidden = true;
    try {
      this.#follow(await this.actions.describe());
    } catch (error) {
      if (error instanceof ActionError && error.code === "no_actions") this.#follow([]);
      else if (this.client.state === "open") {
        this.problem.textContent = /** @type {Error} */ (error).message;
        this.problem.hidden = this.place.hidden = false;
      }
    }
  }

  /**
   * Makes the lines fit; what was typed stays where an action is the same.
   *
   * @param {Description[]} described
   */
  #follow(described) {
    const before = this.#lines;
    const own = described.filter(({ name }) => !BUILT_IN.has(name));
    const built = described.filter(({ name }) => BUILT_IN.has(name));
    this.#lines = new Map(
      [...own, ...built].map((one) => {
        const told = JSON.stringify(one, (_, value) =>
          typeof value === "bigint" ? String(value) : value,
        );
        const known = before.get(one.name);
        return [one.name, known?.told === told ? known : this.#line(one, told)];
      }),
    );
    const kept = new Set(this.#lines.values());
    for (const line of before.values()) if (!kept.has(line)) line.form?.close();
    this.list.replaceChildren(...[...kept].map(({ place }) => place));
    this.place.hidden = !kept.size;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {Description} description
   * @param {string} told
   * @returns {Line}
   */
  #line(description, told) {
    const { name, doc } = description;
    const place = element("details", {
      className: "message is-command",
      ontoggle: () => {
        if (place.open && !line.form) {
          line.form = new ActionForm(this.actions, description);
          place.append(element("div", { className: "message-body" }, line.form.place));
        }
        this.dispatchEvent(new Event("toggle"));
      },
    });
    place.append(
      element(
        "summary",
        {},
        element("code", {}, name),
        " ",
        element("span", { className: "doc" }, doc.split("\n")[0]),
      ),
    );
    place.dataset.action = name;
    /** @type {Line} */
    const line = { place, told, form: null };
    return line;
  }
}
