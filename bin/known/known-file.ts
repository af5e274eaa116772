/**
 * A file a team has → what it says of their table. Modules are the user's own: they are loaded as Node loads them, which runs
 * them, and functions in them that make keys are called with values made up for it; nothing else of them is run.
 */
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { KnownModel } from "../../lambda/domain/draft/known-model.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { electroModel } from "./electrodb.ts";
import { oneTableModel } from "./onetable.ts";
import { toolboxModel } from "./toolbox.ts";
import { workbenchModels } from "./workbench.ts";

const EXPECTED =
  "name a module (.ts, .js) that exports entities or a service of ElectroDB, a schema of OneTable, or entities of DynamoDB-Toolbox; or a model of NoSQL Workbench (.json)";
const MODULES = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** Throws MigrationError `settings` where there is none. `table` is what the source's is called, where it has a name. */
export async function readKnownModel(file: string, table?: string): Promise<KnownModel> {
  const kind = extname(file).toLowerCase();
  if (kind !== ".json" && !MODULES.includes(kind)) throw refused(`--from ${file} is no module and no .json`, EXPECTED);
  const offered = kind === ".json" ? [await parsed(file)] : offeredBy(await loaded(file));
  const model =
    electroModel(offered) ?? toolboxModel(offered) ?? oneTableModel(offered) ?? drawnModel(file, offered, table);
  if (model === undefined) throw refused(`--from ${file} holds no model that is known`, EXPECTED);
  return model;
}

/** A file of the Workbench may hold several tables. */
function drawnModel(file: string, offered: readonly unknown[], table: string | undefined): KnownModel | undefined {
  const models = workbenchModels(offered);
  const found = models.find((each) => each.table === table) ?? (models.length === 1 ? models[0] : undefined);
  if (found === undefined && models.length > 1) {
    const names = models.map((each) => each.table).join(", ");
    throw refused(
      `--from ${file} holds several tables: ${names}`,
      "leave the one of this source in a copy of it, and name that",
    );
  }
  return found?.model;
}

const refused = (problem: string, remedy: string, cause?: unknown): MigrationError =>
  new MigrationError("settings", problem, remedy, { cause });

async function parsed(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw refused(`--from ${file} cannot be read: ${sentence(cause)}`, "correct the path", cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(`--from ${file} is no JSON: ${sentence(cause)}`, "export the model again", cause);
  }
}

async function loaded(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    // What another build puts together stands in one file that Node takes as it is.
    const bundled = "model.cjs";
    const bundle = `npx esbuild ${file} --bundle --platform=node --format=cjs --outfile=${bundled}`;
    throw refused(
      `--from ${file} cannot be loaded: ${sentence(cause)}`,
      `correct it, or install the packages it imports; where it needs another build: ${bundle}, then --from ${bundled}`,
      cause,
    );
  }
}

const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** All a module exports, and what stands in plain objects and lists of it; what a library has made is not looked into here. */
function offeredBy(module: unknown): unknown[] {
  const all = new Set<unknown>();
  const collect = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || all.has(value)) return;
    all.add(value);
    if (depth > 0 && isPlain(value)) for (const inner of Object.values(value)) collect(inner, depth - 1);
  };
  collect(module, 3);
  return [...all];
}

const isPlain = (value: object): boolean =>
  Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
