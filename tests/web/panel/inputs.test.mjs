// The inputs of commands that a page makes: the same paths and rules as those that Python makes of
// the same messages, and the same getters.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Schema } from "../../../client_side/web/client.mjs";
import { findGetter } from "../../../client_side/web/panel/getters.mjs";
import { controlsOf, inputsOf, replyParts } from "../../../client_side/web/panel/inputs.mjs";

const SCHEMAS = JSON.parse(readFileSync(process.env.CWIRE_INPUTS, "utf8"));

for (const { name, schema: json, commands } of SCHEMAS) {
  const schema = new Schema(json);
  for (const { command, controls, getter, reply } of commands) {
    test(`${name}: ${command}`, () => {
      const message = schema.messages.get(command);
      const made = [...controlsOf(inputsOf(message.struct))];
      assert.deepEqual(
        made.map(({ control }) => control.path),
        controls.map(({ path }) => path),
      );
      for (const [index, { control, when }] of made.entries()) {
        const { model, steps, note, path, when: told, ...rule } = controls[index];
        assert.ok(model);
        assert.deepEqual(control.steps, steps, path);
        assert.deepEqual(control.rule, rule, path);
        assert.equal(control.note, note.text, path);
        const picks = (choices) => choices.map(([, number]) => number);
        assert.deepEqual(picks(when), picks(told), path);
      }
      assert.deepEqual(findGetter(schema, message), getter);
      const answer = schema.messages.get(message.reply);
      const parts = answer ? replyParts(answer.struct) : [];
      assert.deepEqual(
        parts.map(({ tip: _, ...part }) => part),
        reply.map(({ tip: _, ...part }) => part),
      );
    });
  }
}
