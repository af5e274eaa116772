/** Mappings and events nobody in their right mind would write: a list of problems or a refusal, never a crash, and no name that is not quoted. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventSchema } from "../../lambda/event.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";
import { createDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const SEED = Number(process.env.TEST_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`hostile words, TEST_FUZZ_SEED=${SEED}\n`);

const NASTY = [
  'a"; drop table x; --',
  "a'; drop table x; --",
  "$$",
  "naïve é 名前",
  "select",
  "a b",
  "A.B",
  "__proto__",
  "constructor",
  "toString",
  "\\",
  "%s",
  "{x}",
];
const word = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 80 }),
  fc.string({ unit: "binary", maxLength: 70 }),
);
const template = fc.oneof(
  word,
  fc
    .array(fc.oneof(word, fc.constantFrom("{a}", "{b:int}", "{a:rest}", "{", "}", "{{", "#", "{c:nonsense}")), {
      maxLength: 5,
    })
    .map((parts) => parts.join("")),
);

describe("a mapping", () => {
  it("of any names and templates is loaded, or every problem is told with a remedy", () => {
    fc.assert(
      fc.property(
        word,
        word,
        word,
        template,
        template,
        word,
        word,
        (name, column, entity, pk, sk, attribute, where) => {
          const tables = defineTables({ [name]: { [column]: text().primaryKey() } });
          const spec = defineItems(tables, { keys: { pk: "PK", sk: "SK" }, ignore: [attribute] }, ({ item, into }) => [
            item(entity, { pk, sk, where: { [where]: where } }, ({ attr }) => [
              into(name as never, { [column]: attr(attribute) } as never),
            ]),
          ]);
          const loaded = loadMapping(tables, spec);
          if ("mapping" in loaded) return;
          expect(loaded.problems.length).toBeGreaterThan(0);
          for (const { where: at, problem, remedy } of loaded.problems)
            expect([at, problem, remedy].every((part) => part !== "")).toBe(true);
        },
      ),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it("with hostile names that may stand makes tables of those very names, and nothing else", async () => {
    await using database = await createDatabase();
    await query(database.url, "create table x (still_here text)");
    const named = NASTY.map((name) => [
      name,
      table({ [name]: text().primaryKey(), [`${name} too`]: text().unique().index() }).check(name, "true"),
    ]);
    const tables = defineTables(Object.fromEntries(named));
    const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) =>
      NASTY.map((name, at) =>
        item(name, { pk: `A${at}#{id}`, where: { [name]: name } }, ({ key, attr }) => [
          into(name as never, { [name]: key.id, [`${name} too`]: attr(`${name}?`) } as never),
        ]),
      ),
    );
    const list = NASTY.map((name, at) => ({
      ...{ PK: { S: `A${at}#1` } },
      ...{ [name]: { S: name }, [`${name}?`]: { S: name } },
    }));
    const report = await migrateTrial({ url: database.url, schema: { tables, items }, items: list });
    expect([report.verdict, report.discrepancies]).toEqual(["verified", []]);
    expect(report.tables.map(({ name, actualRows }) => [name, actualRows]).sort()).toEqual(
      NASTY.map((name) => [name, 1]).sort(),
    );
    const made = await query<{ name: string }>(
      database.url,
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    expect(made.map((each) => each.name).sort()).toEqual([...NASTY, "x"].sort());
  });
});

describe("an event", () => {
  it("of any shape is taken or refused, and what is refused says where", () => {
    const value = fc.oneof(fc.anything({ maxDepth: 2 }), fc.constantFrom(...NASTY), fc.integer(), fc.boolean());
    const key = fc.oneof(
      fc.constantFrom(
        "action",
        "units",
        "concurrency",
        "force",
        "key",
        "reason",
        "run",
        "limit",
        "workers",
        "prune",
        "__proto__",
      ),
      word,
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(key, value)), (event) => {
        const parsed = eventSchema.safeParse(event);
        if (parsed.success) expect(typeof parsed.data.action).toBe("string");
        else expect(parsed.error.issues.length).toBeGreaterThan(0);
      }),
      { seed: SEED, numRuns: 5_000 },
    );
  });
});
