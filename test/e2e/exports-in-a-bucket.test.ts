/** Exports in a bucket, over a line that fails: what comes is whole or told, and a wrong byte on the way is found at the file's end. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { parseSource } from "../../lambda/settings.ts";
import { sourceOf } from "../../lambda/sources.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { damagedExports, ITEMS } from "../support/exports/damaged.ts";
import { writeFullExport, writeIncrementalExport } from "../support/exports/export.ts";
import { migrateTrial, query } from "../support/migration.ts";
import { type S3Proxy, s3Proxy } from "../support/s3-proxy.ts";
import { CREDENTIALS, type S3Server, startS3 } from "../support/s3-server.ts";

const BUCKET = "exports-of-tables";
const FULL = new Date("2026-01-14T10:00:00Z");
const END = new Date("2026-01-14T11:00:00Z");
const tables = defineTables({ notes: { part: text().primaryKey(), number: text().primaryKey(), text: text() } });
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
  item("Note", { pk: "P#{part}", sk: "{number}" }, ({ key, attr }) => [
    into("notes", { part: key.part, number: key.number, text: attr("text") }),
  ]),
]);
const schema = { tables, items };

const { newBucket } = damagedExports();
let server: S3Server;
let proxy: S3Proxy;
let database: TestDatabase;
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey);
  server = await startS3();
  await server.make(BUCKET);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});
beforeEach(async () => {
  [proxy, database] = await Promise.all([s3Proxy(server.endpoint), createDatabase()]);
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});

/** All that stands in the folder, below the prefix its exports have. */
async function upload(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of names.filter((entry) => entry.isFile())) {
    const path = join(parentPath, name);
    await server.put(BUCKET, path.slice(folder.length + 1), await readFile(path));
  }
}

const migrate = async (prefix: string) => {
  const words = `s3://${BUCKET}/${prefix}?region=local&endpoint=${proxy.endpoint}`;
  const source = await sourceOf(parseSource(words), {});
  try {
    return await migrateTrial({ url: database.url, schema, source });
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
};
const rows = async () =>
  Number(must((await query<{ count: string }>(database.url, "select count(*) from notes"))[0], "one").count);

it("a chain is read whole, whatever breaks on the way, file by file from where it broke", async () => {
  const bucket = newBucket();
  await writeFullExport(bucket, { at: FULL, items: ITEMS, files: 3 });
  const [gone = {}] = ITEMS;
  const { PK = { S: "" }, SK = { S: "" } } = gone;
  const changes = [{ key: { PK, SK }, before: gone, micros: 1 }];
  await writeIncrementalExport(bucket, { from: FULL, to: END, changes, files: 2 });
  await upload(bucket.folder);
  proxy.before = ({ operation, range }) => {
    // Manifests are small: what is longer breaks once, as soon as it is asked for as a whole.
    if (operation === "get" && range === undefined) proxy.faults.get.push({ after: 20_000, and: "reset" });
  };
  proxy.faults.list.push({ status: 503, code: "SlowDown" });
  const report = await migrate("daily/AWSDynamoDB");
  expect(report).toMatchObject({
    verdict: "verified",
    consistency: { kind: "point-in-time", at: END.toISOString() },
    exports: [{ faults: 0 }, { changes: { put: 0, removed: 1 } }],
  });
  expect(await rows()).toBe(ITEMS.length - 1);
  expect(proxy.seen.some(({ range }) => range === "bytes=20000-")).toBe(true);
});

it("a byte that is another one is found at the end of its file, and what it gave is doubted", async () => {
  const bucket = newBucket();
  const { files } = await writeFullExport(bucket, { at: FULL, items: ITEMS, files: 3 });
  await upload(bucket.folder);
  const { path, dataFileS3Key } = must(files[0], "there are three");
  const wrong = await readFile(path);
  // Which system packed it, that is: no line is another one by it.
  wrong[9] = (wrong[9] ?? 0) ^ 1;
  await server.put(BUCKET, dataFileS3Key, wrong);
  const report = await migrate("daily/AWSDynamoDB");
  expect(report.verdict).toBe("discrepant");
  expect(report.discrepancies).toMatchObject([
    { subject: expect.stringContaining(dataFileS3Key), count: files[0]?.itemCount },
  ]);
  await server.put(BUCKET, dataFileS3Key, await readFile(path));
  expect(await migrate("daily/AWSDynamoDB")).toMatchObject({ verdict: "verified", pass: 2 });
});
