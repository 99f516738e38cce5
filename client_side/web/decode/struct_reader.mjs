// Reads structs in the order in which they need each other; believes nothing. Pure.

import { FRAME_LIMIT } from "../protocol.mjs";
import { bitRange } from "./bits.mjs";
import { SchemaError, entries, readOrder, record, text, whole } from "./checks.mjs";
import { readKind } from "./kinds.mjs";
import { product } from "./places.mjs";
import { Struct } from "./structs.mjs";
import { readTags } from "./tags.mjs";

/** @typedef {import("./structs.mjs").Enum} Enum */
/** @typedef {import("./structs.mjs").Field} Field */
/** @typedef {import("./kinds.mjs").Kind} Kind */

const NESTING_LIMIT = 32;
const DIMENSION_LIMIT = 16;
const IDENTIFIER = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u; // as C and gcc take names

/** Reads the structs of a schema. */
export class StructReader {
  /** @type {Map<string, any>} */
  #sources;
  #enums;
  #little;
  /** @type {Map<string, Struct>} */
  #made = new Map();
  /** @type {Set<string>} Being read: the way from the outermost. */
  #open = new Set();
  /** @type {Set<string>} A second use could multiply the fields. */
  #anonymous = new Set();

  /**
   * @param {any} types
   * @param {Map<string, Enum>} enums
   * @param {boolean} little The byte order of bit fields that say no other one.
   */
  constructor(types, enums, little) {
    this.#sources = new Map(entries(types, "types"));
    this.#enums = enums;
    this.#little = little;
  }

  readAll() {
    for (const name of this.#sources.keys()) this.#struct(name, `types.${name}`);
    return this.#made;
  }

  /**
   * @param {string} name
   * @param {string} user
   * @returns {Struct}
   */
  #struct(name, user) {
    const known = this.#made.get(name);
    if (known) return known;
    const json = this.#sources.get(name);
    if (json === undefined)
      throw new SchemaError(user, `names the struct ${name}, which is not in types`);
    if (this.#open.has(name)) throw new SchemaError(user, `the struct ${name} contains itself`);
    if (this.#open.size === NESTING_LIMIT) {
      throw new SchemaError(user, `structs are nested more than ${NESTING_LIMIT} deep`);
    }
    const path = `types.${name}`;
    record(json, path);
    if (json.kind !== "struct" && json.kind !== "union") {
      throw new SchemaError(path, `the kind ${json.kind} is not known to this version`);
    }
    whole(json.size, `${path}.size`, 0, FRAME_LIMIT);
    if (!Array.isArray(json.fields)) throw new SchemaError(path, "has no list of fields");
    this.#open.add(name);
    /** @type {Field[]} */
    const members = json.fields.map((/** @type {any} */ field) => this.#field(field, path, json));
    this.#open.delete(name);
    if (members.slice(0, -1).some((member) => member.tail || member.type.struct?.tail)) {
      throw new SchemaError(path, "a flexible array member must be the last field");
    }
    const struct = new Struct(name, json, members);
    this.#made.set(name, struct);
    return struct;
  }

  /**
   * @param {any} json
   * @param {string} outer
   * @param {any} struct
   * @returns {Field}
   */
  #field(json, outer, struct) {
    const path = `${outer}.fields.${record(json, outer).name}`;
    if (typeof json.name !== "string" || !IDENTIFIER.test(json.name)) {
      throw new SchemaError(path, "its name is no identifier");
    }
    const kind = json.type?.kind;
    const array = kind === "array";
    const tail = kind === "tail";
    const type = this.#type(array || tail ? json.type.of : json.type, path);
    const shape = array || (tail && json.type.shape) ? checkedShape(json.type.shape, path) : [];
    const stride = product(shape, array ? 1 : 0) * type.size;
    const bits = "bit_offset" in json ? this.#bits(json, type, path) : undefined;
    const offset = bits ? bits.start : whole(json.offset, `${path}.offset`, 0, struct.size);
    const size = bits ? bits.bytes : tail ? 0 : product(shape) * type.size;
    if (!bits && json.size !== size) {
      throw new SchemaError(path, `its size is ${json.size}, but its type has ${size}`);
    }
    if (size === 0 && !tail && !type.struct?.tail)
      throw new SchemaError(path, "has no bytes, and so no value");
    if (offset + size > struct.size)
      throw new SchemaError(path, `ends beyond its struct's ${struct.size}`);
    if (tail && (json.type.stride !== stride || stride === 0 || struct.kind === "union")) {
      throw new SchemaError(path, "is no flexible array member that this version knows");
    }
    if (type.struct?.tail && (array || tail || struct.kind === "union")) {
      throw new SchemaError(path, `${type.struct.name} has a flexible array member`);
    }
    const anonymous = json.anonymous === true;
    if (anonymous) {
      if (!type.struct || shape.length || this.#anonymous.has(type.struct.name)) {
        throw new SchemaError(path, "cannot be an anonymous member");
      }
      this.#anonymous.add(type.struct.name);
    }
    return {
      name: json.name,
      offset,
      size,
      type,
      shape,
      tail,
      stride,
      bits,
      anonymous,
      doc: text(json.doc),
      ...readTags(json, type.kind, shape, path),
      default: json.default,
      c_type: text(json.c_type),
      tile: text(json.tile),
    };
  }

  /**
   * @param {any} json
   * @param {Kind} type
   * @param {string} path
   */
  #bits(json, type, path) {
    if (!type.mostBits) {
      throw new SchemaError(path, "only an integer, a bool or an enum can be a bit field");
    }
    const offset = whole(json.bit_offset, `${path}.bit_offset`, 0, 8 * FRAME_LIMIT);
    const width = whole(json.bit_width, `${path}.bit_width`, 1, type.mostBits);
    const little =
      "byte_order" in json ? readOrder(json.byte_order, `${path}.byte_order`) : this.#little;
    return bitRange(offset, width, little, type.signed);
  }

  /**
   * @param {any} json
   * @param {string} path
   */
  #type(json, path) {
    return readKind(json, {
      path,
      enums: this.#enums,
      struct: (name) => this.#struct(name, path),
    });
  }
}

/**
 * @param {any} shape
 * @param {string} path
 * @returns {number[]}
 */
function checkedShape(shape, path) {
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > DIMENSION_LIMIT) {
    throw new SchemaError(path, `an array has from 1 to ${DIMENSION_LIMIT} dimensions`);
  }
  return shape.map((length) => whole(length, `${path}.type.shape`, 1, FRAME_LIMIT));
}
