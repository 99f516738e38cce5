// A driver's schema (PROTOCOL.md, "The schema"): what its messages are and where their fields lie.
// It comes from another program, so what decoding relies on is checked here. Pure.

import { bitRange, numberCode } from "./numbers.mjs";
import { findPlace } from "./places.mjs";

/** @typedef {import("./numbers.mjs").NumberCode} NumberCode */
/** @typedef {import("./numbers.mjs").BitRange} BitRange */

const FORMAT = "cwire-schema/1";
const SIZE_LIMIT = 64 * 1024 * 1024;
const NESTING_LIMIT = 32;
const DIMENSION_LIMIT = 16;
const LETTERS = new Map([["int", "i"], ["uint", "u"], ["float", "f"], ["complex", "c"], ["bool", "b"]]);

/** The schema cannot be used; the text says where and why. */
export class SchemaError extends Error {
  /**
   * @param {string} path Where: `types.block.fields.dt`.
   * @param {string} reason
   */
  constructor(path, reason) {
    super(`schema, ${path}: ${reason}`);
    this.name = "SchemaError";
  }
}

/** A C enum. */
export class Enum {
  /**
   * @param {string} name
   * @param {any} json
   */
  constructor(name, json) {
    const path = `enums.${name}`;
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
    /** @type {Map<number | bigint, string>} */
    this._labels = new Map();
    for (const [label, value] of entries(json.values, path)) {
      if (!/^(string|number)$/.test(typeof value)) throw new SchemaError(path, `${label} is no number`);
      const exact = number(value);
      this.values.set(label, exact);
      if (!this._labels.has(exact)) this._labels.set(exact, label);
    }
  }

  /**
   * The first enumerator with this value.
   *
   * @param {number | bigint} value
   * @returns {string | undefined}
   */
  label(value) {
    return this._labels.get(this.size === 8 ? BigInt(value) : Number(value));
  }
}

/**
 * What the bytes of a field mean. `code` is there for numbers and enums, `enum` for enums,
 * `struct` for structs and unions.
 *
 * @typedef {object} Type
 * @property {"int" | "uint" | "float" | "complex" | "bool" | "enum" | "char" | "struct"} kind
 * @property {number} size Bytes of one.
 * @property {NumberCode} [code]
 * @property {Enum} [enum]
 * @property {Struct} [struct]
 */

/**
 * A member of a struct. An array has a shape; a tail (flexible array member) is the rest of the
 * payload; a bit field has `bits`.
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {number} offset Bytes from the start of the struct.
 * @property {number} size Bytes; 0 for a tail.
 * @property {Type} type Of an array or a tail: of its elements.
 * @property {number[]} shape Empty where it is no array.
 * @property {boolean} tail
 * @property {BitRange | undefined} bits
 * @property {boolean} anonymous C reaches its members as the outer struct's own.
 * @property {string} doc
 * @property {string | undefined} unit
 * @property {[number, number] | undefined} range
 * @property {unknown} default
 * @property {string} c_type As C spells the type.
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
    const last = members[members.length - 1];
    /** @type {Field | undefined} The flexible array member. */
    this.tail = last.tail ? last : undefined;
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
    /** @type {Map<string, import("./places.mjs").Place>} */
    this._places = new Map();
  }

  /** @returns {Map<string, Field>} By name. */
  get fields() {
    return this.struct.fields;
  }

  /**
   * Where the values of a path are, and what: `place("channels[1].shape").field.enum`.
   *
   * @param {string} path
   * @returns {import("./places.mjs").Place}
   * @throws {import("./places.mjs").PathError}
   */
  place(path) {
    let place = this._places.get(path);
    if (!place) this._places.set(path, (place = findPlace(this.struct, path, this.name)));
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
    return size >= this.size && (size - this.size) % tail.type.size === 0;
  }
}

/** What a driver's messages are. */
export class Schema {
  /**
   * @param {any} json The schema as data, or its text.
   * @throws {SchemaError}
   */
  constructor(json) {
    const data = typeof json === "string" ? parse(json) : json;
    if (data?.schema !== FORMAT) {
      throw new SchemaError("schema", `is ${JSON.stringify(data?.schema)}; this client reads ${FORMAT}`);
    }
    if (data.byte_order !== "little" && data.byte_order !== "big") {
      throw new SchemaError("byte_order", "must be little or big");
    }
    this.name = text(data.name);
    this.layout_hash = text(data.layout_hash);
    this.little = data.byte_order === "little";
    /** @type {Map<string, number | string>} From #define; beyond 2^53 decimal text. */
    this.constants = new Map(Object.entries(data.constants ?? {}));
    /** @type {Map<string, Enum>} */
    this.enums = new Map();
    for (const [name, value] of entries(data.enums, "enums")) this.enums.set(name, new Enum(name, value));
    /** @type {Map<string, Struct>} */
    this.structs = new StructReader(data.types, this.enums, this.little).readAll();
    /** @type {Map<string, Message>} By name. */
    this.messages = new Map();
    /** @type {Map<number, Message>} */
    this.byId = new Map();
    for (const [key, value] of entries(data.messages, "messages")) {
      const path = `messages.${key}`;
      const id = whole(Number(key), path, 1, 0xffff);
      const struct = this.structs.get(value?.type);
      if (!struct) throw new SchemaError(path, "names a type that is not in types");
      const message = new Message(id, String(value.name), struct, value);
      this.messages.set(message.name, message);
      this.byId.set(id, message);
    }
  }
}

/** Reads structs in the order in which they need each other. */
class StructReader {
  /**
   * @param {any} types
   * @param {Map<string, Enum>} enums
   * @param {boolean} little
   */
  constructor(types, enums, little) {
    /** @type {Map<string, any>} */
    this._sources = new Map(entries(types, "types"));
    this._enums = enums;
    this._little = little;
    /** @type {Map<string, Struct>} */
    this._made = new Map();
    /** @type {Set<string>} Being read: the way from the outermost. */
    this._open = new Set();
    /** @type {Set<string>} A second use could multiply the fields. */
    this._anonymous = new Set();
  }

  readAll() {
    for (const name of this._sources.keys()) this._struct(name, `types.${name}`);
    return this._made;
  }

  /**
   * @param {string} name
   * @param {string} user
   * @returns {Struct}
   */
  _struct(name, user) {
    const known = this._made.get(name);
    if (known) return known;
    const json = this._sources.get(name);
    if (!json) throw new SchemaError(user, `names the struct ${name}, which is not in types`);
    if (this._open.has(name)) throw new SchemaError(user, `the struct ${name} contains itself`);
    if (this._open.size === NESTING_LIMIT) {
      throw new SchemaError(user, `structs are nested more than ${NESTING_LIMIT} deep`);
    }
    const path = `types.${name}`;
    if (json.kind !== "struct" && json.kind !== "union") {
      throw new SchemaError(path, `the kind ${json.kind} is not known to this version`);
    }
    whole(json.size, `${path}.size`, 1, SIZE_LIMIT);
    if (!Array.isArray(json.fields) || json.fields.length === 0) throw new SchemaError(path, "has no fields");
    this._open.add(name);
    /** @type {Field[]} */
    const members = json.fields.map((/** @type {any} */ field) => this._field(field, path, json));
    this._open.delete(name);
    if (members.slice(0, -1).some((member) => member.tail)) {
      throw new SchemaError(path, "a flexible array member must be the last field");
    }
    const struct = new Struct(name, json, members);
    this._made.set(name, struct);
    return struct;
  }

  /**
   * @param {any} json
   * @param {string} outer
   * @param {any} struct
   * @returns {Field}
   */
  _field(json, outer, struct) {
    const path = `${outer}.fields.${json?.name}`;
    if (typeof json?.name !== "string") throw new SchemaError(path, "a field has no name");
    const kind = json.type?.kind;
    const array = kind === "array";
    const tail = kind === "tail";
    const type = this._type(array || tail ? json.type.of : json.type, path);
    const shape = array ? checkedShape(json.type.shape, path) : [];
    const bits = "bit_offset" in json ? this._bits(json, type, path) : undefined;
    const offset = bits ? bits.start : whole(json.offset, `${path}.offset`, 0, struct.size);
    const size = bits ? bits.bytes : tail ? 0 : product(shape) * type.size;
    if (!bits && json.size !== size) {
      throw new SchemaError(path, `its size is ${json.size}, but its type has ${size}`);
    }
    if (offset + size > struct.size) throw new SchemaError(path, `ends beyond its struct's ${struct.size}`);
    if (tail && (json.type.stride !== type.size || struct.kind === "union" || offset === 0)) {
      throw new SchemaError(path, "is no flexible array member that this version knows");
    }
    const anonymous = json.anonymous === true;
    if (anonymous) {
      if (!type.struct || shape.length || this._anonymous.has(type.struct.name)) {
        throw new SchemaError(path, "cannot be an anonymous member");
      }
      this._anonymous.add(type.struct.name);
    }
    return {
      name: json.name,
      offset,
      size,
      type,
      shape,
      tail,
      bits,
      anonymous,
      doc: text(json.doc),
      unit: json.unit,
      range: json.range && [Number(json.range[0]), Number(json.range[1])],
      default: json.default,
      c_type: text(json.c_type),
    };
  }

  /**
   * @param {any} json
   * @param {Type} type
   * @param {string} path
   */
  _bits(json, type, path) {
    const most = type.kind === "bool" ? 1 : 8 * type.size;
    const offset = whole(json.bit_offset, `${path}.bit_offset`, 0, 8 * SIZE_LIMIT);
    const width = whole(json.bit_width, `${path}.bit_width`, 1, most);
    if (!["int", "uint", "bool", "enum"].includes(type.kind)) {
      throw new SchemaError(path, "only an integer, a bool or an enum can be a bit field");
    }
    const signed = type.enum ? type.enum.signed : type.kind === "int";
    return bitRange(offset, width, this._little, signed);
  }

  /**
   * @param {any} json
   * @param {string} path
   * @returns {Type}
   */
  _type(json, path) {
    const kind = json?.kind;
    if (kind === "char") return { kind, size: whole(json.length, `${path}.type.length`, 1, SIZE_LIMIT) };
    if (kind === "struct") {
      const struct = this._struct(String(json.struct), path);
      if (struct.tail) throw new SchemaError(path, `${struct.name} has a flexible array member`);
      return { kind, size: struct.size, struct };
    }
    const enumeration = kind === "enum" ? this._enums.get(json.enum) : undefined;
    const letter =
      kind === "enum"
        ? enumeration && (enumeration.signed ? "i" : "u") + enumeration.size
        : LETTERS.get(kind);
    const code = numberCode(String(json?.np));
    if (!letter || !code || !json.np.slice(1).startsWith(letter)) {
      throw new SchemaError(path, `the type ${kind} ${json?.np} is not known to this version`);
    }
    if (json.np[0] !== "|" && (json.np[0] === "<") !== this._little) {
      throw new SchemaError(path, `${json.np} has not the schema's byte order`);
    }
    return { kind, size: code.size * code.parts, code, enum: enumeration };
  }
}

/** @param {string} json */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new SchemaError("text", `is not JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * @param {any} value
 * @param {string} path
 * @returns {[string, any][]}
 */
function entries(value, path) {
  if (typeof value !== "object" || value === null) throw new SchemaError(path, "is missing");
  return Object.entries(value);
}

/**
 * @param {any} value
 * @param {string} path
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
function whole(value, path, low, high) {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new SchemaError(path, `must be a whole number from ${low} to ${high}, is ${value}`);
  }
  return value;
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
  return shape.map((length) => whole(length, `${path}.type.shape`, 1, SIZE_LIMIT));
}

/** @param {number[]} shape */
function product(shape) {
  return shape.reduce((all, length) => all * length, 1);
}

/** @param {any} value */
function text(value) {
  return typeof value === "string" ? value : "";
}
