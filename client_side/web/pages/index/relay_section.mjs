// The relay itself in the index: its own figures, and the counters for Prometheus.

import { element } from "../../elements.mjs";
import { secondsText } from "../../scope/reading.mjs";
import { countOf, sizeText } from "./figures.mjs";

/** Shows the relay. */
export class RelaySection {
  /** @param {import("../shell/address_bar.mjs").AddressBar} state It has the token. */
  constructor(state) {
    this.totals = element("p", { id: "totals", className: "totals" });
    this.text = element("pre", { tabIndex: 0, "aria-label": "Counters" });
    const details = element(
      "details",
      {
        className: "message",
        ontoggle: () => details.open && void this.#load(state.token),
      },
      element(
        "summary",
        {},
        element("code", {}, "/metrics"),
        " ",
        element("span", { className: "doc" }, "All counters, as Prometheus reads them."),
      ),
      this.text,
    );
    this.place = element(
      "section",
      { hidden: true },
      element("h2", {}, "Relay"),
      this.totals,
      details,
    );
  }

  /** @param {import("./figures.mjs").Figures} figures */
  tell({ relay }) {
    if (relay === null) return;
    this.place.hidden = false; // below the drivers, which are there by now
    const text = [
      `up for ${secondsText(relay.uptime)}`,
      `${relay.clients} client${relay.clients === 1 ? "" : "s"}`,
      `${sizeText(relay.sent_byte_rate)}/s sent`,
      `${sizeText(relay.queue_bytes)} waiting`,
      `${secondsText(relay.loop_lag)} late at most`,
      `${countOf(relay.dropped)} frames dropped for slow clients`,
    ].join(" · ");
    if (this.totals.textContent !== text) this.totals.textContent = text;
  }

  /** @param {string | null} token */
  async #load(token) {
    try {
      const answer = await fetch("/metrics", { headers: { Authorization: `Bearer ${token}` } });
      this.text.textContent = await answer.text();
    } catch (error) {
      this.text.textContent = String(error);
    }
  }
}
