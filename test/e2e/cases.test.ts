/** Real public tables, migrated by the command line as a stranger would, and compared with what is known of them. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../lambda/domain/report.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { type CaseName, compareWithRawFile } from "./raw-compare.ts";

const root = resolve(import.meta.dirname, "../..");
const cases = resolve(root, "../shared/cases");
const itemsOf = (name: string): string => join(cases, name, "items.ddb.jsonl");

interface Expected {
  readonly items: number;
  readonly tables: Readonly<Record<string, number>>;
  readonly fk?: Readonly<Record<string, number>>;
  readonly non_null?: Readonly<Record<string, number>>;
  readonly "games.people != count(game_players)"?: readonly unknown[];
  readonly "by EntityType"?: Readonly<Record<string, number>>;
}

async function migrateCase(name: string, url: string, out: string): Promise<{ code: number; report: Report }> {
  const args = [
    "bin/cli.ts",
    "migrate",
    "--source",
    `file:${itemsOf(name)}`,
    "--schema",
    `test/cases/${name}`,
    "--target",
    url,
    "--json",
    out,
  ];
  const code = await promisify(execFile)(process.execPath, args, { cwd: root }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
  return { code, report: JSON.parse(await readFile(out, "utf8")) };
}

/** Every key of an expected.json this suite knows how to ask for; an unknown one fails, so that none is passed over. */
const ASKED = new Set([
  "items",
  "tables",
  "fk",
  "non_null",
  "games.people != count(game_players)",
  "by EntityType",
  "notes",
]);

/** `games.creator->users orphans`, `game_players.game_id->games`: a foreign key of the report. */
function orphansOf(report: Report, text: string): number | undefined {
  const [, table, column, references] = /^(\w+)\.(\w+)->(\w+)/.exec(text) ?? [];
  return report.foreignKeys.find(
    (key) => key.table === table && key.columns.join() === column && key.references === references,
  )?.orphans;
}

const CASES: readonly CaseName[] = ["battle-royale", "online-shop"];

for (const name of CASES) {
  describe.skipIf(!existsSync(itemsOf(name)))(`the public table ${name}`, () => {
    let database: TestDatabase;
    let expected: Expected;
    let folder: string;
    let result: { code: number; report: Report };
    beforeAll(async () => {
      database = await createDatabase();
      expected = JSON.parse(await readFile(join(cases, name, "expected.json"), "utf8"));
      folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-case-"));
      result = await migrateCase(name, database.url, join(folder, "report.json"));
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
      await database.drop();
    });

    it("is verified", () => {
      expect(result.report.discrepancies).toEqual([]);
      expect(result.code).toBe(0);
      expect(result.report.verdict).toBe("verified");
      expect(result.report.items.read).toBe(expected.items);
    });

    it("has the rows that are known of it", async () => {
      expect(Object.keys(expected).filter((key) => !ASKED.has(key))).toEqual([]);
      expect(Object.fromEntries(result.report.tables.map((table) => [table.name, table.actualRows]))).toEqual(
        expected.tables,
      );
      for (const [table, rows] of Object.entries(expected.tables)) {
        expect(await query(database.url, `select count(*)::int as rows from ${table}`)).toEqual([{ rows }]);
      }
      for (const [key, orphans] of Object.entries(expected.fk ?? {}))
        expect([key, orphansOf(result.report, key)]).toEqual([key, orphans]);
      for (const [place, count] of Object.entries(expected.non_null ?? {})) {
        const [table, column] = place.split(".");
        const rows = await query(database.url, `select count(${column})::int as count from ${table}`);
        expect([place, rows]).toEqual([place, [{ count }]]);
      }
      const people = expected["games.people != count(game_players)"];
      if (people !== undefined) {
        const sql = `select g.game_id from games g where g.people <> (select count(*) from game_players p where p.game_id = g.game_id)`;
        expect(await query(database.url, sql)).toEqual(people);
      }
      const byType = expected["by EntityType"] ?? {};
      const counted = result.report.entities.map(({ name: entity, read }) => [
        entity.charAt(0).toLowerCase() + entity.slice(1),
        read,
      ]);
      expect(Object.fromEntries(Object.keys(byType).length === 0 ? [] : counted)).toEqual(byType);
    });

    it("agrees, column by column, with its raw file read by other code", async () => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        expect(await compareWithRawFile(name, client, itemsOf(name))).toEqual([]);
      } finally {
        await client.end();
      }
    });
  });
}

if (!existsSync(cases))
  it.skip("the public tables were not migrated: there is no folder ../shared/cases", () => undefined);
