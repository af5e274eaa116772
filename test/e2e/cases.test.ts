/** Real public tables, migrated by the command line as a stranger would, and compared with what is known of them. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { reportIn } from "../support/reports.ts";
import { compareWithRawFile } from "./raw/compare.ts";
import type { CaseName } from "./raw/probes.ts";

const root = resolve(import.meta.dirname, "../..");
const cases = resolve(root, "../shared/cases");
const itemsOf = (name: string): string => join(cases, name, "items.ddb.jsonl");

interface Expected {
  readonly items: number;
  readonly tables?: Readonly<Record<string, number>>;
  readonly "matched per entity"?: Readonly<Record<string, number>>;
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
  return { code, report: await reportIn(out) };
}

/** Every key of an expected.json this suite knows how to ask for; an unknown one fails, so that none is passed over. */
const ASKED = new Set([
  "items",
  "tables",
  "fk",
  "non_null",
  "games.people != count(game_players)",
  "by EntityType",
  "matched per entity",
  "notes",
  "trap",
]);

/** What is known of a table in words of its own → where it is asked for. */
const IN_WORDS: Readonly<Record<string, { fk: string } | { sql: string }>> = {
  "tasks.employee->employees orphans": { fk: "tasks.employee_id->employees" },
  "employees.manager->employees orphans": { fk: "employees.manager_id->employees" },
  "employees.officeName->offices orphans": { fk: "employees.office_name->offices" },
  "comment.author.employee orphans": { fk: "task_comments.author_id->employees" },
  "employees without manager": { sql: "select count(*)::int as found from employees where manager_id is null" },
  "distinct projects": { sql: "select count(distinct project)::int as found from tasks" },
  "task_comments (nested list of maps)": { sql: "select count(*)::int as found from task_comments" },
};

/** The tables that hold faults of their own, and how many discrepancies of which check tell them. */
const FAULTY: Readonly<Record<string, { quarantined: number; orphans: Readonly<Record<string, number>> }>> = {
  // One placeholder of each kind.
  elearning: { quarantined: 7, orphans: {} },
  // Users that are known from their edges alone.
  "social-network": {
    quarantined: 0,
    orphans: {
      "follows.follower_id->users": 3,
      "follows.followed_id->users": 3,
      "likes.user_id->users": 3,
      "timeline_entries.author_id->users": 3,
      "timeline_entries.post_id->posts": 3,
    },
  },
};

/** `games.creator->users orphans`, `game_players.game_id->games`: a foreign key of the report. */
function orphansOf(report: Report, text: string): number | undefined {
  const [, table, column, references] = /^(\w+)\.(\w+)->(\w+)/.exec(text) ?? [];
  return report.foreignKeys.find(
    (key) => key.table === table && key.columns.join() === column && key.references === references,
  )?.orphans;
}

const CASES: readonly CaseName[] = [
  "battle-royale",
  "online-shop",
  "electrodb-taskmanager",
  "elearning",
  "social-network",
  "all-types",
];

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

    it("is verified, or its own faults and nothing else are told", () => {
      const { report, code } = result;
      const faults = FAULTY[name];
      const orphans = report.foreignKeys
        .filter((key) => key.orphans > 0)
        .map((key) => [`${key.table}.${key.columns.join()}->${key.references}`, key.orphans]);
      expect(Object.fromEntries(orphans)).toEqual(faults?.orphans ?? {});
      expect(report.items.quarantined).toBe(faults?.quarantined ?? 0);
      expect(report.discrepancies).toHaveLength(orphans.length + report.quarantine.length);
      expect([code, report.verdict]).toEqual(faults === undefined ? [0, "verified"] : [1, "discrepant"]);
      expect(report.items.read).toBe(expected.items);
    });

    it("has the rows that are known of it", async () => {
      expect(Object.keys(expected).filter((key) => !ASKED.has(key))).toEqual([]);
      const found = async (key: string): Promise<unknown> => {
        const asked =
          IN_WORDS[key] ?? (key.includes("->") ? { fk: key } : { sql: `select count(*)::int as found from ${key}` });
        if ("fk" in asked) return orphansOf(result.report, asked.fk);
        return (await query<{ found: number }>(database.url, asked.sql))[0]?.found;
      };
      for (const [key, count] of Object.entries({ ...expected.tables, ...expected.fk }))
        expect([key, await found(key)]).toEqual([key, count]);
      const named = Object.keys(expected.tables ?? {}).filter((key) => !key.includes(" "));
      const reported = result.report.tables.map((table) => table.name);
      expect(reported).toEqual(expect.arrayContaining(named));
      for (const [entity, count] of Object.entries(expected["matched per entity"] ?? {})) {
        const counts = result.report.entities.find((each) => each.name === entity);
        expect([entity, counts?.read, counts?.quarantined]).toEqual([entity, count, 1]);
      }
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
