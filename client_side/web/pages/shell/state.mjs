// What a page shows, as the fragment of its link: names and texts. Pure.
// The token comes the same way, but is no state: it is taken out before anything else reads it.

const TOKEN = "token";

/**
 * Reads a fragment.
 *
 * @param {string} fragment with or without its `#`
 * @returns {{token: string | null, values: Map<string, string>}}
 */
export function readFragment(fragment) {
  const values = new Map(new URLSearchParams(fragment.replace(/^#/, "")));
  const token = values.get(TOKEN) || null;
  values.delete(TOKEN);
  return { token, values };
}

/**
 * Writes a fragment, with its `#`; "" if there is nothing to say. It never has a token.
 *
 * @param {ReadonlyMap<string, string>} values
 */
export function writeFragment(values) {
  const shown = [...values].filter(([name]) => name !== TOKEN);
  // These may stand in a fragment as they are, and links stay readable.
  const text = new URLSearchParams(shown).toString().replace(/%(2F|3A|2C|5B|5D|7B|7D)/g, unescaped);
  return text && `#${text}`;
}

/** @param {string} code */
function unescaped(code) {
  return decodeURIComponent(code);
}
