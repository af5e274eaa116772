/** A table that is written to while it is copied, then a short second pass when the writes are frozen: exactly what it holds in the end. */
import { DeleteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { Random } from "../../bin/rehearse/random.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { dynamoDbSource } from "../../lambda/adapters/dynamodb/source.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, dump, migrateTrial } from "../support/migration.ts";
import { tableName } from "../support/table-name.ts";

const schema = { tables, items };
const NOW = new Date();
const now = () => NOW;
const table = tableName("live");
const all = [...sampleItems({ items: 900, seed: 12, now: NOW })];
const [before, later] = [all.slice(0, 600), all.slice(600)];
const keyOf = ({ PK, SK }: Item): string => JSON.stringify([PK, SK]);

let database: TestDatabase;
let client: DynamoDBClient;
beforeAll(async () => {
  database = await createDatabase();
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  await createSampleTable(client, table);
  await fillTable(client, table, before);
});
afterAll(async () => {
  client.destroy();
  await database.drop();
});

it("I5: whatever was written during the copy, the second pass ends verified with what the table holds then", async () => {
  const held = new Map(before.map((item) => [keyOf(item), item]));
  const random = new Random(7);
  const renamed = (item: Item): Item => ({ ...item, FileName: { S: `renamed ${random.between(0, 1_000_000)}` } });
  const isFile = ({ SK }: Item): boolean => SK !== undefined && "S" in SK && SK.S.startsWith("FILE#");
  const isShare = ({ SK }: Item): boolean => SK !== undefined && "S" in SK && SK.S.startsWith("SHARE#");
  const fresh = [...later];
  let [written, deleted] = [0, 0];
  /** A few changes: a file renamed, a share withdrawn, some items more. */
  const change = async (): Promise<void> => {
    const files = [...held.values()].filter(isFile);
    const put = [renamed(must(files[random.between(0, files.length - 1)], "there are files")), ...fresh.splice(0, 6)];
    for (const item of put) held.set(keyOf(item), item);
    written += put.length;
    await fillTable(client, table, put);
    const [gone] = [...held.values()].filter(isShare);
    if (gone === undefined) return;
    const { PK, SK } = gone;
    held.delete(keyOf(gone));
    deleted += 1;
    if (PK === undefined || SK === undefined || !("S" in PK && "S" in SK)) throw new Error("keys are text");
    await client.send(new DeleteItemCommand({ TableName: table, Key: { PK: { S: PK.S }, SK: { S: SK.S } } }));
  };
  const source = dynamoDbSource({ table, endpoint: inject("dynamoDbEndpoint"), region: "local" });
  const first = await migrateTrial({
    url: database.url,
    schema,
    source,
    options: { units: 20, concurrency: 1 },
    now,
    around: beforePages(change),
  });
  expect([first.pass, written > 100, deleted > 5]).toEqual([1, true, true]);
  await fillTable(client, table, fresh);
  for (const item of fresh) held.set(keyOf(item), item);

  const second = await migrateTrial({ url: database.url, schema, source, options: { units: 6, prune: true }, now });
  expect(second.discrepancies).toEqual([]);
  expect(second).toMatchObject({ verdict: "verified", pass: 2, items: { read: held.size } });
  expect(second.items.unchanged).toBeGreaterThan(300);

  await using quiet = await createDatabase();
  await migrateTrial({ url: quiet.url, schema, source: memorySource([...held.values()]), now });
  expect(await dump(database.url, Object.keys(tables))).toEqual(await dump(quiet.url, Object.keys(tables)));
});
