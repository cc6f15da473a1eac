// Holds a Dockerfile on standard input to the language's rules: node dockerfile.mjs
import { readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";

const found = validate(readFileSync(0, "utf8"));
for (const { range, message } of found) console.log(`line ${range.start.line + 1}: ${message}`);
process.exit(found.length === 0 ? 0 : 1);
