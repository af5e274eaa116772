/** I5: the final state is a function of the set of items. Orders, units and workers are drawn at random; a model says what must come out. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query } from "../support/migration.ts";
import { IS_THOROUGH, SEED } from "../support/thoroughness.ts";

const tables = defineTables({
  first: { k: text().primaryKey(), v: text() },
  same: table({ k: text().primaryKey(), v: text() }).duplicates("identical"),
  newest: table({ k: text().primaryKey(), v: text(), at: bigint() }).duplicates({ latest: "at" }),
  merged: table({ k: text().primaryKey(), a: text().nullable(), b: text().nullable() }).duplicates("merge"),
  kids: { k: text().primaryKey(), kid: text().primaryKey() },
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part, each }) => [
  item("First", { pk: "F#{k}", sk: "{id}" }, ({ key, attr }) => [into("first", { k: key.k, v: attr("v") })]),
  item("Same", { pk: "S#{k}", sk: "{id}" }, ({ key, attr }) => [into("same", { k: key.k, v: attr("v") })]),
  item("Newest", { pk: "N#{k}", sk: "{id}" }, ({ key, attr }) => [
    into("newest", { k: key.k, v: attr("v"), at: attr("at") }),
  ]),
  item("A", { pk: "A#{k}", sk: "{id}" }, ({ key, attr }) => [part("merged", { k: key.k, a: attr("v") })]),
  item("B", { pk: "B#{k}", sk: "{id}" }, ({ key, attr }) => [
    part("merged", { k: key.k, b: attr("v") }),
    each(attr("kids"), (kid) => into("kids", { k: key.k, kid })),
  ]),
]);
const schema = { tables, items };
const names = Object.keys(tables);

const drawnItem = fc.record({
  kind: fc.constantFrom("F", "S", "N", "A", "B"),
  k: fc.constantFrom("1", "2", "3"),
  id: fc.constantFrom("p", "q", "r", "s"),
  v: fc.constantFrom("x", "y", "z"),
  at: fc.integer({ min: -5, max: 5 }),
});
type Drawn = typeof drawnItem extends fc.Arbitrary<infer D> ? D : never;

const itemOf = ({ kind, k, id, v, at }: Drawn): Item => ({
  PK: { S: `${kind}#${k}` },
  SK: { S: id },
  v: { S: v },
  ...(kind === "N" ? { at: { N: String(at) } } : {}),
  ...(kind === "B" ? { kids: { L: [{ S: v }, { S: "always" }] } } : {}),
});

/** One source: an item for each key, as DynamoDB would have it. */
const drawnSource = fc
  .uniqueArray(drawnItem, { selector: ({ kind, k, id }) => `${kind}#${k}/${id}`, minLength: 1, maxLength: 25 })
  .map((list) => list.map(itemOf));

const shuffled = (list: readonly Item[], seed: number): Item[] => {
  const keyed = list.map((item, at) => ({ item, rank: Math.imul(at + 1, 2_654_435_761 ^ seed) >>> 0 }));
  return keyed.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
};

let databases: TestDatabase[];
beforeAll(async () => {
  databases = [await createDatabase(), await createDatabase()];
});
afterAll(async () => {
  for (const database of databases) await database.drop();
});

const clear = async (url: string): Promise<void> => {
  await query(url, `drop schema if exists migration_ledger cascade; drop table if exists ${names.join(", ")} cascade`);
};

it("I5: two sources one after the other, in any order of reading, give one state", async () => {
  await fc.assert(
    fc.asyncProperty(
      drawnSource,
      drawnSource,
      fc.nat(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 9 }),
      async (before, after, seed, units, page) => {
        const states = [];
        for (const [at, { url }] of databases.entries()) {
          await clear(url);
          const order = (list: readonly Item[]) => (at === 0 ? [...list] : shuffled(list, seed));
          const options = at === 0 ? { units: 1, concurrency: 1 } : { units, concurrency: 2 };
          const source = (list: readonly Item[]) =>
            at === 0 ? memorySource(order(list)) : memorySource(order(list), "memory:test", page);
          await migrateTrial({ url, schema, source: source(before), options });
          // Nothing vanishes: what the second source does not mention stays as it was.
          const keys = new Set(after.map((item) => JSON.stringify([item.PK, item.SK])));
          const whole = [...after, ...before.filter((item) => !keys.has(JSON.stringify([item.PK, item.SK])))];
          const report = await migrateTrial({ url, schema, source: source(whole), options });
          const tablesNow = report.tables.map(({ name, actualFingerprint, copies, superseded }) => ({
            name,
            actualFingerprint,
            copies,
            superseded,
          }));
          const found = report.discrepancies.map(({ check, subject, count, examples }) => ({
            check,
            subject,
            count,
            examples,
          }));
          states.push({ rows: await dump(url, names), tablesNow, found });
          expect(
            report.discrepancies.filter(
              ({ check }) => check === "content" || check === "counts" || check === "accounting",
            ),
          ).toEqual([]);
        }
        expect(states[1]).toEqual(states[0]);
      },
    ),
    { numRuns: IS_THOROUGH ? 50 : 6, seed: SEED },
  );
});
