// The fields of a command, put together of what its controls say, and found in a reply. Pure.

/** @typedef {(string | number)[]} Steps Names of fields, and indices of arrays of structs. */

/**
 * Puts a value where its steps lead; structs and lists on the way are made.
 *
 * @param {Record<string, any>} fields
 * @param {Steps} steps
 * @param {any} value
 */
export function put(fields, steps, value) {
  /** @type {any} */
  let inside = fields;
  steps.forEach((step, index) => {
    if (index === steps.length - 1) inside[step] = value;
    else inside = inside[step] ??= typeof steps[index + 1] === "number" ? [] : {};
  });
}

/**
 * Makes the place of what was left out, so that the structs beside it keep theirs.
 *
 * @param {Record<string, any>} fields
 * @param {Steps} steps
 */
export function keepPlace(fields, steps) {
  let end = steps.length;
  while (end > 0 && typeof steps[end - 1] !== "number") end -= 1;
  /** @type {any} */
  let inside = fields;
  steps.slice(0, end).forEach((step, index) => {
    inside = inside[step] ??= typeof steps[index + 1] === "number" ? [] : {};
  });
}

/**
 * Finds a value.
 *
 * @param {Record<string, any>} fields
 * @param {Steps} steps
 * @returns {any} undefined: there is none.
 */
export function find(fields, steps) {
  return steps.reduce((/** @type {any} */ inside, step) => inside?.[step], fields);
}

/**
 * What a getter's reply holds for a form.
 *
 * @param {{field: string | null, key: string | null}} getter
 * @param {Record<string, any>} reply
 * @param {Record<string, any>} asked What the form holds: it says which element is meant.
 * @returns {Record<string, any>}
 */
export function pick({ field, key }, reply, asked) {
  const found = field === null ? reply : reply[field];
  if (!Array.isArray(found)) return found;
  return found.find((one) => key !== null && one[key] === asked[key]) ?? found[0];
}
