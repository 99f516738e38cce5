// The page's side of a form's button. The form carries a click out by itself (`web/panel.mjs`); where
// it cannot, the kernel is told of the click and of what the form's inputs show.

/**
 * A widget's model, as anywidget has it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get A trait's value.
 * @property {(event: string, handler: (...given: any[]) => void) => void} on
 * @property {(event: null, handler: (...given: any[]) => void) => void} off
 * @property {(content: object) => void} send
 * @property {{get_model: (id: string) => Promise<{get: (name: string) => any}>}} widget_manager
 */

const page = /** @type {{__cwireForms?: Map<string, {click(what: string): Promise<boolean>}>}} */ (
  globalThis
);

/**
 * What the page shows in some widgets, by the ids of their models.
 *
 * @param {Model} model
 * @returns {Promise<Record<string, any>>}
 */
async function shown({ get, widget_manager }) {
  /** @type {[string, string][]} */
  const traits = Object.entries(get("carries"));
  const models = await Promise.all(traits.map(([id]) => widget_manager.get_model(id)));
  return Object.fromEntries(traits.map(([id, trait], i) => [id, models[i].get(trait)]));
}

/** @param {Model} model */
async function click(model) {
  const form = page.__cwireForms?.get(model.get("form"));
  if (await form?.click(model.get("does"))) return;
  model.send({ event: "click", shown: await shown(model) });
}

/**
 * Makes the button.
 *
 * @param {{model: Model, el: HTMLElement}} widget
 */
function render({ model, el }) {
  const button = document.createElement("button");
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.style.width = "100%";
  button.style.margin = "0";
  button.addEventListener("click", () => void click(model));
  let waits = false; // for the answer to what the page has sent
  const update = () => {
    button.textContent = model.get("description");
    button.title = model.get("tooltip");
    button.disabled = waits || model.get("disabled");
    button.classList.toggle("mod-primary", model.get("primary"));
    button.classList.toggle("mod-active", model.get("value"));
    button.ariaPressed = model.get("toggles") ? String(model.get("value")) : null;
  };
  model.on("change", update);
  const wait = (/** @type {boolean} */ now) => {
    waits = now;
    update();
  };
  model.on("cwire:waiting", wait);
  update();
  el.append(button);
  return () => {
    model.off(null, update);
    model.off(null, wait);
  };
}

export default { render };
