// The page's part of `bridge.panel`: an anywidget module. It has no view. It reaches the relay by
// itself, so that commands do not wait for the cell that runs.

import { Form } from "./panel/form.mjs";
import { Line } from "./panel/line.mjs";
import { jupyterBase } from "./routes.mjs";

/** The forms of all panels of the page, by their ids: buttons look here. */
const page = /** @type {{__cwireForms?: Map<string, Form>}} */ (globalThis);
const forms = (page.__cwireForms ??= new Map());

/**
 * Connects, and knows the forms of the panel.
 *
 * @param {{model: import("./panel/line.mjs").Model}} widget
 */
function initialize({ model }) {
  const line = new Line(model, jupyterBase());
  const { widget_manager: manager } = model;
  /** @type {Record<string, import("./panel/form.mjs").Recipe>} */
  let recipes = {};
  const update = async () => {
    recipes = model.get("forms");
    for (const [id, form] of own()) {
      if (id in recipes) form.recipe = recipes[id];
      else remove(id, form);
    }
    const missing = Object.entries(recipes).filter(([id]) => !forms.has(id));
    for (const [id, recipe] of missing) {
      const form = await Form.of(recipe, line, (model_id) => manager.get_model(model_id));
      // Another update may have come meanwhile, and a form that is made twice would send twice.
      if (!(id in recipes) || forms.has(id)) {
        form.close();
        continue;
      }
      form.recipe = recipes[id];
      forms.set(id, form);
    }
  };
  const own = () => [...forms].filter(([, form]) => form.connection === line);
  const remove = (/** @type {string} */ id, /** @type {Form} */ form) => {
    forms.delete(id);
    form.close();
  };
  model.on("change:forms", () => void update());
  // Jupyter cuts models off when their kernel restarts or ends.
  model.on("comm_live_update", () => {
    line.close();
    for (const [id, form] of own()) {
      forms.delete(id);
      form.end();
    }
  });
  void update();
  return () => {
    line.close();
    for (const [id, form] of own()) remove(id, form);
  };
}

export default { initialize, render() {} };
