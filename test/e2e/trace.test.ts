/** `trace`: from an item to its rows and back; `report --sql`: the fingerprints computed by queries that stand alone. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { keyedHash } from "../../lambda/domain/decode/fingerprint.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import {
  bigint,
  bytea,
  defineItems,
  defineTables,
  double,
  jsonb,
  numeric,
  table,
  text,
  textArray,
  timestamptz,
} from "../../lambda/mapping/index.ts";
import { runPlainSql } from "../../lambda/verbs/report.ts";
import { runTrace } from "../../lambda/verbs/trace.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { logKeyAt } from "../support/ledger.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({
  people: table({ id: text().primaryKey(), name: text().nullable(), phone: text().nullable() }).duplicates("merge"),
  things: {
    n: bigint().primaryKey(),
    size: numeric().nullable(),
    ratio: double().nullable(),
    at: timestamptz().nullable(),
    raw: bytea().nullable(),
    more: jsonb().nullable(),
    tags: textArray().nullable(),
  },
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part }) => [
  item("Person", { pk: "P#{id}", sk: "METADATA" }, ({ key, attr }) => [
    part("people", { id: key.id, name: attr("Name") }),
  ]),
  item("Phone", { pk: "P#{id}", sk: "PHONE" }, ({ key, attr }) => [
    part("people", { id: key.id, phone: attr("Phone") }),
  ]),
  item("Thing", { pk: "T#{n}", sk: "{by}" }, ({ key, attr }) => [
    into("things", {
      n: key.n.digits(),
      size: attr("Size").optional(),
      ratio: attr("Ratio").optional(),
      at: attr("At").optional(),
      raw: attr("Raw").optional(),
      more: attr("More").optional(),
      tags: attr("Tags").optional(),
    }),
  ]),
]);
const schema = { tables, items };

const keyed = (PK: string, SK: string, more: Item = {}): Item => ({ PK: { S: PK }, SK: { S: SK }, ...more });
const GONE = keyed("P#gone", "METADATA", { Name: { S: "G" } });
const GIVEN: readonly Item[] = [
  keyed(`P#o'"x`, "METADATA", { Name: { S: "N" } }),
  keyed(`P#o'"x`, "PHONE", { Phone: { S: "1" } }),
  GONE,
  keyed("T#12", "a", {
    Size: { N: "1.50" },
    Ratio: { N: "0.1" },
    At: { S: "2024-01-01T00:00:00.5+02:00" },
    Raw: { B: Buffer.from([0, 255]) },
    More: { M: { a: { L: [{ N: "1.0" }] } } },
    Tags: { SS: ["b", 'a,"c'] },
  }),
  keyed("T#12", "b", { Size: { N: "2" } }),
  keyed("T#13", "a", { Size: { S: "wrong" } }),
  keyed("T#14", "a"),
];

let database: TestDatabase;
let report: Report;
beforeAll(async () => {
  database = await createDatabase();
  await migrateTrial({ url: database.url, schema, items: GIVEN });
  report = await migrateTrial({ url: database.url, schema, items: GIVEN.filter((item) => item !== GONE) });
});
afterAll(() => database.drop());

const trace = async (words: string[], isItem = false) => runTrace({ target: database.url, schema, words, isItem });
async function items_(...words: string[]) {
  const found = await trace(words);
  if (found.kind !== "items") throw new Error("an item was asked for");
  return found;
}
async function row(...words: string[]) {
  const found = await trace(words);
  if (found.kind !== "row") throw new Error("a row was asked for");
  return found;
}

describe("an item", () => {
  it("leads to its rows, as they are now", async () => {
    const {
      count,
      items: [found],
    } = await items_(`P#o'"x`, "METADATA");
    expect(count).toBe(1);
    expect(found).toMatchObject({
      seen: true,
      rows: [{ entity: "Person", table: "people", key: [`o'"x`], columns: ["name"], pass: 1, now: "unchanged" }],
    });
  });

  it("is one of its partition", async () => {
    const { count, items: found } = await items_(`P#o'"x`);
    expect([count, found.length]).toEqual([2, 2]);
    expect((await items_("P#o")).count).toBe(0);
  });

  it("that could not become a row is in quarantine, with the reason", async () => {
    const {
      items: [found],
    } = await items_("T#13", "a");
    expect(found).toMatchObject({
      rows: [],
      quarantine: { entity: "Thing", reason: "wrong-type", firstSeen: 1, lastSeen: 2 },
    });
  });

  it("that is gone from the source is told from one that is there", async () => {
    expect((await items_("P#gone", "METADATA")).items[0]).toMatchObject({
      seen: false,
      rows: [{ key: ["gone"], now: "unchanged" }],
    });
  });

  it("that nobody read is not found", async () => expect((await items_("T#99", "a")).count).toBe(0));

  it("is found by what stands for it in a log", async () => {
    const source = '{"PK":{"S":"T#13"},"SK":{"S":"a"}}';
    expect((await items_(`#${keyedHash(await logKeyAt(database.url), source)}`)).items).toMatchObject([{ source }]);
    expect((await items_("#0123456789abcdef")).count).toBe(0);
  });
});

describe("a row", () => {
  it("of several items leads to all of them", async () => {
    const { there, rows } = await row("people", `o'"x`);
    expect(there).toBe(true);
    expect(rows.map(({ entity, columns }) => `${entity} ${columns.join()}`)).toEqual(["Person name", "Phone phone"]);
  });

  it("is found by its key as a person writes it, and tells who waits behind whom", async () => {
    const { rows } = await row("things", "0012");
    const [waiting, holding] = [
      rows.find(({ heldBy }) => heldBy !== undefined),
      rows.find(({ now }) => now === "unchanged"),
    ];
    expect(rows).toHaveLength(2);
    expect(waiting?.heldBy).toBe(holding?.source);
  });

  it("that was changed or deleted since is told to be so", async () => {
    await query(database.url, "update things set size = 7 where n = 14");
    expect((await row("things", "14")).rows).toMatchObject([{ now: "changed here since" }]);
    await query(database.url, "delete from things where n = 14");
    expect(await row("things", "14")).toMatchObject({ there: false, rows: [{ now: "gone" }] });
    await query(database.url, "insert into things (n) values (14)");
    expect((await row("things", "14")).rows).toMatchObject([{ now: "unchanged" }]);
  });

  it.each([
    ["too few words", ["things"], /n$/],
    ["a word of another type", ["things", "twelve"], /n bigint/],
  ])("is refused where there are %s", async (_, words, remedy) => {
    await expect(trace(words)).rejects.toMatchObject({ findings: [{ remedy: expect.stringMatching(remedy) }] });
  });

  it("is not looked for where the words are said to be an item's", async () => {
    expect((await trace(["things", "12"], true)).kind).toBe("items");
  });

  it("is not looked for with another mapping", async () => {
    const other = { tables, items: { ...items, entities: items.entities.slice(0, 1) } };
    await expect(
      runTrace({ target: database.url, schema: other, words: ["things", "12"], isItem: false }),
    ).rejects.toThrow();
  });
});

describe("report --sql", () => {
  interface Computed {
    readonly table: string;
    readonly columns: string;
    readonly fingerprint: string;
    readonly same: boolean;
  }
  /** As psql would: one statement after the other, in one session with settings of its own. */
  async function carriedOut(): Promise<Computed[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query("set timezone = 'Asia/Kathmandu'; set extra_float_digits = -5");
      const results: pg.QueryResult<Computed>[] = [
        await client.query(await runPlainSql({ target: database.url, schema })),
      ].flat();
      return results.flatMap(({ rows }) => rows);
    } finally {
      await client.end();
    }
  }
  const isSame = async (name: string) =>
    (await carriedOut()).filter(({ table: of }) => of === name).every(({ same }) => same);

  it("I9: gives the fingerprints of the report, those of every part of a merged row each by itself", async () => {
    const found = await carriedOut();
    const told = report.tables.flatMap(({ name, facets }) =>
      facets.map(({ columns, actualFingerprint }) => [name, columns.join(", "), actualFingerprint]),
    );
    expect(found.map(({ table: of, columns, fingerprint }) => [of, columns, fingerprint])).toEqual(told);
    expect(found.map(({ table: of, columns }) => `${of}: ${columns}`).slice(0, 2)).toEqual([
      "people: id, name",
      "people: id, phone",
    ]);
    expect(found.map(({ same }) => same)).toEqual([true, true, true]);
  });

  it.each([
    [
      "a digit",
      "things",
      "update things set size = size + 1 where n = 12",
      "update things set size = size - 1 where n = 12",
    ],
    [
      "a column of a merged row",
      "people",
      "update people set phone = '2' where phone = '1'",
      "update people set phone = '1' where phone = '2'",
    ],
    [
      "two parts of a row that hold each other's values",
      "people",
      "update people set name = phone, phone = name where phone = '1'",
      "update people set name = phone, phone = name where name = '1'",
    ],
    ["a row more", "things", "insert into things (n) values (99)", "delete from things where n = 99"],
  ])("tells %s", async (_, name, change, back) => {
    await query(database.url, change);
    expect(await isSame(name)).toBe(false);
    await query(database.url, back);
    expect(await isSame(name)).toBe(true);
  });
});
