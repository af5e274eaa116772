/** The use case as a whole: refused with every finding, stopped and gone on with, repeated, pointed at tables that exist. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource, SourceFacts } from "../../lambda/ports/source.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, type Trial } from "../support/migration.ts";

const tables = defineTables({
  owners: { owner_id: text().primaryKey(), name: text().unique() },
  pets: { pet_id: text().primaryKey(), owner_id: text().references("owners"), age: bigint().nullable() },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Owner", { pk: "OWNER#{id}" }, ({ key, attr }) => [into("owners", { owner_id: key.id, name: attr("Name") })]),
  item("Pet", { pk: "PET#{id}" }, ({ key, attr }) => [
    into("pets", { pet_id: key.id, owner_id: attr("Owner"), age: attr("Age").optional() }),
  ]),
]);
const schema = { tables, items };
const all: Item[] = Array.from({ length: 300 }, (_, at) =>
  at % 3 === 0
    ? { PK: { S: `OWNER#${at}` }, Name: { S: `name ${at}` } }
    : { PK: { S: `PET#${at}` }, Owner: { S: String(at - (at % 3)) }, Age: { N: "3" } },
);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const run = (more: Partial<Trial> = {}) => migrateTrial({ url: database.url, schema, items: all, ...more });
const sourceWith = (facts: SourceFacts): ItemSource => ({ ...memorySource(all), inspect: async () => facts });

/** Aborts when so many pages have been committed. */
function stopAfter(pages: number): { signal: AbortSignal; around: (target: Target) => Target } {
  const controller = new AbortController();
  let committed = 0;
  return {
    signal: controller.signal,
    around: (target) => ({
      ...target,
      queue: {
        ...target.queue,
        claim: async (claimed) => {
          const claim = await target.queue.claim(claimed);
          return (
            claim && {
              ...claim,
              commit: async (page) => {
                await claim.commit(page);
                committed += 1;
                if (committed === pages) controller.abort();
              },
            }
          );
        },
      },
    }),
  };
}

describe("time running out", () => {
  it.each([1, 2, 4])("after page %i is a normal end, and the next invocation goes on", async (pages) => {
    const stopped = await run({ ...stopAfter(pages), options: { units: 2, concurrency: 1 } });
    expect(stopped).toMatchObject({ verdict: "incomplete", pass: 1, discrepancies: [] });
    expect(stopped.items.read).toBeGreaterThan(0);
    expect(stopped.items.read).toBeLessThan(300);
    const [rows] = await query<{ count: number }>(
      database.url,
      "select (select count(*) from owners)::int + (select count(*) from pets)::int as count",
    );
    expect(rows?.count).toBe(stopped.items.read);
    expect(await run()).toMatchObject({ verdict: "verified", pass: 1, items: { read: 300, migrated: 300 } });
  });

  it("before the first page leaves an empty, resumable run", async () => {
    expect(await run({ signal: AbortSignal.abort() })).toMatchObject({ verdict: "incomplete", items: { read: 0 } });
    expect(await run()).toMatchObject({ verdict: "verified", pass: 1 });
  });
});

describe("an empty source", () => {
  it("is refused, for it is more often a wrong region than an empty table", async () => {
    await expect(run({ items: [] })).rejects.toMatchObject({ code: "nothing-read" });
    expect(await run()).toMatchObject({ verdict: "verified", items: { read: 300 } });
  });

  it("is verified where that was said", async () => {
    expect(await run({ items: [], options: { allowEmpty: true } })).toMatchObject({
      verdict: "verified",
      items: { read: 0 },
    });
  });
});

describe("preflight", () => {
  it("finds other keys and a time-to-live nobody decided about, at once, and writes nothing", async () => {
    const refused = run({ source: sourceWith({ keys: { pk: "id", sk: "range" }, ttlAttribute: "expires" }) });
    await expect(refused).rejects.toMatchObject({
      code: "preflight",
      findings: [
        { problem: expect.stringContaining("(id, range)") },
        { remedy: expect.stringContaining('attribute: "expires"') },
      ],
    });
    expect(await query(database.url, "select from pg_namespace where nspname = 'migration_ledger'")).toEqual([]);
  });

  it("compares tables that exist column by column", async () => {
    await query(
      database.url,
      "create table owners (owner_id text, name integer not null, motto text not null, primary key (owner_id, name))",
    );
    const refused = await run().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "preflight" });
    const problems = (refused as { findings: { where: string; problem: string }[] }).findings.map(
      ({ where, problem }) => `${where}: ${problem}`,
    );
    expect(problems).toEqual([
      "table owners, column name: it is integer, the schema says text",
      "table owners, column motto: it is NOT NULL without a default, and the schema does not know it",
      "table owners, column owner_id: the primary key is (owner_id, name), the schema says (owner_id)",
    ]);
  });

  it("refuses constraints already in force: rows come in any order", async () => {
    await query(database.url, "create table owners (owner_id text primary key, name text not null unique)");
    await expect(run()).rejects.toMatchObject({
      code: "preflight",
      findings: [{ where: expect.stringContaining("owners_name_key") }],
    });
  });
});

it("a table that exists is used; rows of others are counted apart, kept, and no discrepancy", async () => {
  await query(
    database.url,
    "create table owners (owner_id text primary key, name text not null); insert into owners values ('theirs', 'x')",
  );
  const report = await run();
  expect(report.discrepancies).toEqual([]);
  expect(report).toMatchObject({ verdict: "verified" });
  expect(report.tables.find(({ name }) => name === "owners")).toMatchObject({
    expectedRows: 100,
    actualRows: 100,
    foreignRows: 1,
  });
  expect(await query(database.url, "select name from owners where owner_id = 'theirs'")).toEqual([{ name: "x" }]);
});

it("foreign keys, uniques and the indexes under foreign keys are there when the run has ended", async () => {
  await run();
  const constraints =
    "select conname as name from pg_constraint where connamespace = 'public'::regnamespace and contype in ('f', 'u') and convalidated order by 1";
  expect(await query(database.url, constraints)).toEqual([{ name: "owners_name_key" }, { name: "pets_owner_id_fkey" }]);
  expect(
    await query(database.url, "select indexname as name from pg_indexes where tablename = 'pets' order by 1"),
  ).toEqual([{ name: "pets_owner_id_idx" }, { name: "pets_pkey" }]);
  expect(await query(database.url, "select from pg_stats where tablename = 'pets'")).not.toEqual([]);
});

const STRAY = { table: "pets", key: ["stray"], source: '{"PK":{"S":"PET#stray"}}' };

it("a foreign key with orphans stays NOT VALID and says so, with the items they came from", async () => {
  const report = await run({ items: [...all, { PK: { S: "PET#stray" }, Owner: { S: "nobody" } }] });
  expect(report.foreignKeys).toEqual([
    {
      table: "pets",
      columns: ["owner_id"],
      references: "owners",
      referencedColumns: ["owner_id"],
      orphans: 1,
      built: true,
      validated: false,
      examples: [{ ...STRAY, parent: ["nobody"] }],
      missing: { count: 1, first: [{ key: ["nobody"], rows: 1, examples: [STRAY] }] },
    },
  ]);
  expect(
    await query(database.url, "select convalidated as valid from pg_constraint where conname = 'pets_owner_id_fkey'"),
  ).toEqual([{ valid: false }]);
});
