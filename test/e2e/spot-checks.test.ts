/** Check 5 and the recount: single items, and the whole source, read a second time. Each is shown to find what nothing else finds. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, migrationOf, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { compareItem, upperBound } from "../../lambda/domain/proof/spot-check.ts";
import { bigint, defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { migrate } from "../../lambda/pipeline/migrate.ts";
import { spotCheck } from "../../lambda/pipeline/spot-check.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import type { Given } from "../../lambda/ports/spot-rows.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { type migrateTrial, query, quiet } from "../support/migration.ts";

const tables = defineTables({
  things: { id: text().primaryKey(), n: bigint() },
  tags: { id: text().primaryKey(), tag: text().primaryKey() },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, each }) => [
  item("Thing", { pk: "T#{id}" }, ({ key, attr }) => [
    into("things", { id: key.id, n: attr("n") }),
    each(attr("tags").optional(), (tag) => into("tags", { id: key.id, tag })),
  ]),
]);
const schema = { tables, items };
const thing = (id: number, n = id): Item => ({
  PK: { S: `T#${id}` },
  n: { N: String(n) },
  tags: { SS: [`a${id}`, `b${id}`] },
});
const things = Array.from({ length: 200 }, (_, at) => thing(at));

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const run = (more: Partial<Parameters<typeof migrateTrial>[0]> = {}) =>
  beginTrial({ url: database.url, schema, items: things, options: { sample: 200, seed: 5 }, ...more });

/** A live table: what is read again may have been written to since. */
function live(list: readonly Item[], now: readonly Item[]): ItemSource {
  const { reread } = memorySource(now);
  if (reread.how === "none") throw new Error("a memory source can be read again");
  return { ...memorySource(list), reread: { how: "by-key", get: reread.get } };
}

/** Switches off the comparison of fingerprints: whatever the tables hold, the ledger's own sums are given for theirs. */
const blindToContents = (target: Target): Target => ({
  ...target,
  proof: {
    ...target.proof,
    contents: async (run_, signal) => {
      const facts = (await target.proof.contents(run_, signal)) ?? expect.fail("nothing was aborted");
      return {
        ...facts,
        tables: facts.tables.map((content, at) => ({
          ...content,
          facets: { 0: facts.holding[`${at + 1}.0`] ?? { count: 0, high: 0n, low: 0n } },
          leftovers: 0,
        })),
      };
    },
  },
});

it("a clean sample is stated with its seed, its size and what it proves", async () => {
  const { verdict, spotChecks } = await run({ options: { sample: 50, seed: 5 } });
  expect(verdict).toBe("verified");
  expect(spotChecks).toMatchObject({ seed: 5, population: 200, sampled: 50, changed: 0, wrong: 0, examples: [] });
  expect(spotChecks.upperBound).toBeCloseTo(0.058, 3);
  expect(upperBound({ sampled: 0 })).toBe(1);
  expect(upperBound({ sampled: 9 })).toBe(0);
  expect(upperBound({ sampled: 0, ofEach: 0 })).toBe(1);
});

it("an item that is wrong in more rows than a report may show is asked for no further, and the next one is", async () => {
  await run();
  await using target = openTarget(database.url, load(schema));
  const [first = expect.fail("it was begun")] = await target.runs.list();
  const many = [1, 2].map(
    (id): Item => ({
      ...thing(id),
      tags: { SS: Array.from({ length: 30_000 }, (_, at) => `${at}`) },
    }),
  );
  const decode = decoder(load(schema), { source: first.source, expiredAt: 0n });
  const sample = many.map((item) => {
    const { item: hash, source, fingerprint } = decode({ item });
    return { item: hash, entity: "Thing", source, fingerprint, refused: [] };
  });
  const asked: string[] = [];
  const rows = {
    sample: async () => sample,
    rows: async (_: Run, given: readonly Given[]) => {
      asked.push(...given.map(({ item }) => item));
      return given.map(() => ({ kind: "missing" as const }));
    },
  };
  const task = { run: first, rows, keys: load(schema).keys, decode, seed: 5, perEntity: 2, population: 2 };
  const { wrong, examples } = await spotCheck({ ...task, reread: memorySource(many).reread });
  expect([wrong, examples.length]).toEqual([2, 20]);
  expect(new Set(asked)).toEqual(new Set(sample.map(({ item }) => item)));
  expect(asked.length).toBeLessThan(30_000);
});

it("the same seed draws the same sample, another seed another one", async () => {
  await run();
  await using target = openTarget(database.url, load(schema));
  const [first] = await target.runs.list();
  if (first === undefined) throw new Error("there is a run");
  const draw = async (seed: number) => (await target.spots.sample(first, seed, 20)).map(({ item }) => item);
  expect(await draw(1)).toEqual(await draw(1));
  expect(await draw(1)).not.toEqual(await draw(2));
  expect(new Set(await draw(3)).size).toBe(20);
});

describe("what only a second look at single items finds", () => {
  it("a value changed behind the fingerprint's back", async () => {
    await run();
    await query(database.url, "update things set n = n + 1 where id = '7'; delete from tags where tag = 'a9'");
    const mapping = load(schema);
    await using target = openTarget(database.url, mapping);
    const task = { source: "", target: database.url, schema, options: { sample: 200, seed: 5 } };
    const edge = quiet();
    const report = await migrate(migrationOf(task, edge, memorySource(things), blindToContents(target), mapping));
    expect(report.discrepancies.filter(({ check }) => check === "content")).toEqual([]);
    expect(report.verdict).toBe("discrepant");
    expect(report.spotChecks).toMatchObject({ sampled: 200, changed: 0, wrong: 2 });
    expect(report.spotChecks.examples).toContainEqual(
      expect.objectContaining({
        kind: "wrong",
        table: "things",
        key: ["7"],
        detail: "column n does not hold what the item holds",
      }),
    );
    expect(report.spotChecks.examples).toContainEqual(
      expect.objectContaining({ kind: "wrong", table: "tags", key: ["9", "a9"], detail: "the row is not there" }),
    );
  });

  it("an item that was written to, or deleted, since it was read is called changed, and the verdict stands", async () => {
    const now = [...things.filter((_, at) => at !== 3 && at !== 4), thing(3, 1_000)];
    const report = await run({ source: live(things, now) });
    expect(report.verdict).toBe("verified");
    expect(report.spotChecks).toMatchObject({ changed: 2, wrong: 0 });
  });

  it("a frozen source cannot have changed: there the same is wrong", async () => {
    const frozen = memorySource(things);
    const { reread } = memorySource(things.slice(1));
    const report = await run({ source: { ...frozen, reread } });
    expect(report.verdict).toBe("discrepant");
    expect(report.spotChecks).toMatchObject({ changed: 0, wrong: 1 });
  });
});

it("I9: a source that cannot be read again never gives verified", async () => {
  const report = await run({ source: { ...memorySource(things), reread: { how: "none" } } });
  expect(report.verdict).toBe("discrepant");
  expect(report.spotChecks.impossible).toBeDefined();
});

describe("a recount", () => {
  it("of a source that gives the same again agrees", async () => {
    const report = await run({ options: { recount: true } });
    expect(report.verdict).toBe("verified");
    expect(report.recount).toEqual({ items: 200, agrees: true });
  });

  it("finds the page a source lost, which no other check can", async () => {
    const whole = memorySource(things);
    let readings = 0;
    const forgetful: ItemSource = {
      ...whole,
      async *read(unit, cursor, signal, only) {
        readings += only === undefined ? 0 : 1;
        for await (const page of whole.read(unit, cursor, signal)) {
          yield page.next === undefined && only === undefined ? { records: page.records.slice(1) } : page;
        }
      },
    };
    const options = { units: 2, concurrency: 1 };
    expect((await run({ source: forgetful, options })).verdict).toBe("verified");
    const report = await run({ source: forgetful, options: { ...options, recount: true } });
    expect(readings).toBeGreaterThan(0);
    expect(report.recount).toEqual({ items: 200, agrees: false });
    expect(report.discrepancies.map(({ check, count }) => [check, count])).toEqual([["recount", 2]]);
  });

  it("tells other items from as many", async () => {
    const whole = memorySource(things);
    const other = memorySource([...things.slice(1), thing(777)]);
    const source: ItemSource = {
      ...whole,
      read: (unit, cursor, signal, only) => (only === undefined ? whole : other).read(unit, cursor, signal),
    };
    const report = await run({ source, options: { recount: true } });
    expect(report.recount).toEqual({ items: 200, agrees: false });
  });
});

it("an item that is no longer mapped the way it was is wrong, not changed", () => {
  const sampled = { item: "i", entity: "Thing", source: "{}", fingerprint: "f", refused: [] };
  const now = {
    item: "i",
    source: "{}",
    fingerprint: "f",
    body: () => "",
    outcome: { kind: "quarantined", entity: undefined, refusal: { reason: "no-entity", detail: "" } },
  } as const;
  expect(compareItem(sampled, now, false)).toMatchObject({ kind: "wrong" });
});
