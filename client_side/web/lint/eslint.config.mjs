// The rules of `make lint` for the web client, the relay's pages and their tests.

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  {
    rules: {
      eqeqeq: "error",
      "no-underscore-dangle": ["error", { allow: ["__cwireScope"], enforceInMethodNames: true }], // private is #private
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  { files: ["tests/**"], languageOptions: { globals: globals.node } },
];
