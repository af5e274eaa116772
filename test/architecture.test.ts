/** The architecture is what the imports say it is; each rule is shown to fire on a planted violation. */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { longFiles, packagesReached, type Sources, testsThatNameTheLedger, violations } from "./support/imports.ts";

const root = resolve(import.meta.dirname, "..");

async function readSources(...folders: readonly string[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    const files = await readdir(join(root, folder), { recursive: true }).catch(() => []);
    for (const file of files.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))) {
      sources.set(`${folder}/${file}`, await readFile(join(root, folder, file), "utf8"));
    }
  }
  return sources;
}

let sources: Sources;
let devDependencies: string[];
beforeAll(async () => {
  sources = await readSources("bin", "lib", "lambda", "schema");
  devDependencies = Object.keys(JSON.parse(await readFile(join(root, "package.json"), "utf8")).devDependencies);
});

it("every import goes where it may, in one direction", () => {
  expect(sources.size).toBeGreaterThan(50);
  expect(violations(sources)).toEqual([]);
});

it("no test names a table of the ledger but those that are about it", async () => {
  const tests = await readSources("test");
  expect(tests.size).toBeGreaterThan(100);
  expect(testsThatNameTheLedger(tests)).toEqual([]);
  const planted = new Map([
    ["test/e2e/x.test.ts", 'await query(url, "select from migration_ledger.parked");'],
    ["test/e2e/y.test.ts", 'await query(url, "select from migration_ledger.contribution");'],
  ]);
  expect(testsThatNameTheLedger(planted)).toEqual(["test/e2e/x.test.ts"]);
});

it("no test is past 300 lines", async () => {
  const tests = await readSources("test");
  expect(longFiles(tests)).toEqual([]);
  expect(longFiles(new Map(tests).set("test/e2e/x.test.ts", "\n".repeat(300)))).toEqual([
    "test/e2e/x.test.ts is past 300 lines",
  ]);
});

it.each([
  ["lambda/handler.ts", "pg"],
  ["lib/role-handler.ts", "@aws-sdk/client-rds-data"],
])("nothing of the terminal or of development reaches %s", (entry, known) => {
  const reached = packagesReached(sources, entry);
  expect([...reached]).toContain(known);
  expect(devDependencies.filter((name) => reached.has(name))).toEqual([]);
});

it("what would reach the function from the terminal is found", () => {
  const planted = new Map(sources)
    .set("lambda/adapters/report/text.ts", 'import ora from "ora";')
    .set("lambda/compose.ts", 'import "./adapters/report/text.ts";');
  expect([...packagesReached(planted, "lambda/handler.ts")]).toContain("ora");
});

describe("a planted violation is found", () => {
  const PLANTED: Record<string, readonly [file: string, text: string, message: string]> = {
    "a package in the mapping language": [
      "lambda/mapping/x.ts",
      'import { z } from "zod";',
      "(mapping) may not import zod",
    ],
    "an import without its extension": [
      "lambda/ports/x.ts",
      'import { must } from "../domain/must";',
      "imports lambda/domain/must without its extension",
    ],
    "the domain looking outwards": [
      "lambda/domain/x.ts",
      'import type { Run } from "../ports/runs.ts";',
      "(domain) may not import lambda/ports/runs.ts",
    ],
    "a port that knows an adapter": [
      "lambda/ports/x.ts",
      'export { connect } from "../adapters/postgres/connection.ts";',
      "(ports) may not import",
    ],
    "an SDK in a use case": ["lambda/pipeline/x.ts", 'import pg from "pg";', "(pipeline) may not import pg"],
    "an adapter that knows its sibling": [
      "lambda/adapters/file/plain/x.ts",
      'import { x } from "../dynamodb/source.ts";',
      "(adapters/file/plain) may not import",
    ],
    "an adapter that knows the composition": [
      "lambda/adapters/file/plain/x.ts",
      'const x = await import("../../../compose.ts");',
      "may not import lambda/compose.ts",
    ],
    "logic in the handler": [
      "lambda/handler.ts",
      'import { migrate } from "./pipeline/migrate.ts";',
      "(handler) may not import",
    ],
    "a verb that names an adapter": [
      "lambda/verbs/x.ts",
      'import { runStore } from "../adapters/postgres/ledger/run/runs.ts";',
      "(verbs) may not import lambda/adapters/",
    ],
    "a verb that knows another": [
      "lambda/verbs/x.ts",
      'import { runStatus } from "./status.ts";',
      "(verbs) may not import lambda/verbs/status.ts",
    ],
    "a verb that knows the table": [
      "lambda/workflow/x.ts",
      'import { VERBS } from "../verbs.ts";',
      "(verbs) may not import lambda/verbs.ts",
    ],
    "an event that does what it asks for": [
      "lambda/event.ts",
      'import { migrate } from "./pipeline/migrate.ts";',
      "(event) may not import",
    ],
    "a contract that knows what is done": [
      "lambda/contract.ts",
      'import { VERBS } from "./verbs.ts";',
      "(contract and settings) may not import lambda/verbs.ts",
    ],
    "infrastructure that reaches past the contract": [
      "lib/x.ts",
      'import { eventSchema } from "../lambda/event.ts";',
      "(lib) may not import",
    ],
    "a schema that reaches into the runner": [
      "schema/x.ts",
      'import { must } from "../lambda/domain/must.ts";',
      "(schema) may not import",
    ],
    "infrastructure that reaches into the runner": [
      "lib/x.ts",
      'import { load } from "../lambda/compose.ts";',
      "(lib) may not import",
    ],
    "a room of the domain that looks at a later one": [
      "lambda/domain/decode/x.ts",
      'import { sumOf } from "../proof/tally.ts";',
      "(domain/decode) may not import lambda/domain/proof/tally.ts",
    ],
    "a room of the draft that looks at a later one": [
      "lambda/domain/draft/kinds/x.ts",
      'import { fieldsOf } from "../columns/fields.ts";',
      "(domain/draft/kinds) may not import lambda/domain/draft/columns/fields.ts",
    ],
    "what every room knows, knowing one": [
      "lambda/domain/x.ts",
      'import { decoder } from "./decode/decode.ts";',
      "(domain) may not import lambda/domain/decode/decode.ts",
    ],
    "a room of an adapter that looks at a later one": [
      "lambda/adapters/postgres/ledger/x.ts",
      'import { settle } from "../rows/settle.ts";',
      "(adapters/postgres/ledger) may not import lambda/adapters/postgres/rows/settle.ts",
    ],
    "a room of the ledger that looks at a later one": [
      "lambda/adapters/postgres/ledger/items/x.ts",
      'import { recordsOf } from "../passes/seen.ts";',
      "(adapters/postgres/ledger/items) may not import lambda/adapters/postgres/ledger/passes/seen.ts",
    ],
    "the ledger's tables, knowing who reads them": [
      "lambda/adapters/postgres/ledger/x.ts",
      'import { recordsOf } from "./passes/seen.ts";',
      "(adapters/postgres/ledger) may not import lambda/adapters/postgres/ledger/passes/seen.ts",
    ],
    "a table of the ledger's, named beside it": [
      "lambda/adapters/postgres/rows/x.ts",
      "export const held = `select from migration_ledger.parked`;",
      "names what only the ledger knows",
    ],
    "the ledger's schema, named elsewhere": [
      "bin/x.ts",
      'import { LEDGER } from "../lambda/adapters/postgres/session/sql.ts";',
      "names what only the ledger knows",
    ],
    "a table of the ledger's, named by the session": [
      "lambda/adapters/postgres/session/x.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a file
      "export const runs = `select from ${LEDGER}.run`;",
      "names what only the ledger knows",
    ],
    "a room of files that looks at a later one": [
      "lambda/adapters/file/lines/x.ts",
      'import { fileSource } from "../plain/source.ts";',
      "(adapters/file/lines) may not import lambda/adapters/file/plain/source.ts",
    ],
    "an adapter's file in no room": ["lambda/adapters/postgres/x.ts", "", "is in no layer"],
    "the function importing a driver": [
      "lambda/domain/x.ts",
      'import "../../bin/cli.ts";',
      "(domain) may not import bin/cli.ts",
    ],
    "a cycle": [
      "lambda/domain/x.ts",
      'import "./y.ts";',
      "a cycle: lambda/domain/x.ts → lambda/domain/y.ts → lambda/domain/x.ts",
    ],
    "a long file": ["lambda/domain/x.ts", "\n".repeat(300), "past 300 lines"],
    "a folder for everything": ["lambda/domain/decode/utils/x.ts", "", "name it after what it holds"],
    "a file for every type": ["lambda/domain/types.ts", "", "name it after what it holds"],
    "a file in no layer": ["lambda/other/x.ts", "", "is in no layer"],
  };

  it.each(Object.entries(PLANTED))("%s", (_, [file, text, message]) => {
    const planted = new Map([
      [file, text],
      ["lambda/domain/y.ts", 'import "./x.ts";'],
    ]);
    if (!message.startsWith("a cycle")) planted.delete("lambda/domain/y.ts");
    expect(violations(planted)).toEqual([expect.stringContaining(message)]);
  });

  it("an import in a comment is none", () => {
    expect(
      violations(new Map([["lambda/mapping/x.ts", '/** import { z } from "zod"; */\n// import pg from "pg";']])),
    ).toEqual([]);
  });
});
