// A driver's schema (PROTOCOL.md, "The schema"): what its messages are and where their fields lie.
// It comes from another program, so what decoding relies on is checked here. Pure.

import { SchemaError, entries, readOrder, record, text, whole } from "./checks.mjs";
import { StructReader } from "./struct_reader.mjs";
import { Enum, Message } from "./structs.mjs";

/** @typedef {import("./structs.mjs").Struct} Struct */

const FORMAT = "cwire-schema/1";

/** The messages of a driver, and their structs. */
export class Schema {
  /**
   * @param {any} json The schema as data, or its text.
   * @throws {SchemaError}
   */
  constructor(json) {
    const data = typeof json === "string" ? parse(json) : json;
    if (data?.schema !== FORMAT) {
      throw new SchemaError(
        "schema",
        `is ${JSON.stringify(data?.schema)}; this client reads ${FORMAT}`,
      );
    }
    /** @type {any} As it came: two with the same JSON mean the same, to people as well. */
    this.json = data;
    this.name = text(data.name);
    this.layout_hash = text(data.layout_hash);
    this.little = readOrder(data.byte_order, "byte_order");
    /** @type {Map<string, number | string>} From #define; beyond 2^53 decimal text. */
    this.constants = new Map(Object.entries(data.constants ?? {}));
    /** @type {Map<string, Enum>} */
    this.enums = new Map();
    for (const [name, value] of entries(data.enums, "enums"))
      this.enums.set(name, new Enum(name, value));
    /** @type {Map<string, Struct>} */
    this.structs = new StructReader(data.types, this.enums, this.little).readAll();
    /** @type {Map<string, Message>} By name. */
    this.messages = new Map();
    /** @type {Map<number, Message>} */
    this.byId = new Map();
    for (const [key, value] of entries(data.messages, "messages")) {
      const path = `messages.${key}`;
      const id = whole(Number(key), path, 1, 0xffff);
      const struct = this.structs.get(record(value, path).type);
      if (!struct) throw new SchemaError(path, "names a type that is not in types");
      const message = new Message(id, String(value.name), struct, value);
      this.messages.set(message.name, message);
      this.byId.set(id, message);
    }
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
