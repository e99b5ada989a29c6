// Writes src/types.ts from the description of the API in ../api. With --check it
// writes nothing and fails when src/types.ts is stale.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { generate } from "./types.mjs";

const described = (name) => JSON.parse(readFileSync(new URL(`../../api/${name}`, import.meta.url), "utf8"));

const output = new URL("../src/types.ts", import.meta.url);
const text = generate(described("openrpc.json"), described("asyncapi.json"));

if (!process.argv.includes("--check")) {
  writeFileSync(output, text);
} else if (!existsSync(output) || readFileSync(output, "utf8") !== text) {
  console.error("src/types.ts is stale: run `npm run generate`");
  process.exit(1);
}
