/** The largest items → memory that depends on a piece of them, measured on the command line as it is run. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Random } from "../../bin/rehearse/random.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { peakOf, smallHeap } from "../support/peak.ts";

/** As long as DynamoDB takes a key, near enough, and in every row. */
const KEY = new Random(1).hex(2_000);
const ROWS = 12_000;

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-large-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

/** Writes the list and migrates it: how much memory that takes at most, in bytes. */
async function peak(letters: readonly string[]): Promise<number> {
  const file = join(folder, "items.jsonl");
  await writeFile(
    file,
    `{"Item":${toDynamoDbJson({ PK: { S: `LIST#${KEY}` }, Letters: { L: letters.map((S) => ({ S })) } })}}\n`,
  );
  const command = ["migrate", "--source", `file:${file}`, "--target", database.url, "--schema", "test/bench/long-list"];
  return peakOf(command, smallHeap(100));
}

it("I8: what an item gives is never held whole as text, when it is written nor when it is changed", async () => {
  // The process itself takes some 150 MB; the keys of all rows stand in a dozen statements, 16 MB in each.
  const most = 250e6;
  expect(await peak(Array<string>(ROWS).fill("a"))).toBeLessThan(most);
  expect(await peak(Array<string>(ROWS / 2).fill("b"))).toBeLessThan(most);
  const letters = "select letter, count(*)::int as count from elements group by 1";
  expect(await query(database.url, letters)).toEqual([{ letter: "b", count: ROWS / 2 }]);
});
