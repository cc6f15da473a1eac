// Holds a Compose file, given as JSON on standard input, to the Compose Specification's schema: node compose.mjs
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const schema = JSON.parse(readFileSync(new URL("node_modules/dclint/schemas/compose.schema.json", import.meta.url), "utf8"));
delete schema.$schema;
const check = new Ajv({ strict: false, allErrors: true, formats: { duration: true, subnet_ip_address: true } }).compile(schema);
if (!check(JSON.parse(readFileSync(0, "utf8")))) {
  for (const { instancePath, message, params } of check.errors) console.log(`${instancePath}: ${message} ${JSON.stringify(params)}`);
  process.exit(1);
}
