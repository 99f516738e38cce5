// The parts of a schema: enums, structs and messages. Pure.

import { SchemaError, entries, integer, record, text, whole } from "./checks.mjs";
import { findPlace } from "./places.mjs";

/** @typedef {import("./bits.mjs").BitRange} BitRange */
/** @typedef {import("./kinds.mjs").Kind} Kind */

/** A C enum. */
export class Enum {
  /** @type {Map<number | bigint, string>} */
  #labels = new Map();

  /**
   * @param {string} name
   * @param {any} json
   */
  constructor(name, json) {
    const path = `enums.${name}`;
    record(json, path);
    this.name = name;
    /** @type {number} Bytes of a value. */
    this.size = whole(json.size, `${path}.size`, 1, 8);
    this.signed = json.signed === true;
    this.doc = text(json.doc);
    const number = this.size === 8 ? BigInt : Number;
    /** @type {Map<string, number | bigint>} Enumerators in the header's order; BigInt if of 8 bytes. */
    this.values = new Map();
    /** @type {Map<string, string>} Their doc comments, where they have one. */
    this.docs = new Map(Object.entries(json.docs ?? {}));
    for (const [label, value] of entries(json.values, path)) {
      const exact = number(integer(value, `${path}.${label}`));
      this.values.set(label, exact);
      if (!this.#labels.has(exact)) this.#labels.set(exact, label);
    }
  }

  /**
   * Finds the first enumerator with this value.
   *
   * @param {number | bigint} value
   * @returns {string | undefined}
   */
  label(value) {
    return this.#labels.get(this.size === 8 ? BigInt(value) : Number(value));
  }
}

/**
 * A member of a struct. An array has a shape; a tail (flexible array member) is the rest of the
 * payload; a bit field has `bits`.
 *
 * @typedef {Bytes & import("./tags.mjs").Tags} Field
 */
/**
 * The place of a field and its type.
 *
 * @typedef {object} Bytes
 * @property {string} name
 * @property {number} offset Bytes from the start of the struct.
 * @property {number} size Bytes; 0 for a tail.
 * @property {Kind} type Of an array or a tail: of its elements.
 * @property {number[]} shape Empty where it is no array; of a tail, the shape of its elements.
 * @property {boolean} tail
 * @property {number} stride Bytes of one element of an array or a tail.
 * @property {BitRange | undefined} bits
 * @property {boolean} anonymous C reaches its members as the outer struct's own.
 * @property {string} doc
 * @property {unknown} default
 * @property {string} c_type As C spells the type.
 * @property {string} tile Its role in tiles of an image; empty: none.
 */

/** A struct or union. */
export class Struct {
  /**
   * @param {string} name
   * @param {any} json
   * @param {Field[]} members
   */
  constructor(name, json, members) {
    this.name = name;
    this.union = json.kind === "union";
    /** @type {number} sizeof */
    this.size = json.size;
    this.doc = text(json.doc);
    /** @type {Field[]} As C declares them. */
    this.members = members;
    /** @type {Map<string, Field>} What has a name in C: in the place of an anonymous member, its own. */
    this.fields = new Map();
    for (const member of members) {
      for (const field of reachable(member)) {
        if (this.fields.has(field.name)) {
          throw new SchemaError(`types.${name}`, `there are two fields ${field.name}`);
        }
        this.fields.set(field.name, field);
      }
    }
    const last = members.at(-1);
    const inner = last?.type.struct?.tail;
    /** @type {Field | undefined} The flexible array member, also of a struct that is the last member. */
    this.tail = last?.tail ? last : inner && moved(inner, last.offset);
  }
}

/**
 * @param {Field} member
 * @returns {Iterable<Field>}
 */
function reachable(member) {
  if (!member.anonymous || !member.type.struct) return [member];
  return [...member.type.struct.fields.values()].map((field) => moved(field, member.offset));
}

/**
 * The same field in a struct that begins `by` bytes earlier.
 *
 * @param {Field} field
 * @param {number} by
 * @returns {Field}
 */
function moved(field, by) {
  const bits = field.bits && { ...field.bits, start: field.bits.start + by };
  return { ...field, offset: field.offset + by, bits };
}

/** A message: a struct with a number. */
export class Message {
  /** @type {Map<string, import("./places.mjs").Place>} */
  #places = new Map();

  /**
   * @param {number} id
   * @param {string} name
   * @param {Struct} struct
   * @param {any} json
   */
  constructor(id, name, struct, json) {
    this.id = id;
    this.name = name;
    this.struct = struct;
    this.command = json.command === true;
    /** @type {string | undefined} The message that answers the command. */
    this.reply = json.reply;
    this.doc = struct.doc;
    /** @type {number} Bytes of the payload, without the elements of a tail. */
    this.size = struct.tail ? struct.tail.offset : struct.size;
  }

  /** @returns {Map<string, Field>} By name. */
  get fields() {
    return this.struct.fields;
  }

  /**
   * Finds the values of a path, and their field: `place("channels[1].shape").field.enum`.
   *
   * @param {string} path
   * @returns {import("./places.mjs").Place}
   * @throws {import("./places.mjs").PathError}
   */
  place(path) {
    let place = this.#places.get(path);
    if (!place) this.#places.set(path, (place = findPlace(this.struct, path, this.name)));
    return place;
  }

  /**
   * Whether a payload can have this many bytes.
   *
   * @param {number} size
   */
  fits(size) {
    const { tail } = this.struct;
    if (!tail) return size === this.size;
    return size >= this.size && (size - this.size) % tail.stride === 0;
  }
}
