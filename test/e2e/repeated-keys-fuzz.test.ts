/**
 * Items that stand in their source several times: any mix of good, refused, ignored and expired copies, equal ones and different
 * ones, in any order, pages and units. What becomes of them is a function of the set, no copy is left uncounted, and both are what
 * a model says that knows nothing of passes. Many keys are drawn into one source, so that thousands of mixes need few databases.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../lambda/domain/decode/cell.ts";
import type { Decoded } from "../../lambda/domain/decode/decode.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { bigint, defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase } from "../support/database.ts";
import { ledgerOf, linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query, versions } from "../support/migration.ts";
import { IS_THOROUGH, SEED } from "../support/thoroughness.ts";

const SOURCES = IS_THOROUGH ? 8 : 1;
const KEYS = IS_THOROUGH ? 260 : 100;
/** What a table that was there before does not take. */
const UNWANTED = "unwanted";

const tables = defineTables({
  things: { id: text().primaryKey(), v: text(), n: bigint() },
  tags: { id: text().primaryKey(), tag: text().primaryKey() },
  people: table({ id: text().primaryKey(), a: text().nullable(), b: text().nullable() }).duplicates("merge"),
  shared: { to: text().primaryKey(), by: text() },
  newest: table({ to: text().primaryKey(), v: text(), n: bigint() }).duplicates({ latest: "n" }),
});
const items = defineItems(
  tables,
  { keys: { pk: "PK", sk: "SK" }, ttl: { attribute: "Gone", expired: "skip" } },
  ({ item, into, part, each, ignoreItem }) => [
    item("Thing", { pk: "K#{k}", sk: "{s}", where: { T: "thing" } }, ({ key, attr }) => [
      into("things", { id: key.k, v: attr("V"), n: attr("N") }),
      each(attr("Tags").optional(), (tag) => into("tags", { id: key.k, tag })),
    ]),
    item("A", { pk: "K#{k}", sk: "{s}", where: { T: "a" } }, ({ key, attr }) => [
      part("people", { id: key.k, a: attr("V") }),
    ]),
    item("B", { pk: "K#{k}", sk: "{s}", where: { T: "b" } }, ({ key, attr }) => [
      part("people", { id: key.k, b: attr("V") }),
    ]),
    item("Shared", { pk: "K#{k}", sk: "{s}", where: { T: "shared" } }, ({ key, attr }) => [
      into("shared", { to: attr("V"), by: key.k }),
      into("newest", { to: attr("V"), v: key.k, n: attr("N") }),
    ]),
    item("List", { pk: "K#{k}", sk: "{s}", where: { T: "list" } }, ({ key, attr }) => [
      each(attr("Tags").optional(), (tag) => into("tags", { id: key.k, tag })),
    ]),
    ignoreItem("Lock", { pk: "K#{k}", sk: "{s}", where: { T: "lock" } }, "bookkeeping"),
  ],
);
const schema = { tables, items };
const names = Object.keys(tables);

const drawnCopy = fc.record({
  T: fc.constantFrom("thing", "thing", "a", "b", "shared", "list", "lock"),
  V: fc.constantFrom("x", "x", "x", "x", "y", "y", "y", "z", "z", UNWANTED, undefined),
  N: fc.constantFrom("1", "1.0", "2", "x"),
  tags: fc.constantFrom([], ["p"], ["p", "q"]),
  more: fc.constantFrom({}, {}, { Extra: { S: "e" } }),
  gone: fc.constantFrom(false, false, false, true),
  isReversed: fc.boolean(),
});
/** Copies of one key: mostly a few, so that equal ones are as frequent as different ones. */
const drawnMix = fc.oneof(
  fc.array(drawnCopy, { minLength: 1, maxLength: 5 }),
  fc
    .tuple(drawnCopy, drawnCopy, fc.nat(4))
    .map(([one, other, at]) => Array.from({ length: 5 }, (_, n) => (n === at ? other : one))),
);
type Mix = typeof drawnMix extends fc.Arbitrary<infer D> ? D : never;

const itemOf = (k: number, { T, V, N, tags, more, gone, isReversed }: Mix[number]): Item => {
  const attributes: (readonly [string, Item[string]])[] = [
    ["PK", { S: `K#${k}` }],
    ["SK", { S: "s" }],
    ["T", { S: T }],
    ["N", { N }],
    ["Tags", { L: tags.map((S) => ({ S })) }],
    ...(V === undefined ? [] : [["V", { S: V }] as const]),
    ...(gone ? [["Gone", { N: "1000" }] as const] : []),
    ...Object.entries(more),
  ];
  return Object.fromEntries(isReversed ? attributes.toReversed() : attributes);
};

const shuffled = <T>(list: readonly T[], seed: number): T[] =>
  list
    .map((item, at) => ({ item, rank: Math.imul((at + 1) ^ Math.imul(seed + 1, 40_503), 2_654_435_761) >>> 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);

const MIXES = fc.sample(drawnMix, { numRuns: SOURCES * KEYS, seed: SEED });
const SOURCE = Array.from({ length: SOURCES }, (_, source) =>
  MIXES.slice(source * KEYS, (source + 1) * KEYS).flatMap((mix, k) => mix.map((copy) => itemOf(k, copy))),
);

/** A database with a table that was there before and takes less than the mapping would give it. */
async function prepared() {
  const database = await createDatabase();
  const { url } = database;
  await query(
    url,
    `create table things (id text primary key, v text not null check (v <> '${UNWANTED}'), n bigint not null)`,
  );
  return database;
}

const decode = decoder(load(schema), { source: "memory:test", expiredAt: BigInt(Math.floor(Date.now() / 1000)) });

/** What has to become of the copies of one key: the rule, written down once more and without any haste. */
function expected(copies: readonly Decoded[]) {
  const byVersion = [...Map.groupBy(copies, ({ fingerprint }) => fingerprint).entries()].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const sorts = byVersion.map(([version, [first]]) => ({ version, first, sort: sortOf(first) }));
  const isLeft = sorts.every(({ sort }) => sort === "ignored" || sort === "expired");
  const holder = sorts.find(({ sort }) => sort === "good");
  const fates: { version: string; entity: string; fate: string; reason: string }[] = sorts.map(
    ({ version, first, sort }) => {
      const at = { version, entity: first?.outcome.entity?.name ?? "(none)" };
      if (sort === "good" && version === holder?.version) return { ...at, fate: "migrated", reason: "" };
      if (sort === "good") return { ...at, fate: "quarantined", reason: "repeated-key" };
      if (sort === "ignored" || sort === "expired")
        return isLeft ? { ...at, fate: sort, reason: "" } : { ...at, fate: "quarantined", reason: "repeated-key" };
      return { ...at, fate: "quarantined", reason: sort };
    },
  );
  return { holder: holder?.first, fates, repeated: byVersion.flatMap(([, all]) => all.slice(1)) };
}

function sortOf(copy: Decoded | undefined): string {
  if (copy === undefined) return "";
  const { outcome } = copy;
  if (outcome.kind === "quarantined") return outcome.refusal.reason;
  if (outcome.kind !== "rows") return outcome.kind;
  const isRefused = [...outcome.contributions].some(
    ({ table: { name }, cells }) => name === "things" && cells.some((cell) => inputOf(cell) === UNWANTED),
  );
  return isRefused ? "postgres-refused" : "good";
}

function modelOf(list: readonly Item[]) {
  const all = [
    ...Map.groupBy(
      list.map((item) => decode({ item })),
      ({ item }) => item,
    ).values(),
  ].map(expected);
  const fates = all.flatMap(({ fates: each, repeated }) => [
    ...each,
    ...repeated.map((copy) => ({ entity: copy.outcome.entity?.name ?? "(none)", fate: "repeated" })),
  ]);
  return {
    counts: countsOf(fates.map(({ entity, fate }) => `${entity} ${fate}`)),
    quarantine: all
      .flatMap(({ fates: each }) => each.filter(({ fate }) => fate === "quarantined"))
      .map(({ version, reason }) => `${version} ${reason}`)
      .sort(),
    holders: all
      .flatMap(({ holder }) => holder ?? [])
      .map(({ fingerprint }) => fingerprint)
      .sort(),
  };
}

const countsOf = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(names, (name) => name)].map(([name, all]): [string, number] => [name, all.length]).sort(),
  );

/** What a report says, without what depends on time, and without where things stand. */
const toldBy = (report: Report) => ({
  verdict: report.verdict,
  items: report.items,
  entities: report.entities,
  tables: report.tables,
  quarantine: report.quarantine.map(({ reason, entity, count }) => ({ reason, entity, count })),
  unmapped: report.unmapped.map(({ entity, attribute, count }) => [entity, attribute, count].join(" ")).sort(),
  discrepancies: report.discrepancies
    .map(({ check, subject, problem, count }) => [check, subject, problem, count].join(" "))
    .sort(),
  wrong: report.spotChecks.wrong,
  recount: report.recount,
});

async function stateOf(url: string) {
  const ledger = await ledgerOf(url, "contributions", "items", "parked", "refusals");
  return { rows: await dump(url, names), ledger };
}

const run = (url: string, list: readonly Item[], page: number, units: number) =>
  migrateTrial({
    url,
    schema,
    source: memorySource(list, "memory:test", page),
    options: { units, concurrency: Math.min(units, 3), seed: 1, sample: 8, recount: true },
  });

describe(`I1, I5: sources with repeated keys, ${SOURCES * KEYS} mixes (seed ${SEED})`, () => {
  it.each(SOURCE.map((list, at) => ({ at, list })))("source $at", async ({ at, list }) => {
    const model = modelOf(list);
    const states: unknown[] = [];
    for (const order of [0, 1]) {
      await using database = await prepared();
      const { url } = database;
      // As they were drawn the copies of a key follow each other, elsewhere they are far apart.
      const source = order === 0 && at === 0 ? list : shuffled(list, at * 10 + order);
      const report = await run(url, source, order === 0 ? 200 : 30 + ((at * 17) % 90), 1 + ((at * 3 + order * 5) % 8));
      const state = { told: toldBy(report), ...(await stateOf(url)) };
      states.push(state);
      expect(state).toEqual(states[0]);
      if (order > 0) continue;

      // No copy is unaccounted for, and each is what the model says.
      expect(report.items.read).toBe(list.length);
      expect(report.discrepancies.filter(({ check }) => check !== "completeness")).toEqual([]);
      const counts = report.entities.flatMap(({ name, read: _, ...fates }) =>
        Object.entries(fates).flatMap(([fate, count]) => (count === 0 ? [] : [[`${name} ${fate}`, count] as const])),
      );
      expect(Object.fromEntries(counts.sort())).toEqual(model.counts);
      const refused = await linesOf<{ version: string; reason: string }>(url, "refusals");
      const told = refused.map(({ version, reason }) => `${version.replaceAll("-", "")} ${reason}`);
      expect(told.toSorted()).toEqual(model.quarantine);
      const held = await linesOf<{ fp: string }>(url, "items");
      expect(held.map(({ fp }) => fp.replaceAll("-", "")).toSorted()).toEqual(model.holders);

      // I4: once more, in another order, and nothing is written.
      const before = await versions(url, names);
      const again = await run(url, shuffled(source, 99), 150, 3);
      expect(await versions(url, names)).toEqual(before);
      const { migrated, ...others } = report.items;
      expect(again.items).toEqual({ ...others, migrated: 0, unchanged: migrated });
      expect({ ...toldBy(again), items: 0, entities: 0 }).toEqual({ ...toldBy(report), items: 0, entities: 0 });
      expect(await stateOf(url)).toEqual({ rows: state.rows, ledger: state.ledger });
    }
  });
});
