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
 * The fields to send with a getter.
 *
 * @param {{shared: string[]}} getter
 * @param {Record<string, any>} asked The fields of the other command.
 * @returns {Record<string, any>}
 */
export function requestOf({ shared }, asked) {
  const given = shared.filter((name) => name in asked);
  return Object.fromEntries(given.map((name) => [name, asked[name]]));
}

/**
 * What a getter's reply holds for a form.
 *
 * @param {{field: string | null, key: string | null, shared: string[]}} getter
 * @param {Record<string, any>} reply
 * @param {Record<string, any>} asked What the form holds. If that does not say which element is
 *   meant, it is the first.
 * @returns {Record<string, any> | undefined} undefined: it does not tell of the element that is meant.
 */
export function pick({ field, key, shared }, reply, asked) {
  const found = field === null ? reply : reply[field];
  const meant = (/** @type {any} */ one) =>
    key === null || !(key in asked) || one[key] === asked[key];
  const told = Array.isArray(found) ? found.find(meant) : found;
  const both = shared.filter((name) => told && name in told && name in asked);
  return both.every((name) => told[name] === asked[name]) ? told : undefined;
}
