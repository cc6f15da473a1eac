// Holds Kubernetes objects, a JSON array on standard input, to the types and schemas of Kubernetes' own OpenAPI description.
// Required fields, types and formats by its schemas; fields that do not exist, a misspelt name for example, by its types.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const objects = JSON.parse(readFileSync(0, "utf8"));
const problems = [];
const name = (o) => `${o.kind} ${o.metadata?.name}`;
const lines = [];
for (const [i, o] of objects.entries()) {
  const module = await import(`kubernetes-models/${o.apiVersion}`).catch(() => ({}));
  if (!module[o.kind]) {
    problems.push(`${name(o)}: there is no ${o.kind} in ${o.apiVersion}`);
    continue;
  }
  try {
    new module[o.kind](o).validate();
  } catch (wrong) {
    problems.push(`${name(o)}: ${wrong.message}`);
  }
  lines.push(`import type { I${o.kind} as T${i} } from "kubernetes-models/${o.apiVersion}"; export const o${i}: T${i} = ${JSON.stringify(o)};`);
}

const folder = mkdtempSync(join(here, "objects-"));
try {
  const file = join(folder, "objects.ts");
  writeFileSync(file, lines.join("\n"));
  const program = ts.createProgram([file], {
    noEmit: true, strict: true, skipLibCheck: true, types: [],
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022,
  });
  for (const found of ts.getPreEmitDiagnostics(program)) {
    const line = found.file ? ts.getLineAndCharacterOfPosition(found.file, found.start).line : -1;
    problems.push(`${line < 0 ? "" : lines[line].match(/"name":"[^"]*"/)?.[0] ?? ""}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);
