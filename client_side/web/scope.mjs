// The widget of `bridge.scope`: an anywidget module, and `mount` for pages of their own.
//
// The kernel says what to draw in traits, which may be saved with a notebook. What must not be
// saved (tokens), and what is for now only, goes by messages.

import { jupyterBase } from "./routes.mjs";
import "./scope.css";
import { Placeholders } from "./scope/placeholders.mjs";
import { Screen } from "./scope/screen.mjs";
import { Source } from "./scope/source.mjs";
import { WidgetLink } from "./scope/widget_link.mjs";

/** Measurements of the scopes, by id: for tests, benchmarks and a console. */
const page = /** @type {{__cwireScope?: Record<string, import("./scope/figures.mjs").Figures>}} */ (
  globalThis
);
const figures = (page.__cwireScope ??= {});

/**
 * Puts a scope into an element of any page.
 *
 * @param {HTMLElement} place
 * @param {import("./scope/screen.mjs").ScreenRecipe & {id: string}} recipe as `Scope.recipe` of Python says
 * @param {import("./routes.mjs").Route[]} routes
 * @param {{base?: string|null}} [options]
 */
export function mount(place, recipe, routes, { base = null } = {}) {
  const screen = new Screen(recipe);
  const source = new Source(screen, { base });
  figures[recipe.id] = screen.figures;
  source.routes.set(routes);
  source.open();
  screen.mount(place);
  return {
    screen,
    source,
    close() {
      source.close();
      screen.close();
      delete figures[recipe.id];
    },
  };
}

/** @typedef {import("./scope/widget_link.mjs").Model} Model */

/**
 * By the recipe's id: `initialize` makes them, `render` shows them.
 *
 * @type {Map<string, {screen: Screen, link: WidgetLink}>}
 */
const links = new Map();

/**
 * Shows the scope of a new model where the notebook has room for it.
 *
 * @param {{model: Model}} widget
 */
function initialize({ model }) {
  const recipe = model.get("recipe");
  const screen = new Screen(recipe);
  const link = new WidgetLink(model, screen, jupyterBase());
  const end = () => {
    places.close();
    link.end();
    screen.close();
    links.delete(recipe.id);
    delete figures[recipe.id];
  };
  const places = new Placeholders(recipe.id, screen, {
    found: () => link.open(),
    gone: () => {
      link.close();
      // Jupyter keeps the models of a kernel that has ended: their samples would stay with them.
      if (screen.notices.stopped) end();
    },
  });
  figures[recipe.id] = screen.figures;
  links.set(recipe.id, { screen, link });
  return end;
}

/**
 * Shows the scope where notebooks show widgets only, not what is in the page.
 *
 * @param {{model: Model, el: HTMLElement}} widget
 */
function render({ model, el }) {
  const found = links.get(model.get("recipe").id);
  if (!found) return undefined; // it has ended
  const { screen, link } = found;
  el.classList.add("cwire-scope");
  screen.mount(el);
  link.open();
  return () => link.close();
}

export default { initialize, render };
