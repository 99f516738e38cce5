// Moves a view by mouse, touch and keys.

const WHEEL_STEP = 0.0015; // of the zoom, for a pixel of the wheel
const LINE = 16; // pixels of a wheel that counts lines
const KEY_ZOOM = 1.5;
const KEY_PART = 0.15; // of the screen that an arrow key moves
/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * @typedef {object} Handlers
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x: number, y: number) => void} zoom
 * @property {() => void} fit
 * @property {(x: number, y: number) => void} point The pointer is here.
 * @property {() => void} leave The pointer has gone.
 */

/**
 * Lets an element's gestures move what it shows.
 *
 * @param {HTMLElement} stage
 * @param {Handlers} handlers Places are from the stage's left top corner.
 */
export function listen(stage, { pan, zoom, fit, point, leave }) {
  /** @type {Map<number, {x: number, y: number}>} */
  const touching = new Map();
  const placeOf = (/** @type {MouseEvent} */ event) => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    touching.set(event.pointerId, placeOf(event));
  });
  stage.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    point(place.x, place.y);
    const before = touching.get(event.pointerId);
    if (!before) return;
    const others = [...touching].filter(([id]) => id !== event.pointerId).map(([, one]) => one);
    touching.set(event.pointerId, place);
    if (!others.length) {
      pan(place.x - before.x, place.y - before.y);
    } else {
      // Two fingers: what is under them stays there.
      const [other] = others;
      const factor = distance(place, other) / Math.max(distance(before, other), 1);
      pan((place.x - before.x) / 2, (place.y - before.y) / 2);
      zoom(factor, (place.x + other.x) / 2, (place.y + other.y) / 2);
    }
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    stage.addEventListener(end, (event) => touching.delete(event.pointerId));
  }
  stage.addEventListener("pointerleave", leave);
  stage.addEventListener("dblclick", (event) => {
    const { x, y } = placeOf(event);
    zoom(2, x, y);
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = placeOf(event);
      const turned = event.deltaY * (event.deltaMode ? LINE : 1);
      zoom(Math.exp(-turned * WHEEL_STEP), x, y);
    },
    { passive: false },
  );
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { clientWidth: width, clientHeight: height } = stage;
    const arrow = ARROWS[event.key];
    if (arrow) pan(arrow[0] * KEY_PART * width, arrow[1] * KEY_PART * height);
    else if (event.key === "+" || event.key === "=") zoom(KEY_ZOOM, width / 2, height / 2);
    else if (event.key === "-") zoom(1 / KEY_ZOOM, width / 2, height / 2);
    else if (event.key === "0" || event.key === "Home") fit();
    else return;
    event.preventDefault();
  });
}

/**
 * @param {{x: number, y: number}} one
 * @param {{x: number, y: number}} other
 */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
