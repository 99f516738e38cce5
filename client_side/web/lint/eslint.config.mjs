// The rules of `make lint` for the web client, the relay's pages and their tests.

import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["client_side/web/npm/**"] }, // what is built
  js.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  {
    rules: {
      eqeqeq: "error",
      // Private is #private; the last one is a name of ipywidgets.
      "no-underscore-dangle": [
        "error",
        {
          allow: ["__cwireScope", "__cwireForms", "__cwireLoader", "__cwireViewer", "_state_lock"],
          enforceInMethodNames: true,
        },
      ],
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  {
    files: ["tests/**", "client_side/desktop/*.mjs", "client_side/desktop/*.cjs"],
    languageOptions: { globals: globals.node },
  },
];
