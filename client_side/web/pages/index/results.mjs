// Values of actions as a short text for people. Pure.

const LONGEST = 300; // characters
const SHOWN = 8; // values of an array that are written out
const DIGITS = 6;
/** What numpy calls its types. */
const NAMES = new Map([
  ["|b1", "bool"],
  ["|i1", "int8"],
  ["|u1", "uint8"],
  ["<i2", "int16"],
  ["<u2", "uint16"],
  ["<i4", "int32"],
  ["<u4", "uint32"],
  ["<i8", "int64"],
  ["<u8", "uint64"],
  ["<f2", "float16"],
  ["<f4", "float32"],
  ["<f8", "float64"],
  ["<c8", "complex64"],
  ["<c16", "complex128"],
]);

/**
 * Writes a value; an array by its type and shape, and its values if they are few.
 *
 * @param {any} value As `Actions` gives it.
 */
export function valueText(value) {
  /** @type {string[]} */
  const parts = [];
  let room = LONGEST;

  /** @param {string} text */
  function put(text) {
    parts.push(text.slice(0, Math.max(room, 0)));
    room -= text.length;
  }

  /**
   * @param {string} open
   * @param {Iterable<() => void>} inner
   * @param {string} close
   */
  function list(open, inner, close) {
    put(open);
    let first = true;
    for (const write of inner) {
      if (room <= 0) return; // however long it is
      if (!first) put(", ");
      first = false;
      write();
    }
    put(close);
  }

  /** @param {any} one */
  function write(one) {
    if (ArrayBuffer.isView(one)) put(arrayText(/** @type {any} */ (one)));
    else if (Array.isArray(one))
      list(
        "[",
        lazily(one, (part) => write(part)),
        "]",
      );
    else if (one !== null && typeof one === "object")
      list(
        "{",
        lazily(Object.keys(one), (name) => (put(`${name}: `), write(one[name]))),
        "}",
      );
    else put(typeof one === "string" ? JSON.stringify(one.slice(0, LONGEST)) : String(one));
  }

  if (typeof value === "string") put(value);
  else write(value);
  return room < 0 ? `${parts.join("")}…` : parts.join("");
}

/**
 * @template T
 * @param {T[]} values
 * @param {(value: T) => void} write
 */
function* lazily(values, write) {
  for (const one of values) yield () => write(one);
}

/** @param {ArrayLike<number | bigint> & {shape?: number[], dtype?: string, byteLength: number}} array */
function arrayText(array) {
  const { shape, dtype, length, byteLength } = array;
  if (!shape || !dtype) return `${byteLength} bytes`;
  const head = `${NAMES.get(dtype) ?? dtype} array of ${shape.join(" × ")}`;
  if (length > SHOWN || shape.length !== 1 || dtype.startsWith("<c")) return head;
  return `${head}: ${Array.from(array, numberText).join(", ")}`;
}

/** @param {number | bigint} value */
function numberText(value) {
  return String(typeof value === "bigint" ? value : Number(value.toPrecision(DIGITS)));
}
