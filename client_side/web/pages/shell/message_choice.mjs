// The choice of a message out of those of all drivers.

import { element } from "../../elements.mjs";
import { publishedBy } from "./messages.mjs";

/** @typedef {import("../../client.mjs").Driver} Driver */
/** @typedef {import("../../decode/structs.mjs").Message} Message */

/**
 * Offers messages by driver. The value of an option is `[driver, message]` as JSON.
 *
 * @param {HTMLSelectElement} select
 * @param {Iterable<Driver>} drivers
 * @param {(message: Message) => boolean} fits Which ones are offered.
 * @param {{driver: string, message: string}} chosen It is offered, too, if it is not there any more.
 */
export function offerMessages(select, drivers, fits, { driver, message }) {
  const offers = [...drivers].map((one) => ({
    driver: one.name,
    names: publishedBy(one)
      .filter(fits)
      .map(({ name }) => name),
  }));
  // What is chosen is seen without its group: of two drivers' messages of one name, it says whose.
  const all = offers.flatMap(({ names }) => names);
  const twins = new Set(all.filter((name, index) => all.indexOf(name) !== index));
  const option = (/** @type {string} */ of, /** @type {string} */ name) =>
    element(
      "option",
      { value: JSON.stringify([of, name]) },
      twins.has(name) ? `${name} · ${of}` : name,
    );
  select.replaceChildren(
    ...offers
      .filter(({ names }) => names.length)
      .map(({ driver: of, names }) =>
        element("optgroup", { label: of }, ...names.map((name) => option(of, name))),
      ),
  );
  const value = JSON.stringify([driver, message]);
  select.value = value;
  if (select.value === value) return;
  select.prepend(option(driver, message));
  select.value = value;
}
