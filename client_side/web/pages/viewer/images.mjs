// The images that a driver's messages show: those whose tags mark tiles, and arrays of two
// dimensions. Pure.

import { unitOf } from "../../decode/shown.mjs";
/** @typedef {import("../../client.mjs").Driver} Driver */
/** @typedef {import("../../decode/structs.mjs").Field} Field */
/** @typedef {import("../../decode/structs.mjs").Message} Message */
/** @typedef {import("../../decode/structs.mjs").Struct} Struct */
/**
 * The command that asks for tiles.
 *
 * @typedef {object} Asking
 * @property {string} name
 * @property {Map<string, string>} roles The names of its fields.
 * @property {Map<string, string>} tile Those of the fields of a wanted tile.
 * @property {Map<string, string>} image Those of the answer.
 * @property {string[]} formats What it can ask for, as the driver calls them.
 */
const NONE =
  "No driver here publishes tiles (@tile) or an array of two dimensions: this page shows these.";

/** @typedef {Pick<Field, "time" | "scale" | "bias">} Shown */
/**
 * An image that can be shown.
 *
 * @typedef {object} Image
 * @property {string} name As a link has it: driver/message, or driver/message/field.
 * @property {string} driver
 * @property {string} message
 * @property {string} pixels The field.
 * @property {string} unit Of the numbers as people read them.
 * @property {Shown} shown How they read them.
 * @property {number} columns Of an array of two dimensions; 0: its width is told.
 * @property {Map<string, string>} roles The names of the other fields of a tile.
 * @property {Asking | null} asking null: it is sent whether it is seen or not.
 */

/**
 * Finds the images of a driver, the ones that are made of tiles first.
 *
 * @param {Driver} driver
 * @returns {Image[]}
 */
export function imagesOf({ name, schema }) {
  const messages = [...(schema?.messages.values() ?? [])];
  const command = messages.find((one) => one.command && rolesOf(one.struct).has("wanted"));
  const asking = command ? askingOf(command, messages) : null;
  /** @type {{image: Image, rank: number}[]} */
  const found = [];
  for (const message of messages) {
    if (message.command || message.struct.union) continue;
    const roles = rolesOf(message.struct);
    for (const field of message.fields.values()) {
      const image = { ...describe(name, message, field), roles, asking: null };
      if (field.tile === "pixels" && canShow(field, roles)) {
        if (roles.has("level") && asking) found.push({ image: { ...image, asking }, rank: 0 });
        else found.push({ image, rank: 1 });
      } else if (!roles.has("pixels") && canShow(field, new Map())) {
        const whole = { ...image, name: `${image.name}/${field.name}`, roles: new Map() };
        found.push({ image: whole, rank: 2 + 1 / (1 + field.size) });
      }
    }
  }
  return found.sort((one, other) => one.rank - other.rank).map(({ image }) => image);
}

/**
 * Says why nothing is shown, or nothing new; "" if something is, or where the page says why: of a
 * driver that is not up it has a sentence of its own.
 *
 * @param {readonly Driver[]} drivers Those that the relay serves.
 * @param {readonly Image[]} images That they have.
 * @param {string | null} wanted The image that the link names; null: the first one.
 */
export function absenceText(drivers, images, wanted) {
  const shown = images.find(({ name }) => name === wanted) ?? (wanted ? undefined : images[0]);
  const away = drivers.filter(({ state, schema }) => state !== "up" && (shown || !schema));
  if (shown) {
    const gone = away.find(({ name }) => name === shown.driver);
    return gone ? `This picture is the last one: it goes on when ${gone.name} is back.` : "";
  }
  if (away.length || !drivers.length) return ""; // the page says so
  return images.length ? `No driver here has ${wanted}: choose another image.` : NONE;
}

/**
 * @param {Struct} struct
 * @returns {Map<string, string>} The names of its fields by their roles.
 */
function rolesOf(struct) {
  const tagged = [...struct.fields.values()].filter((field) => field.tile);
  return new Map(tagged.map((field) => [field.tile, field.name]));
}

/**
 * @param {string} driver
 * @param {Message} message
 * @param {Field} field
 */
function describe(driver, message, field) {
  const columns = dimensions(field) === 2 ? field.shape[field.shape.length - 1] : 0;
  const { name: pixels, time, scale, bias } = field;
  return {
    name: `${driver}/${message.name}`,
    driver,
    message: message.name,
    pixels,
    unit: unitOf(field) ?? "",
    shown: { time, scale, bias },
    columns,
  };
}

/** @param {Field} field */
function dimensions({ shape, tail }) {
  return shape.length + Number(tail);
}

/**
 * @param {Field} field
 * @param {Map<string, string>} roles
 */
function canShow(field, roles) {
  const { type, bits } = field;
  if (!type.drawable || bits) return false;
  return dimensions(field) === 2 || (dimensions(field) === 1 && roles.has("width"));
}

/**
 * @param {Message} command
 * @param {Message[]} messages
 * @returns {Asking | null} null: it, or its answer, lacks what a viewer needs.
 */
function askingOf(command, messages) {
  const roles = rolesOf(command.struct);
  const wanted = command.fields.get(/** @type {string} */ (roles.get("wanted")));
  const answer = messages.find(({ name }) => name === command.reply);
  if (!wanted?.type.struct || !answer) return null;
  const tile = rolesOf(wanted.type.struct);
  const image = rolesOf(answer.struct);
  const needed = ["image_width", "image_height", "tile_width", "tile_height", "levels"];
  if (!["x", "y", "level"].every((role) => tile.has(role))) return null;
  if (!needed.every((role) => image.has(role))) return null;
  const format = command.fields.get(roles.get("format") ?? "");
  const formats = [...(format?.type.enum?.values.keys() ?? [])];
  return { name: command.name, roles, tile, image, formats };
}
