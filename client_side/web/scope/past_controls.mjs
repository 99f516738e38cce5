// The buttons and keys that look back in a scope.

import { element } from "../elements.mjs";
import { Rewind } from "./rewind.mjs";

/** Buttons, and Page Up and Page Down on the picture, for one screen at one relay. */
export class PastControls {
  #end = new AbortController();

  /**
   * @param {import("./screen.mjs").Screen} screen
   * @param {import("../history.mjs").History} history
   * @param {EventTarget} client Tells of drivers when it has met the relay.
   * @param {{shy?: boolean}} [options] shy: not there where the relay keeps nothing.
   */
  constructor(screen, history, client, { shy = false } = {}) {
    const rewind = (this.rewind = new Rewind(screen, history));
    const button = (/** @type {string} */ text, /** @type {string} */ title, act = () => {}) =>
      element("button", { type: "button", title, onclick: act }, text);
    this.earlier = button("Earlier", "", () => void rewind.earlier());
    this.later = button("Later", "Go forward (Page Down)", () => void rewind.later());
    this.live = button("Live", "Show again what comes now", () => rewind.live());
    this.place = element(
      "span",
      { className: "cwire-past", role: "group", "aria-label": "Look back" },
      this.earlier,
      this.later,
      this.live,
    );
    const { signal } = this.#end;
    const show = () => this.#show(history.kept, shy);
    rewind.addEventListener("change", show, { signal });
    client.addEventListener("drivers", show, { signal });
    screen.sheet.addEventListener("keydown", (event) => this.#key(event), { signal });
    show();
  }

  /** Ends it: what comes now is seen again. */
  close() {
    this.#end.abort();
    this.rewind.close();
    this.place.remove();
  }

  /**
   * Offers what can be done.
   *
   * @param {import("../history.mjs").History["kept"]} kept
   * @param {boolean} shy
   */
  #show(kept, shy) {
    const { earlier, later, live, rewind } = this;
    this.place.hidden = shy && !kept;
    earlier.disabled = kept === null;
    earlier.title =
      kept === null
        ? "The relay keeps no history on disk: start it with --history-disk 10min"
        : "Show what came before, as far as the relay has it on disk (Page Up)";
    const lost = !rewind.past && [later, live].some((one) => one === document.activeElement);
    later.hidden = live.hidden = !rewind.past;
    if (lost) earlier.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.earlier.disabled) return;
    if (event.key === "PageUp" && !this.place.hidden) void this.rewind.earlier();
    else if (event.key === "PageDown" && this.rewind.past) void this.rewind.later();
    else return;
    event.preventDefault();
  }
}
