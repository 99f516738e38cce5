// The page's side of a live plot where only widgets are shown: the newest picture.

/**
 * A widget's model, as anywidget has it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get A trait's value.
 * @property {(event: string, handler: () => void) => void} on
 * @property {(event: string, handler: () => void) => void} off
 */

/**
 * Shows the picture.
 *
 * @param {{model: Model, el: HTMLElement}} widget
 */
function render({ model, el }) {
  const image = document.createElement("img");
  image.style.maxWidth = "100%";
  const update = () => {
    const old = image.src;
    image.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    if (old) URL.revokeObjectURL(old);
  };
  model.on("change:png", update);
  update();
  el.append(image);
  return () => {
    model.off("change:png", update);
    URL.revokeObjectURL(image.src);
  };
}

export default { render };
