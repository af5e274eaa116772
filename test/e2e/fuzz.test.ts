/**
 * Thousands of items that nobody would write: any value in any attribute, odd names, deep nesting, texts Postgres cannot hold,
 * numbers at every limit. None of them fails its page: each is a row or in quarantine with its reason, every column of every
 * row is what was decoded, and the count is exact. `TEST_SEED` draws others; the seed is in the title.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import {
  bigint,
  boolean,
  bytea,
  byteaArray,
  date,
  defineItems,
  defineTables,
  double,
  integer,
  jsonb,
  numeric,
  numericArray,
  real,
  smallint,
  text,
  textArray,
  timestamp,
  timestamptz,
  uuid,
} from "../../lambda/mapping/index.ts";
import { VALUES } from "../adapters/postgres/values.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query } from "../support/migration.ts";
import { IS_THOROUGH, SEED } from "../support/thoroughness.ts";

const ITEMS = IS_THOROUGH ? 10_000 : 2_500;

const COLUMNS = {
  text: text(),
  uuid: uuid(),
  smallint: smallint(),
  integer: integer(),
  bigint: bigint(),
  numeric: numeric(),
  real: real(),
  double: double(),
  boolean: boolean(),
  timestamptz: timestamptz(),
  timestamp: timestamp(),
  date: date(),
  bytea: bytea(),
  jsonb: jsonb(),
  "text[]": textArray(),
  "numeric[]": numericArray(),
  "bytea[]": byteaArray(),
};
type ColumnName = keyof typeof COLUMNS;
const names = Object.keys(COLUMNS).filter((name): name is ColumnName => name in COLUMNS);
const nullable = Object.fromEntries(names.map((name) => [name, COLUMNS[name].nullable()]));
const tables = defineTables({
  fuzz: { id: text().primaryKey(), ...nullable, rest: jsonb() },
  members: { id: text().primaryKey(), position: integer().primaryKey(), value: jsonb() },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, each }) => [
  item("Any", { pk: "{id:rest}" }, ({ key, attr, rest }) => [
    into("fuzz", {
      id: key.id,
      ...Object.fromEntries(names.map((name) => [name, attr(name).optional().nullable()])),
      rest: rest(),
    } as never),
    each(attr("list").optional(), (value, position) => into("members", { id: key.id, position, value })),
  ]),
]);
const schema = { tables, items };

const fitting = Object.fromEntries(
  names.map((name) => [name, fc.oneof(VALUES[name].generated, fc.constantFrom(...VALUES[name].picked))]),
);
const odd: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constantFrom<AttributeValue>(
    { NULL: true },
    { S: "" },
    { S: "\0" },
    { S: "\ud800" },
    { S: "NULL" },
    { SS: [] },
    { B: new Uint8Array() },
    { L: [] },
    { M: {} },
  ),
  fc
    .constantFrom(
      "9.9999999999999999999999999999999999999E125",
      "-1E-130",
      "0.0",
      "-0",
      "1e400",
      "NaN",
      "1".repeat(38),
      "",
    )
    .map((N) => ({ N })),
  fc
    .integer({ min: 1, max: 40 })
    .map((depth) => Array.from({ length: depth }).reduce<AttributeValue>((inner) => ({ L: [inner] }), { S: "deep" })),
  fc.constantFrom("x".repeat(380_000), "é".repeat(1_000)).map((S) => ({ S })),
);
const anything = fc.oneof(odd, ...Object.values(fitting));
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("a.b", '"', "#", "__proto__", "constructor", "a\0b", "", "select"),
);
const drawn = fc
  .record({
    columns: fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(9)), { maxLength: 6 }),
    more: fc.array(fc.tuple(name, anything), { maxLength: 2 }),
    list: fc.option(
      fc.oneof(
        fc.array(anything, { maxLength: 3 }).map((L): AttributeValue => ({ L })),
        odd,
      ),
      { freq: 4 },
    ),
    values: fc.array(anything, { minLength: 6, maxLength: 6 }),
    fits: fc.record(fitting),
    key: fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 10 }),
      fc.constantFrom("a#b", "'", "\\", "\0", "{}", "NULL"),
    ),
  })
  .map(({ columns, more, list, values, fits, key }) => {
    const own = Object.fromEntries(more.filter(([each]) => each !== "PK" && each !== "list"));
    // Nine in ten fit their column, so that enough items become rows.
    for (const [at, [column, chance]] of columns.entries())
      own[column] = chance === 0 ? (values[at] ?? { NULL: true }) : (fits[column] ?? { NULL: true });
    return { key, item: list === null ? own : { ...own, list } };
  });

const source: Item[] = fc
  .sample(drawn, { numRuns: ITEMS, seed: SEED })
  .map(({ key, item }, at) => ({ ...item, PK: { S: `${key}${at}` } }));

let database: TestDatabase;
let report: Report;
beforeAll(async () => {
  database = await createDatabase();
  report = await migrateTrial({
    url: database.url,
    schema,
    source: memorySource(source, "memory:fuzz", 400),
    options: { units: 5, concurrency: 2 },
  });
});
afterAll(() => database.drop());

it(`I1: of ${ITEMS} items every one is a row or in quarantine (seed ${SEED})`, () => {
  const { read, migrated, quarantined } = report.items;
  expect([read, migrated + quarantined]).toEqual([ITEMS, ITEMS]);
  expect(migrated).toBeGreaterThan(ITEMS / 4);
  expect(quarantined).toBeGreaterThan(ITEMS / 100);
});

it("I6, I9: every column of every row is what was decoded, and only quarantine keeps the run from verified", () => {
  expect(report.discrepancies.filter(({ check }) => check !== "completeness")).toEqual([]);
  expect(report.discrepancies.every(({ problem }) => problem.includes("in quarantine"))).toBe(true);
  expect(report.unmapped).toEqual([]);
});

it("every reason is one of those that are known, and Postgres refused nothing that was decoded", async () => {
  const reasons = new Set(report.quarantine.map(({ reason }) => reason));
  expect(reasons.size).toBeGreaterThan(5);
  expect([...reasons]).not.toContain("postgres-refused");
  expect(await query(database.url, "select count(*)::int as rows from fuzz")).toEqual([
    { rows: report.items.migrated },
  ]);
});

it("I4: read once more, nothing is written", async () => {
  const again = await migrateTrial({
    url: database.url,
    schema,
    source: memorySource(source, "memory:fuzz", 77),
    options: { units: 3, sample: 0 },
  });
  expect(again.items).toMatchObject({
    migrated: 0,
    unchanged: report.items.migrated,
    quarantined: report.items.quarantined,
  });
  expect(again.discrepancies.filter(({ check }) => check !== "completeness")).toEqual([]);
});
