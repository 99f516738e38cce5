// The page's side of a form's button: a click tells the kernel what the form's inputs show.

/**
 * A widget's model, as anywidget has it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get A trait's value.
 * @property {(event: string, handler: () => void) => void} on
 * @property {(event: null, handler: () => void) => void} off
 * @property {(content: object) => void} send
 * @property {{get_model: (id: string) => Promise<{get: (name: string) => any}>}} widget_manager
 */

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
  button.addEventListener("click", () => {
    void shown(model).then((values) => model.send({ event: "click", shown: values }));
  });
  const update = () => {
    button.textContent = model.get("description");
    button.title = model.get("tooltip");
    button.disabled = model.get("disabled");
    button.classList.toggle("mod-primary", model.get("primary"));
    button.classList.toggle("mod-active", model.get("value"));
    button.ariaPressed = model.get("toggles") ? String(model.get("value")) : null;
  };
  model.on("change", update);
  update();
  el.append(button);
  return () => model.off(null, update);
}

export default { render };
