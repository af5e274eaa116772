/**
 * A schema folder → the function's entry. The handler names `schema/`; for another folder it is written anew with that
 * folder's name in its imports, and nothing else about it is different.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const HANDLER = join(root, "lambda/handler.ts");
/** Below the lock file, where bundling looks for packages, and out of version control. */
const WRITTEN = join(root, "node_modules/.cache/dynamodb-to-postgres");

export function entryFor(schema: string): string {
  const folder = realpathSync(resolve(schema));
  if (folder === join(root, "schema")) return HANDLER;
  const versions = existsSync(join(folder, "migrations/index.ts"));
  const text = readFileSync(HANDLER, "utf8")
    .replaceAll(/from "\.\.\/schema\/(tables|items)\.ts"/g, (_, name: string) => `from ${path(folder, `${name}.ts`)}`)
    .replace(/import \* as migrations from "[^"]+";/, () =>
      versions ? `import * as migrations from ${path(folder, "migrations/index.ts")};` : "const migrations = {};",
    )
    .replaceAll(/from "\.\/([\w/-]+\.ts)"/g, (_, name: string) => `from ${path(root, `lambda/${name}`)}`);
  // Each schema has its own: CDK bundles a file it has seen no second time, whatever stands in it now.
  const written = join(WRITTEN, createHash("sha256").update(folder).digest("hex").slice(0, 16));
  mkdirSync(written, { recursive: true });
  const entry = join(written, "handler.ts");
  writeFileSync(entry, text);
  return entry;
}

const path = (folder: string, name: string): string => JSON.stringify(join(folder, name));
