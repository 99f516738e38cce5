// The recipes of scopes that a page makes: those that Python makes of the same messages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Schema } from "../../../client_side/web/client.mjs";
import { PathError } from "../../../client_side/web/decode/places.mjs";
import { NotDrawable, makeRecipe } from "../../../client_side/web/scope/recipe.mjs";

const SCHEMAS = JSON.parse(readFileSync(process.env.CWIRE_RECIPES, "utf8"));

for (const { name, schema: json, cases } of SCHEMAS) {
  const schema = new Schema(json);
  for (const { message, choice, told, refused } of cases) {
    test(`${name}: ${message} ${JSON.stringify(choice)}`, () => {
      const make = () => makeRecipe("lab", schema.messages.get(message), choice);
      if (refused) {
        assert.throws(make, (error) => {
          assert.ok(error instanceof NotDrawable || error instanceof PathError, error.stack);
          return true;
        });
        return;
      }
      const { height, fps, ...made } = make();
      assert.ok(height && fps);
      assert.deepEqual(made, told);
    });
  }
}
