/** A schema folder → its two declarations, or a refusal that names what is missing. */
import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Schema } from "../../lambda/compose.ts";
import { type Finding, MigrationError } from "../../lambda/domain/migration-error.ts";

/** Imports `tables.ts`, `items.ts` and, where there is one, `migrations/index.ts`. Throws MigrationError `mapping`. */
export async function readSchema(folder: string): Promise<Schema> {
  const findings: Finding[] = [];
  const module = async (name: string): Promise<Record<string, unknown> | undefined> => {
    const file = join(resolve(folder), name);
    try {
      return await import(pathToFileURL(file).href);
    } catch (error) {
      findings.push({
        where: file,
        problem: `it cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
        remedy: "correct it; npm run check:types tells more",
      });
      return undefined;
    }
  };
  const part = async (name: "tables" | "items"): Promise<unknown> => {
    const file = join(resolve(folder), `${name}.ts`);
    const say = (problem: string, remedy: string) => findings.push({ where: file, problem, remedy });
    if (!(await exists(file))) {
      say("the file is not there", "a schema folder holds tables.ts and items.ts; name another with --schema");
      return undefined;
    }
    const loaded = await module(`${name}.ts`);
    if (loaded !== undefined && loaded[name] === undefined)
      say(`it does not export ${name}`, `write: export const ${name} = …`);
    return loaded?.[name];
  };
  const [tables, items] = [await part("tables"), await part("items")];
  const versions = "migrations/index.ts";
  const migrations = (await exists(join(resolve(folder), versions))) ? await module(versions) : undefined;
  if (findings.length > 0)
    throw new MigrationError("mapping", `the schema folder ${folder} cannot be used`, "see each finding", { findings });
  // What a module exports is checked when the mapping is loaded.
  const schema = { tables, items } as Schema;
  return migrations === undefined ? schema : { ...schema, migrations };
}

/** As `readSchema`, and undefined where the folder is gone or cannot be used: for whoever can do without. */
export async function readSchemaIfAny(folder: string): Promise<Schema | undefined> {
  try {
    return await readSchema(folder);
  } catch (error) {
    if (error instanceof MigrationError) return undefined;
    throw error;
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
