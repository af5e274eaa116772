/** The exports that tests write are those that AWS writes, and what they hold is what happened to the table. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Random } from "../bin/rehearse/random.ts";
import { sampleItems } from "../bin/rehearse/sample.ts";
import type { Item } from "../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../lambda/domain/decode/dynamodb-json.ts";
import { itemFingerprint } from "../lambda/domain/decode/item-fingerprint.ts";
import { keySource } from "../lambda/domain/decode/source-key.ts";
import { must } from "../lambda/domain/must.ts";
import { exportBucket, exportedTable } from "./support/exports/bucket.ts";
import { type WrittenExport, writeFullExport, writeIncrementalExport } from "./support/exports/export.ts";
import { type HistoryOptions, randomHistory, writeHistory } from "./support/exports/history.ts";
import { writeSampleExport } from "./support/exports/sample-export.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-exports-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const keys = ["PK", "SK"];
const make: HistoryOptions["make"] = (place, random) => ({
  PK: { S: `P#${place % 3}` },
  SK: { N: String(place) },
  a: { N: String(random.between(0, 9)) },
  ...(random.chance(0.5) ? { b: { B: random.bytes(3) } } : {}),
});
const textOf = (items: Iterable<Item>): string[] => [...items].map((item) => itemFingerprint(item)).sort();

async function linesOf({ files }: WrittenExport): Promise<string[]> {
  const texts = await Promise.all(files.map(async ({ path }) => gunzipSync(await readFile(path)).toString()));
  return texts.flatMap((text) => text.split("\n").slice(0, -1));
}

it("an export stands in files as AWS's do, with the checksums that AWS writes", async () => {
  const bucket = exportBucket(join(folder, "layout"), exportedTable("pets", ["PK", "SK"]), "daily/");
  const random = new Random(1);
  const items = [0, 1, 2].map((place) => make(place, random));
  const at = new Date("2026-01-14T10:18:50.622Z");
  const full = await writeFullExport(bucket, { at, items, files: 8 });
  const { from, to } = { from: new Date("2026-01-14T10:18:00Z"), to: new Date("2026-01-14T10:35:00Z") };
  const [item = {}] = items;
  const change = { key: { PK: { S: "P#0" }, SK: { N: "0" } }, before: item, micros: 1768386096366933 };
  const window = await writeIncrementalExport(bucket, { from, to, changes: [change], timestamps: "text", files: 1 });

  expect(full.id).toMatch(/^01768385930622-[0-9a-f]{8}$/);
  const root = join(bucket.folder, "daily/AWSDynamoDB");
  expect((await readdir(root)).sort()).toEqual([full.id, window.id, "data"].sort());
  const names = [
    "_started",
    "manifest-files.json",
    "manifest-files.md5",
    "manifest-summary.json",
    "manifest-summary.md5",
  ];
  expect((await readdir(join(root, full.id))).sort()).toEqual([...names.slice(0, 1), "data", ...names.slice(1)].sort());
  expect((await readdir(join(root, window.id))).sort()).toEqual(names);
  expect((await readdir(join(root, full.id, "data"))).every((name) => /^[a-z2-7]{26}\.json\.gz$/.test(name))).toBe(
    true,
  );

  expect(JSON.parse(await readFile(full.summary, "utf8"))).toMatchObject({
    version: "2020-06-30",
    exportArn: `${bucket.table.arn}/export/${full.id}`,
    exportTime: "2026-01-14T10:18:50.622Z",
    s3Prefix: "daily/",
    manifestFilesS3Key: `daily/AWSDynamoDB/${full.id}/manifest-files.json`,
    itemCount: 3,
  });
  expect(await readFile(full.summary, "utf8")).not.toMatch(/exportType|outputView|\n/);
  expect(JSON.parse(await readFile(window.summary, "utf8"))).toMatchObject({
    version: "2023-08-01",
    exportFromTime: "2026-01-14T10:18:00.000Z",
    exportToTime: "2026-01-14T10:35:00.000Z",
    outputView: "NEW_AND_OLD_IMAGES",
    exportType: "INCREMENTAL_EXPORT",
    itemCount: 1,
  });
  expect(await linesOf(window)).toEqual([
    `{"Metadata":{"WriteTimestampMicros":"1768386096366933"},"Keys":{"PK":{"S":"P#0"},"SK":{"N":"0"}},"OldImage":${toDynamoDbJson(item)}}`,
  ]);

  const md5 = async (path: string) =>
    createHash("md5")
      .update(await readFile(path))
      .digest();
  for (const { manifest, summary } of [full, window]) {
    for (const path of [manifest, summary])
      expect(await readFile(path.replace(".json", ".md5"), "utf8")).toBe((await md5(path)).toString("base64"));
  }
  const entries = (await readFile(full.manifest, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(entries).toHaveLength(8);
  for (const { md5Checksum, dataFileS3Key } of entries)
    expect(md5Checksum).toBe((await md5(join(bucket.folder, dataFileS3Key))).toString("base64"));
  // What real exports say of a partition that holds nothing.
  expect(entries.filter(({ itemCount }) => itemCount === 0)[0]).toMatchObject({
    md5Checksum: "FjvgqIxwymKf1RbbqtrZag==",
    etag: "7deb4078f238dd87d6af0538152c04e9-1",
  });
});

const nameOf = (item: Item): string => must(keySource(item, keys), "an item has its key");

it("a full export and the windows after it give the table as it was at the end of each, but for what overlaps do not tell", () => {
  const seen = { insert: 0, update: 0, removal: 0, overlap: 0, untold: 0 };
  for (let seed = 1; seed <= 60; seed += 1) {
    const [random, overlap] = [new Random(seed), seed % 2 === 0 ? 0.5 : 0];
    const { full, windows } = randomHistory({ random, keys, make, places: 12, windows: 4, writes: 20, overlap });
    const state = new Map(full.items.map((item) => [nameOf(item), item]));
    let end = full.at;
    for (const { from, to, changes, items, untold } of windows) {
      expect(from.getTime()).toBeLessThanOrEqual(end.getTime());
      seen.overlap += from < end ? 1 : 0;
      seen.untold += untold.length;
      if (overlap === 0) expect([from, untold]).toEqual([end, []]);
      for (const { key, before, after } of changes) {
        if (overlap === 0) expect(state.get(nameOf(key))).toEqual(before);
        seen[before === undefined ? "insert" : after === undefined ? "removal" : "update"] += 1;
        if (after === undefined) state.delete(nameOf(key));
        else state.set(nameOf(key), after);
      }
      expect(textOf(state.values())).toEqual(textOf([...items, ...untold]));
      end = to;
    }
  }
  expect(Object.entries(seen).filter(([, count]) => count < 10)).toEqual([]);
});

it("a history is written as it happened, a record a change", async () => {
  const history = randomHistory({ random: new Random(7), keys, make, places: 30, windows: 2, writes: 60 });
  const bucket = exportBucket(join(folder, "history"), exportedTable("pets", keys));
  const [full, ...windows] = await writeHistory(bucket, history, { images: "NEW_IMAGE", files: 3 });
  expect(full?.records).toBe(history.full.items.length);
  for (const [at, window] of windows.entries()) {
    const lines = await linesOf(window);
    expect(lines).toHaveLength(history.windows[at]?.changes.length ?? -1);
    expect(lines.join()).not.toContain("OldImage");
  }
});

it("the items of the sample are written as they come, and all of them", async () => {
  const sample = { items: 3_000, seed: 1, now: new Date("2026-11-22T10:00:00Z") };
  const full = await writeSampleExport(join(folder, "sample"), { ...sample, files: 2 });
  const lines = [...sampleItems(sample)].map((item) => `{"Item":${toDynamoDbJson(item)}}`);
  expect((await linesOf(full)).sort()).toEqual(lines.sort());
  expect(full.files.map(({ itemCount }) => itemCount > 1_000)).toEqual([true, true]);
});
