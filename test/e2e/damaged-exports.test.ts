/** Exports whose files were damaged on their way, migrated: told with what gave what, kept as far as they are sound, and mended. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { parseSource } from "../../lambda/settings.ts";
import { sourceOf } from "../../lambda/sources.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { damagedExports, ITEMS } from "../support/exports/damaged.ts";
import { type WrittenExport, writeFullExport, writeIncrementalExport } from "../support/exports/export.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({
  notes: { part: text().primaryKey(), number: text().primaryKey(), text: text() },
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
  item("Note", { pk: "P#{part}", sk: "{number}" }, ({ key, attr }) => [
    into("notes", { part: key.part, number: key.number, text: attr("text") }),
  ]),
]);
const schema = { tables, items };
const FULL = new Date("2026-01-14T10:00:00Z");
const END = new Date("2026-01-14T11:00:00Z");

const { newBucket } = damagedExports();
let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = async (folder: string, options: object = {}) =>
  migrateTrial({ url: database.url, schema, source: await sourceOf(parseSource(`export:${folder}`), {}), options });
const rows = async () =>
  Number(
    must((await query<{ count: string }>(database.url, "select count(*) from notes"))[0], "a count is a row").count,
  );

/** Keeps what it was beside it. */
async function cutShort({ files }: WrittenExport): Promise<{ path: string; mend: () => Promise<void>; items: number }> {
  const { path, itemCount } = must(files[0], "an export has files");
  const whole = await readFile(path);
  await writeFile(`${path}.whole`, whole);
  await writeFile(path, whole.subarray(0, whole.length >> 1));
  return { path, items: itemCount, mend: () => rename(`${path}.whole`, path) };
}

it("a file that was cut short: its good lines are there, all others too, and the words of the remedy lead on", async () => {
  const bucket = newBucket();
  const cut = await cutShort(await writeFullExport(bucket, { at: FULL, items: ITEMS, files: 3 }));
  const report = await migrate(bucket.folder);
  const [found, ...others] = report.discrepancies;
  expect(others).toEqual([]);
  expect(found?.problem).toMatch(/ends early, after line \d+.*: what its \d+ items gave is to be doubted/);
  expect(found?.remedy).toContain(`aws s3 cp s3://`);
  const there = await rows();
  expect(there).toBe(ITEMS.length - cut.items + must(found, "it was told").count);
  expect(there).toBeLessThan(ITEMS.length);
  await cut.mend();
  expect(await migrate(bucket.folder)).toMatchObject({ verdict: "verified", pass: 2 });
  expect(await rows()).toBe(ITEMS.length);
});

it("a damaged window: nothing behind it is applied until it is mended, and then all is as it ought to be", async () => {
  const bucket = newBucket();
  await writeFullExport(bucket, { at: FULL, items: ITEMS, files: 2 });
  const [first = {}, second = {}] = ITEMS;
  const keyOf = ({ PK = { S: "" }, SK = { S: "" } }) => ({ PK, SK });
  const changed = { ...first, text: { S: "something else" } };
  const changes = [
    { key: keyOf(first), before: first, after: changed, micros: 1 },
    { key: keyOf(second), before: second, micros: 2 },
  ];
  const written = await writeIncrementalExport(bucket, { from: FULL, to: END, changes, files: 1 });
  const late = { from: END, to: new Date("2026-01-14T12:00:00Z"), files: 1 };
  await writeIncrementalExport(bucket, { ...late, changes: [{ key: keyOf(first), before: changed, micros: 3 }] });
  const cut = await cutShort(written);
  const damaged = await migrate(bucket.folder);
  expect(damaged.verdict).toBe("discrepant");
  expect(damaged.exports).toMatchObject([{ faults: 0 }, { faults: 1 }]);
  await cut.mend();
  expect(await migrate(bucket.folder)).toMatchObject({ verdict: "verified", pass: 2, exports: [{}, {}, {}] });
  expect(await rows()).toBe(ITEMS.length - 2);
});

it("a file that is missing is refused before anything is read", async () => {
  const bucket = newBucket();
  const { files } = await writeFullExport(bucket, { at: FULL, items: ITEMS, files: 2 });
  await rm(must(files[1], "there are two").path);
  await expect(migrate(bucket.folder)).rejects.toMatchObject({ code: "source-unusable" });
  await expect(rows()).rejects.toThrow("does not exist");
});

it("files of an export that is not needed may be gone, as a bucket's rules have it", async () => {
  const bucket = newBucket();
  const { files } = await writeIncrementalExport(bucket, { from: FULL, to: END, changes: [], files: 1 });
  await writeFullExport(bucket, { at: END, items: ITEMS, files: 2 });
  await rm(must(files[0], "there is one").path);
  expect(await migrate(bucket.folder)).toMatchObject({ verdict: "verified", exports: [{ to: END.toISOString() }] });
});
