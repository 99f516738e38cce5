// Writes what client.mjs gives of some batches as TypeScript that says of what types it is: for
// tests/cython_wrapper/emit/test_typescript.py. Arguments: the file of the cases, the file to write.

import { readFileSync, writeFileSync } from "node:fs";

import { Batch, Schema, groupFrames } from "../../client_side/web/client.mjs";

/** A value as a TypeScript expression. */
function literal(value) {
  if (typeof value === "bigint") return `${value}n`;
  if (ArrayBuffer.isView(value)) return `new ${value.constructor.name}(${value.length})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value).map(
      ([name, one]) => `${JSON.stringify(name)}: ${literal(one)}`,
    );
    return `{${fields.join(", ")}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

const [file, out] = process.argv.slice(2);
const lines = [];
for (const { name, module, schema: json, cases } of JSON.parse(readFileSync(file, "utf8"))) {
  lines.push(`import type { ${name} } from "./${module}";`);
  const schema = new Schema(json);
  for (const { message, batch: hex, columns } of cases) {
    const [group] = groupFrames(Buffer.from(hex, "hex")).groups;
    const batch = new Batch("lab", schema.messages.get(message), group);
    const types = `${name}["messages"][${JSON.stringify(message)}]`;
    for (let index = 0; index < batch.count; index++) {
      lines.push(`((_: ${types}["row"]) => {})(${literal(batch.row(index))});`);
    }
    for (const path of Object.keys(columns)) {
      const column = batch.column(path);
      const type = Array.isArray(column) ? "string[]" : column.constructor.name;
      const text = JSON.stringify(path);
      lines.push(`((b: Batch<${types}>): ${type} => b.column(${text}));`);
      lines.push(`((_: ${types}["columns"][${text}]) => {})(null as unknown as ${type});`);
    }
  }
}
writeFileSync(out, `import type { Batch } from "./client.mjs";\n${lines.join("\n")}\n`);
