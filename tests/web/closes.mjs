// Connects, reads, closes; then nothing is left that keeps the program alive. live.test.mjs runs it.

import { Client } from "../../client_side/web/client.mjs";

const client = new Client(JSON.parse(process.argv[2]), { window: 1_000_000 });
client.subscribe(
  { driver: "demo", messages: ["scope_block"] },
  {
    onbatch() {
      client.close();
      client.close();
      console.log("closed");
    },
  },
);
