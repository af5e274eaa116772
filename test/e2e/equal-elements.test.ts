/** Equal elements of one list, and names to ignore that nothing has: no fault, and told by `check` and by a migration alike. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkText } from "../../lambda/adapters/report/check-text.ts";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { defineItems, defineTables, integer, text } from "../../lambda/mapping/index.ts";
import { takeCensus } from "../support/census.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({ lines: { order_id: text().primaryKey(), sku: text().primaryKey(), qty: integer() } });
const items = defineItems(tables, { keys: { pk: "PK" }, ignore: ["data.TYPE", "toString"] }, ({ item, into, each }) => [
  item("constructor", { pk: "O#{id}", ignore: ["Old"] }, ({ key, attr }) => [
    each(attr("Lines"), (line) => into("lines", { order_id: key.id, sku: line.at("sku"), qty: line.at("qty") })),
  ]),
  item("toString", { pk: "S#{id}" }, ({ key, attr }) => [
    into("lines", { order_id: key.id, sku: attr("sku"), qty: attr("qty") }),
  ]),
]);
const schema = { tables, items };
const line = (sku: string) => ({ M: { sku: { S: sku }, qty: { N: "1" } } });
const order = (id: string, ...skus: string[]): Item => ({ PK: { S: `O#${id}` }, Lines: { L: skus.map(line) } });

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-equal-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const IGNORED =
  /no item has the attribute data\.TYPE, which it ignores\n.*remove it; one member of a map is left behind as \["data", "TYPE"\]/;

it("I2: rows that became one are counted by table, with an item, in each pass anew", async () => {
  const list = [order("1", "A", "A", "A", "B"), order("2", "A", "B"), order("3", "C", "C")];
  const report = await migrateTrial({ url: database.url, schema, items: list });
  expect(report.verdict).toBe("verified");
  const told = [{ entity: "constructor", table: "lines", count: 3, example: '{"PK":{"S":"O#1"}}' }];
  expect(report.collapsed).toEqual(told);
  expect(report.entities).toMatchObject([
    { name: "constructor", read: 3, migrated: 3 },
    { name: "toString", read: 0, migrated: 0 },
  ]);
  expect(reportText(report)).toMatch(/constructor → lines: 3 equal elements gave no row of its own, e\.g\. in O#1\n/);
  expect(await query(database.url, "select count(*)::int as rows from lines")).toEqual([{ rows: 5 }]);

  const again = await migrateTrial({ url: database.url, schema, items: [...list.slice(1), order("1", "A", "B")] });
  expect(again.collapsed).toEqual([{ ...told[0], count: 1, example: '{"PK":{"S":"O#3"}}' }]);
});

it("names to ignore that no item has are told by name, whatever it is", async () => {
  const report = await migrateTrial({ url: database.url, schema, items: [order("1", "A")] });
  const named = report.findings?.map(({ where, problem }) => `${where}: ${problem}`) ?? [];
  expect(named.filter((each) => each.includes("ignores"))).toEqual([
    "ignore: no item has the attribute data.TYPE, which it ignores",
    "ignore: no item has the attribute toString, which it ignores",
    "constructor: no item has the attribute Old, which it ignores",
  ]);
  expect(named).toContain("toString: the source has no such item");
  expect(reportText(report)).toMatch(IGNORED);
});

it("check tells both, and says of a sample that it is one", async () => {
  const file = join(folder, "items.jsonl");
  const list: Item[] = [{ ...order("1", "A", "A"), Old: { S: "x" } }, order("2", "B")];
  await writeFile(file, list.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join(""));
  const { checked, clean } = await takeCensus(`file:${file}`, { schema });
  expect(clean).toBe(true);
  expect(checked.collapsed).toEqual([
    { entity: "constructor", table: "lines", count: 1, example: '{"PK":{"S":"O#1"}}' },
  ]);
  const said = checkText(checked, { mapped: true, schema: "schema", foreign: false, attributes: false });
  expect(said).toMatch(/constructor → lines: 1 equal element gave no row of its own, e\.g\. in O#1\n/);
  expect(said).toMatch(IGNORED);
  expect(said).not.toContain("the attribute Old");
  const { checked: sample } = await takeCensus(`file:${file}`, { schema, options: { sample: 1 } });
  expect(sample.findings.map(({ problem }) => problem)).toContain(
    "no item of the sample has the attribute data.TYPE, which it ignores",
  );
});

it("check advises to leave an attribute behind by the kind of item, as another may need it, and says what it leaves", async () => {
  const file = join(folder, "unread.jsonl");
  const list: Item[] = [
    { ...order("1", "A"), Extra: { S: "x" }, "a.b": { S: "x" }, Old: { S: "x" } },
    { PK: { S: "S#1" }, sku: { S: "A" }, qty: { N: "1" }, Extra: { S: "x" } },
  ];
  await writeFile(file, list.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join(""));
  const { checked } = await takeCensus(`file:${file}`, { schema });
  const said = checkText(checked, { mapped: true, schema: "schema", foreign: false, attributes: true });
  expect(said).toContain(
    'leave it behind: ignore: ["a.b", "Extra"] of item constructor; ignore: ["Extra"] of item toString\n',
  );
  expect(said).toMatch(/constructor\."a\.b": 1 item, in 100 % of them, S\n/);
  expect(said).toMatch(/a\.b +100 % +S {2}← no column takes all of it/);
  expect(said).toMatch(/Attributes left behind, as declared\n {2}constructor: Old\n/);
});
