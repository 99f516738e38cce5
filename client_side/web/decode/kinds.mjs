// The kinds of fields, and all that depends on them: what a schema may say, how one value, an array
// and a column of them are read, whether they can be drawn. A new kind is a class here and its word
// in KINDS; a new format of numbers is a line of NUMBERS. Pure.

import { FRAME_LIMIT } from "../protocol.mjs";
import { SchemaError, whole } from "./checks.mjs";
import { copyBytes, readNumbers, readPlainText, readTexts } from "./columns.mjs";
import { halfValues } from "./half.mjs";
import { readStruct } from "./rows.mjs";

/** @typedef {import("./frames.mjs").FrameGroup} FrameGroup */
/** @typedef {import("./places.mjs").Place} Place */
/** @typedef {import("./structs.mjs").Enum} Enum */
/** @typedef {import("./structs.mjs").Field} Field */
/** @typedef {import("./structs.mjs").Struct} Struct */

/**
 * @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
 *   | BigInt64Array | BigUint64Array | Float32Array | Float64Array} TypedArray
 */
/**
 * @typedef {{readonly BYTES_PER_ELEMENT: number, new (length: number): TypedArray,
 *   new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray}} ArrayOf
 */
/**
 * The reading of a number.
 *
 * @typedef {object} NumberCode
 * @property {string} name numpy's letter and size: `f8`; of a complex number, of one part.
 * @property {number} size Bytes of one; of a complex number, of one part.
 * @property {number} parts 2 for a complex number, else 1.
 * @property {boolean} little
 * @property {boolean} direct Whether an array of these, in this machine's byte order, is a view.
 * @property {boolean} wide Whether it is a BigInt.
 * @property {ArrayOf} array What a column of these is.
 * @property {(view: DataView, at: number) => number | bigint} read Reads one (one part) of them.
 */
/**
 * The parts of a schema that the check of a type depends on.
 *
 * @typedef {object} Context
 * @property {string} path Where the type is, for people.
 * @property {Map<string, Enum>} enums
 * @property {(name: string) => Struct} struct Reads another struct of the schema.
 */

/** Whether this machine is little-endian: only then are typed arrays views of `<` numbers. */
export const HOST_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The class of a column and the reading of one number, by numpy's letter and size.
 *
 * @type {Record<string, [ArrayOf, (view: DataView, at: number, little: boolean) => number | bigint]>}
 */
const NUMBERS = {
  i1: [Int8Array, (view, at) => view.getInt8(at)],
  i2: [Int16Array, (view, at, little) => view.getInt16(at, little)],
  i4: [Int32Array, (view, at, little) => view.getInt32(at, little)],
  i8: [BigInt64Array, (view, at, little) => view.getBigInt64(at, little)],
  u1: [Uint8Array, (view, at) => view.getUint8(at)],
  u2: [Uint16Array, (view, at, little) => view.getUint16(at, little)],
  u4: [Uint32Array, (view, at, little) => view.getUint32(at, little)],
  u8: [BigUint64Array, (view, at, little) => view.getBigUint64(at, little)],
  f2: [Float32Array, (view, at, little) => halfValues()[view.getUint16(at, little)]],
  f4: [Float32Array, (view, at, little) => view.getFloat32(at, little)],
  f8: [Float64Array, (view, at, little) => view.getFloat64(at, little)],
  b1: [Uint8Array, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
};
/** The parts of complex numbers, by numpy's letter and size. */
const PARTS = new Map([
  ["c8", "f4"],
  ["c16", "f8"],
]);

/** @type {Map<string, NumberCode>} By numpy's type string: `<f8`, `|u1`. */
const CODES = new Map();
for (const [name, [array, read]] of Object.entries(NUMBERS)) {
  const size = Number(name.slice(1));
  for (const little of [true, false]) {
    CODES.set(`${size === 1 ? "|" : little ? "<" : ">"}${name}`, {
      name,
      size,
      parts: 1,
      little,
      direct:
        array.BYTES_PER_ELEMENT === size && name !== "b1" && (size === 1 || little === HOST_LITTLE),
      wide: array === BigInt64Array || array === BigUint64Array,
      array,
      read: (view, at) => read(view, at, little),
    });
  }
}
for (const [name, part] of PARTS) {
  for (const order of "<>") CODES.set(order + name, { ...code(order + part), parts: 2 });
}

/**
 * The code of a type string that is known to be there.
 *
 * @param {string} np
 */
function code(np) {
  return /** @type {NumberCode} */ (CODES.get(np));
}

const BYTE = code("|u1");
const HALF_BITS = code(HOST_LITTLE ? "<u2" : ">u2");

/**
 * Whether every number of this type is a 32-bit float, too.
 *
 * @param {string} np numpy's type string; `=` is this machine's byte order.
 */
export function fitsFloat32(np) {
  const found = Object.hasOwn(NUMBERS, np.slice(1)) ? NUMBERS[np.slice(1)] : undefined;
  return found !== undefined && (found[0] === Float32Array || Number(np.slice(2)) <= 2);
}

/** The kind of the values of a field; of an array or a tail, of its elements. */
export class Kind {
  /**
   * @param {string} kind The schema's word.
   * @param {number} size Bytes of one value.
   * @param {NumberCode} [code]
   */
  constructor(kind, size, code = BYTE) {
    this.kind = kind;
    this.size = size;
    /** The numbers that columns consist of; of texts and unions: bytes. */
    this.code = code;
    /** @type {Enum | undefined} */
    this.enum = undefined;
    /** @type {Struct | undefined} Of structs and unions. */
    this.struct = undefined;
  }

  /** Whether a line can be drawn of the values. */
  get drawable() {
    return false;
  }

  /** Bits of the widest bit field; 0: it cannot be one. */
  get mostBits() {
    return 0;
  }

  /** Whether a bit field of this kind can be negative. */
  get signed() {
    return false;
  }

  /** The reason why there are no columns of it; empty where there are. */
  get noColumn() {
    return "";
  }

  /**
   * Reads one value as rows have it.
   *
   * @param {DataView} view
   * @param {number} at
   * @returns {any}
   */
  read(view, at) {
    return this.value(this.code.read(view, at));
  }

  /**
   * Turns a number, also that of a bit field, into what rows have.
   *
   * @param {number | bigint} number
   * @returns {any}
   */
  value(number) {
    return number;
  }

  /**
   * Reads values that stand side by side as rows have them.
   *
   * @param {DataView} view
   * @param {number} at
   * @param {number} length
   * @returns {ArrayLike<any>}
   */
  readArray(view, at, length) {
    return Array.from({ length }, (_, index) => this.read(view, at + index * this.size));
  }

  /**
   * Reads a tail, as rows have it.
   *
   * @param {DataView} view
   * @param {number} at
   * @param {number} size Bytes up to the end of the message.
   * @returns {any}
   */
  readTail(view, at, size) {
    return this.readArray(view, at, Math.floor(size / this.size));
  }

  /**
   * The dimensions of a column of this kind, from those of the path.
   *
   * @param {Field} _field
   * @param {number[]} shape
   * @param {number[]} strides
   * @returns {[shape: number[], strides: number[]]}
   */
  columnShape(_field, shape, strides) {
    return [shape, strides];
  }

  /**
   * Reads the values of all frames, one frame after the other.
   *
   * @param {FrameGroup} group
   * @param {Place} place
   * @returns {TypedArray | string[]}
   */
  column(group, place) {
    return readNumbers(group, place);
  }
}

/** A kind that is stored as numbers. */
class NumberKind extends Kind {
  /**
   * @param {string} kind
   * @param {NumberCode} code
   */
  constructor(kind, code) {
    super(kind, code.size * code.parts, code);
  }

  get drawable() {
    return true;
  }
}

/** A number that a typed array holds; rows have arrays of them as such. */
class PlainKind extends NumberKind {
  /**
   * @param {DataView} view
   * @param {number} at
   * @param {number} length
   * @returns {ArrayLike<any>}
   */
  readArray(view, at, length) {
    const { array, direct, read, size } = this.code;
    if (direct) return new array(copyBytes(view, at, length * size).buffer);
    /** @type {any} */
    const numbers = new array(length);
    for (let index = 0; index < length; index++) numbers[index] = read(view, at + index * size);
    return numbers;
  }
}

/** A half-precision float: columns are looked up in a table. */
class HalfKind extends PlainKind {
  /**
   * @param {FrameGroup} group
   * @param {Place} place
   */
  column(group, place) {
    const patterns = { ...place, code: HALF_BITS, read: HALF_BITS.read };
    const bits = /** @type {Uint16Array} */ (readNumbers(group, patterns));
    const table = halfValues();
    const values = new Float32Array(bits.length);
    if (this.code.little === HOST_LITTLE) {
      for (let index = 0; index < bits.length; index++) values[index] = table[bits[index]];
    } else {
      for (let index = 0; index < bits.length; index++) {
        values[index] = table[((bits[index] & 255) << 8) | (bits[index] >> 8)];
      }
    }
    return values;
  }
}

/** An integer; of 64 bits, a BigInt. */
class IntegerKind extends PlainKind {
  get mostBits() {
    return 8 * this.size;
  }

  get signed() {
    return this.kind === "int";
  }
}

/** A C bool: what is not 0 is true; columns have 1. */
class BoolKind extends NumberKind {
  get mostBits() {
    return 1;
  }

  /** @param {number | bigint} number */
  value(number) {
    return number !== 0;
  }
}

/**
 * An enum: rows have the names, where there are any; columns the numbers. An integer that is tagged
 * `@enum` may have another size and sign than its enum.
 */
class EnumKind extends NumberKind {
  #signed;

  /**
   * @param {NumberCode} code
   * @param {boolean} signed
   * @param {Enum} enumeration
   */
  constructor(code, signed, enumeration) {
    super("enum", code);
    this.#signed = signed;
    this.enum = enumeration;
  }

  get mostBits() {
    return 8 * this.size;
  }

  get signed() {
    return this.#signed;
  }

  /** @param {number | bigint} number */
  value(number) {
    return this.enum?.label(number) ?? number;
  }
}

/** A complex number: [real, imaginary]; columns have real, imaginary, real, … */
class ComplexKind extends NumberKind {
  get drawable() {
    return false;
  }

  /**
   * @param {DataView} view
   * @param {number} at
   */
  read(view, at) {
    const { read, size } = this.code;
    return [read(view, at), read(view, at + size)];
  }
}

/**
 * A char array: text up to the first NUL; rows have its bytes where they are more than a text. A tail
 * of chars is one text.
 */
class TextKind extends Kind {
  /**
   * @param {DataView} view
   * @param {number} at
   */
  read(view, at) {
    return readPlainText(view, at, this.size);
  }

  /**
   * @param {DataView} view
   * @param {number} at
   * @param {number} size
   */
  readTail(view, at, size) {
    if (this.size !== 1) return super.readTail(view, at, size);
    // The NULs at its end count, too.
    const whole = size > 0 && view.getUint8(at + size - 1) === 0;
    return whole ? copyBytes(view, at, size) : readPlainText(view, at, size);
  }

  /**
   * @param {Field} field
   * @param {number[]} shape
   * @param {number[]} strides
   * @returns {[shape: number[], strides: number[]]}
   */
  columnShape(field, shape, strides) {
    return field.tail && field.stride === 1 ? [[], []] : [shape, strides];
  }

  /**
   * @param {FrameGroup} group
   * @param {Place} place
   */
  column(group, place) {
    return readTexts(group, place);
  }
}

/** A struct inside of another: an object; only its members have columns. */
class StructKind extends Kind {
  /** @param {Struct} struct */
  constructor(struct) {
    super("struct", struct.size);
    this.struct = struct;
  }

  get noColumn() {
    const names = [.../** @type {Struct} */ (this.struct).fields.keys()].join(", ");
    return `is a struct; name one of its members: ${names}`;
  }

  /**
   * @param {DataView} view
   * @param {number} at
   */
  read(view, at) {
    return readStruct(/** @type {Struct} */ (this.struct), view, at, this.size);
  }
}

/** A union: its bytes, since only the program knows which member is meant. */
class UnionKind extends StructKind {
  get noColumn() {
    return "";
  }

  /**
   * @param {DataView} view
   * @param {number} at
   */
  read(view, at) {
    return copyBytes(view, at, this.size);
  }

  /**
   * @param {Field} _field
   * @param {number[]} shape
   * @param {number[]} strides
   * @returns {[shape: number[], strides: number[]]}
   */
  columnShape(_field, shape, strides) {
    return [
      [...shape, this.size],
      [...strides, 1],
    ];
  }
}

/**
 * The check of a type, which makes its kind, by the schema's word.
 *
 * @type {Map<unknown, (json: any, context: Context) => Kind>}
 */
const KINDS = new Map([
  ["int", (json, context) => new IntegerKind("int", numberCode(json, "i", context))],
  ["uint", (json, context) => new IntegerKind("uint", numberCode(json, "u", context))],
  ["float", readFloat],
  ["complex", (json, context) => new ComplexKind("complex", numberCode(json, "c", context))],
  ["bool", (json, context) => new BoolKind("bool", numberCode(json, "b", context))],
  ["enum", readEnum],
  [
    "char",
    (json, { path }) =>
      new TextKind("char", whole(json.length, `${path}.type.length`, 1, FRAME_LIMIT)),
  ],
  ["struct", readStructKind],
]);

/**
 * Checks a type of a schema that is no array and no tail.
 *
 * @param {any} json
 * @param {Context} context
 * @returns {Kind}
 * @throws {SchemaError} It is of no kind that this version knows, or not consistent.
 */
export function readKind(json, context) {
  const read = KINDS.get(json?.kind);
  if (!read) throw unknownType(json, context);
  return read(json, context);
}

/**
 * @param {any} json
 * @param {Context} context
 */
function readFloat(json, context) {
  const code = numberCode(json, "f", context);
  return code.size === 2 ? new HalfKind("float", code) : new PlainKind("float", code);
}

/**
 * @param {any} json
 * @param {Context} context
 */
function readEnum(json, context) {
  const enumeration = context.enums.get(json.enum);
  if (!enumeration) throw unknownType(json, context);
  const signed = String(json.np)[1] === "i";
  return new EnumKind(numberCode(json, signed ? "i" : "u", context), signed, enumeration);
}

/**
 * @param {any} json
 * @param {Context} context
 */
function readStructKind(json, { struct: readStructNamed }) {
  const struct = readStructNamed(String(json.struct));
  return struct.union ? new UnionKind(struct) : new StructKind(struct);
}

/**
 * Checks the type string of a number.
 *
 * @param {any} json
 * @param {string} begin What it begins with behind its byte order.
 * @param {Context} context
 * @returns {NumberCode}
 */
function numberCode(json, begin, context) {
  const { np } = json;
  const code = CODES.get(np);
  if (!code || !np.slice(1).startsWith(begin)) throw unknownType(json, context);
  return code;
}

/**
 * @param {any} json
 * @param {Context} context
 */
function unknownType(json, { path }) {
  return new SchemaError(path, `the type ${json?.kind} ${json?.np} is not known to this version`);
}
