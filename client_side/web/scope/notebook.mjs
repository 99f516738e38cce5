// The notebook that a scope is an output of, where the page may write into it: in JupyterLab and
// Notebook 7, whose manager of widgets knows the document. The kernel need not be there for that.

const PLACE = /__(PNG|WIDTH)__/g;

/** Puts pictures into the output of one scope. */
export class Notebook {
  /**
   * @param {any} context A document of JupyterLab: its `model` has cells, `saveState` is a signal.
   * @param {{id: string, still: string}} recipe The scope's id, and the HTML around a picture.
   */
  constructor(context, { id, still }) {
    this.context = context;
    this.id = id;
    this.still = still;
  }

  /**
   * @param {any} manager Of widgets.
   * @param {{id: string, still: string}} recipe
   * @returns {Notebook | null} null: this page has none.
   */
  static of(manager, recipe) {
    const context = manager?.context;
    return context?.model?.cells && context.saveState ? new Notebook(context, recipe) : null;
  }

  /**
   * Calls a function at the begin of each save; what it puts into the notebook is in the file.
   *
   * @param {() => void} call
   * @returns {() => void} Ends that.
   */
  beforeSaves(call) {
    const { saveState } = this.context;
    const listen = (/** @type {unknown} */ _, /** @type {string} */ state) => {
      if (state === "started") call();
    };
    saveState.connect(listen);
    return () => saveState.disconnect(listen);
  }

  /**
   * Replaces the picture.
   *
   * @param {string} png In base64.
   * @param {number} width Pixels.
   * @returns {boolean} Whether the notebook has the output.
   */
  keep(png, width) {
    const values = /** @type {Record<string, string>} */ ({ PNG: png, WIDTH: String(width) });
    const html = this.still.replace(PLACE, (_, name) => values[name]);
    let found = false;
    for (const { outputs } of this.context.model?.cells ?? []) {
      for (let index = 0; index < (outputs?.length ?? 0); index++) {
        const { data } = outputs.get(index);
        if (!String(data["text/html"] ?? "").includes(`data-cwire-scope="${this.id}"`)) continue;
        const pictured = { ...data, "text/html": html, "image/png": png };
        outputs.set(index, { ...outputs.get(index).toJSON(), data: pictured });
        found = true;
      }
    }
    return found;
  }
}
