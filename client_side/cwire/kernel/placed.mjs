// Shows a box of widgets in its places in the page: elements of cells' outputs that name it. A notebook
// makes them anew when it pleases. An anywidget module, without a view of its own.

/**
 * A widget's model, as anywidget has it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get A trait's value.
 * @property {{get_model(id: string): Promise<any>, create_view(model: any): Promise<any>}} widget_manager
 */
/** @typedef {any} View Of ipywidgets, with the widget of Lumino that holds it. */

/** Watches the page for places of one box, and shows it there. */
class Places {
  /**
   * The view in each place, null while it is being made; and what the notebook has there.
   *
   * @type {Map<Element, {view: View | null, still: ChildNode[]}>}
   */
  #shown = new Map();
  #observer = new MutationObserver(() => void this.#look());

  /**
   * @param {string} id
   * @param {() => Promise<View>} makeView
   */
  constructor(id, makeView) {
    this.selector = `[data-cwire-widget="${CSS.escape(id)}"]`;
    this.makeView = makeView;
    this.#observer.observe(document.body, { childList: true, subtree: true });
    void this.#look();
  }

  async #look() {
    for (const [place, { view }] of this.#shown) {
      if (place.isConnected || view === null) continue;
      this.#shown.delete(place);
      dispose(view, place);
    }
    for (const place of document.querySelectorAll(this.selector)) {
      if (this.#shown.has(place)) continue;
      /** @type {{view: View | null, still: ChildNode[]}} */
      const shown = { view: null, still: [...place.childNodes] };
      this.#shown.set(place, shown);
      const view = await this.makeView();
      shown.view = view;
      if (!place.isConnected || !this.#shown.has(place)) continue; // a later look disposes of it
      place.replaceChildren();
      // As widgets have it elsewhere: text of an output is larger.
      /** @type {HTMLElement} */ (view.el).style.fontSize = "var(--jp-widgets-font-size)";
      // Of Lumino, which is not to be had otherwise: widgets that are not told that they are in
      // the page do not draw themselves.
      view.luminoWidget.constructor.attach(view.luminoWidget, place);
    }
  }

  /** Ends it: what the notebook has comes back. */
  close() {
    this.#observer.disconnect();
    for (const [place, { view, still }] of this.#shown) {
      if (view !== null) dispose(view, place);
      place.replaceChildren(...still);
    }
    this.#shown.clear();
  }
}

/**
 * @param {View} view
 * @param {Element} place
 */
function dispose(view, place) {
  // Lumino takes a widget out of a page only if it is in one.
  if (!place.isConnected && view.luminoWidget.isAttached) {
    const aside = document.createElement("div");
    aside.hidden = true;
    aside.append(view.el);
    document.body.append(aside);
    view.remove();
    aside.remove();
  } else view.remove();
}

/** @param {{model: Model}} widget */
function initialize({ model }) {
  const { widget_manager: manager } = model;
  const places = new Places(model.get("place"), async () =>
    manager.create_view(await manager.get_model(model.get("box"))),
  );
  return () => places.close();
}

export default { initialize };
