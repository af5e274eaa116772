/** Exports of a table, wherever they stand in a folder: read whole, window by window, and single items of them. */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../../bin/rehearse/random.ts";
import { folderPlace } from "../../../../lambda/adapters/file/export/folder-place.ts";
import { exportFolders } from "../../../../lambda/adapters/file/export/place.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { itemFingerprint } from "../../../../lambda/domain/decode/item-fingerprint.ts";
import { keySource } from "../../../../lambda/domain/decode/source-key.ts";
import { must } from "../../../../lambda/domain/must.ts";
import type { ExportSource } from "../../../../lambda/ports/exports.ts";
import { describeItemSource } from "../../../contracts/describe-item-source.ts";
import { exportBucket, exportedTable } from "../../../support/exports/bucket.ts";
import { writeFullExport, writeIncrementalExport } from "../../../support/exports/export.ts";
import { type HistoryOptions, randomHistory, writeHistory } from "../../../support/exports/history.ts";
import { openFolder, readChanges, readItems } from "../../../support/exports/opened.ts";

let folder: string;
let buckets = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-export-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bucketOf = (table = "test", prefix: string | null = null) => {
  buckets += 1;
  return exportBucket(join(folder, String(buckets)), exportedTable(table), prefix);
};
const at = new Date("2026-01-14T10:18:50.622Z");
const hour = (number: number): Date => new Date(Date.UTC(2026, 0, 14, number));

describeItemSource("a full export", async (items) => {
  const bucket = bucketOf();
  await writeFullExport(bucket, { at, items, files: 2 });
  // A check opens some of its own, and opening is reading.
  const opened = await Promise.all(Array.from({ length: 10 }, () => openFolder(bucket.folder)));
  return { open: () => must(opened.pop(), "as many as any check opens") };
});

const items: Item[] = [1, 2, 3].map((number) => ({ PK: { S: "P" }, SK: { S: String(number) }, n: { N: "1" } }));
const prints = (all: readonly Item[]): string[] => all.map((item) => itemFingerprint(item)).sort();
const itemsIn = async (source: ExportSource): Promise<string[]> => {
  const { records, faults } = await readItems(source);
  expect(faults).toEqual([]);
  return prints(records.flatMap((record) => ("item" in record ? [record.item] : [])));
};

describe("a place", () => {
  it.each([null, "daily", "a/b/"])(
    "may be the bucket's root or anything down to one export, below %s",
    async (prefix) => {
      const bucket = bucketOf("test", prefix);
      const full = await writeFullExport(bucket, { at, items });
      const window = {
        from: hour(10),
        to: hour(11),
        changes: [{ key: { PK: { S: "P" }, SK: { S: "9" } }, micros: 1 }],
      };
      await writeIncrementalExport(bucket, { ...window, images: "NEW_IMAGE" });
      const shared = dirname(full.folder);
      for (const place of [bucket.folder, dirname(shared), shared, `${shared}/`]) {
        const source = await openFolder(place);
        expect([await itemsIn(source), source.exports.named]).toEqual([prints(items), undefined]);
        expect((await source.exports.list()).map(({ id }) => id)).toHaveLength(2);
        expect(await source.inspect()).toEqual({ size: { items: 3, isExact: true } });
      }
      const one = await openFolder(full.folder);
      expect([await itemsIn(one), one.exports.named]).toEqual([prints(items), full.id]);
      expect(await one.exports.list()).toMatchObject([
        { id: full.id, place: `export:${full.folder}`, records: 3, to: at },
      ]);
    },
  );

  it("is not searched for what stands beside AWSDynamoDB, nor for what no export stands in", async () => {
    const bucket = bucketOf("test", "a/b");
    const { folder: own } = await writeFullExport(bucket, { at, items });
    await Promise.all(["a/b/c/d", "a/b/.git/x"].map((path) => mkdir(join(bucket.folder, path), { recursive: true })));
    const place = folderPlace(bucket.folder);
    const listed: string[] = [];
    const store = {
      ...place.store,
      list: (prefix: string) => {
        listed.push(`/${prefix}`);
        return place.store.list(prefix);
      },
    };
    const { folders } = await exportFolders({ ...place, store });
    expect(folders.map((each) => `/${each.own}`)).toEqual([`${own}/`]);
    expect(listed.map((path) => path.slice(bucket.folder.length))).toEqual(["/", "/a/", "/a/b/", "/a/b/AWSDynamoDB/"]);
  });

  it("is not searched without end where folders hold folders", async () => {
    let listed = 0;
    const list = async (prefix: string): Promise<string[]> => {
      listed += 1;
      return Array.from({ length: 150 }, (_, number) => `${prefix}${number}/`);
    };
    const store = { list, open: async () => undefined };
    expect((await exportFolders({ ...folderPlace("/"), store })).folders).toEqual([]);
    expect(listed).toBe(200);
  });

  it("may be one export that was copied alone, by whatever name", async () => {
    const full = await writeFullExport(bucketOf(), { at, items });
    const copy = join(folder, "my copy");
    await cp(full.folder, copy, { recursive: true });
    expect(await itemsIn(await openFolder(copy))).toEqual(prints(items));
  });

  it("may be a window alone, whose data stand beside it, and whose changes tell nothing of the whole", async () => {
    const bucket = bucketOf();
    const changes = items.map((after) => ({ key: { PK: after.PK ?? { S: "" } }, after, micros: 1 }));
    const window = await writeIncrementalExport(
      { ...bucket, table: exportedTable("test", ["PK"]) },
      { from: hour(10), to: hour(11), changes },
    );
    const source = await openFolder(window.folder);
    const [only] = await source.exports.list();
    expect(only).toMatchObject({ id: window.id, from: hour(10), to: hour(11), images: "new and old" });
    expect(source.reread.how).toBe("none");
    if (only !== undefined) expect((await readChanges(source, only)).records).toHaveLength(3);
    await expect(source.plan(1)).rejects.toMatchObject({ code: "source-unusable" });
  });

  it("without an export is refused with what to name, and so are exports of several tables, each with the words for it", async () => {
    await mkdir(join(folder, "empty"), { recursive: true });
    await expect(openFolder(join(folder, "empty"))).rejects.toMatchObject({
      code: "source-unusable",
      findings: [{ remedy: expect.stringContaining(`--source export:${join(folder, "empty", "AWSDynamoDB")}`) }],
    });
    const one = bucketOf("pets");
    const pets = await writeFullExport(one, { at, items });
    const other = { ...one, table: exportedTable("houses") };
    const houses = [await writeFullExport(other, { at, items }), await writeFullExport(other, { at: hour(9), items })];
    const refused = await openFolder(one.folder).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "source-unusable" });
    const text = JSON.stringify(refused instanceof Error && "findings" in refused ? refused.findings : []);
    for (const { folder: words } of [pets, ...houses]) expect(text).toContain(`--source export:${words}`);
    expect(await itemsIn(await openFolder(pets.folder))).toEqual(prints(items));
  });
});

it("an export that is not finished is told beside others, and refused alone", async () => {
  const bucket = bucketOf();
  const full = await writeFullExport(bucket, { at, items });
  const later = await writeFullExport(bucket, { at: hour(12), items });
  await rm(later.summary);
  const source = await openFolder(bucket.folder);
  expect(await source.inspect()).toMatchObject({
    warnings: [{ where: later.folder, problem: expect.stringContaining("not finished") }],
  });
  expect((await source.exports.list()).map(({ id }) => id)).toEqual([full.id]);
  await expect(openFolder(later.folder)).rejects.toMatchObject({
    code: "source-unusable",
    findings: [{ where: later.folder }],
  });
  await rm(full.summary);
  await expect(openFolder(bucket.folder)).rejects.toMatchObject({ findings: [{}, {}] });
});

it("of several full exports the newest is the source's own", async () => {
  const bucket = bucketOf();
  for (const [number, some] of [
    [12, items.slice(0, 2)],
    [14, items.slice(0, 1)],
    [13, items],
  ] as const)
    await writeFullExport(bucket, { at: hour(number), items: some });
  const source = await openFolder(bucket.folder);
  expect(await itemsIn(source)).toEqual(prints(items.slice(0, 1)));
  expect(await source.inspect()).toEqual({ size: { items: 1, isExact: true } });
  const { reread } = source;
  expect(
    reread.how === "none"
      ? []
      : await reread.get(items.map(({ PK, SK }) => ({ ...(PK && { PK }), ...(SK && { SK }) }))),
  ).toHaveLength(1);
});

it("a unit is read in another process, whichever way the export is named there, and after it was moved", async () => {
  const bucket = bucketOf();
  const full = await writeFullExport(bucket, { at, items, files: 1 });
  const [unit = ""] = await (await openFolder(bucket.folder)).plan(1);
  const read = async (place: string) => {
    const source = await openFolder(place);
    const pages = await Array.fromAsync(source.read(unit, undefined, new AbortController().signal));
    return pages.flatMap(({ records }) => records).length;
  };
  expect(await read(full.folder)).toBe(3);
  // Where another was named, it is found where it stood.
  const other = await writeFullExport(bucketOf(), { at: hour(12), items: [] });
  expect(await read(other.folder)).toBe(3);
  const moved = join(folder, "moved");
  await rename(bucket.folder, moved);
  expect(await read(moved)).toBe(3);
  await expect(read(other.folder)).rejects.toMatchObject({
    code: "source-unusable",
    findings: [{ remedy: expect.stringContaining(bucket.folder) }],
  });
});

const keys = ["PK", "SK"];
const make: HistoryOptions["make"] = (place, random) => ({
  PK: { S: `P#${place % 3}` },
  SK: { N: String(place) },
  a: { S: random.pick(["", "\n", '"Keys":{', "}}", "é\u2028"]) },
  ...(random.chance(0.5) ? { b: { B: random.bytes(3) }, c: { BS: [random.bytes(2)] } } : {}),
});
const nameOf = (item: Item): string | undefined => keySource(item, keys);

it("random histories, written and read back, are exactly what happened, and single items are those at the end of each window", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = new Random(seed);
    const overlap = seed % 3 === 0 ? 0.5 : 0;
    const history = randomHistory({ random, keys, make, places: 12, windows: 3, writes: 15, overlap });
    const bucket = bucketOf();
    const images = seed % 2 === 0 ? "NEW_IMAGE" : "NEW_AND_OLD_IMAGES";
    const timestamps = random.pick(["number", "text"] as const);
    const [full, ...windows] = await writeHistory(bucket, history, { images, timestamps, files: random.between(1, 4) });
    const source = await openFolder(bucket.folder);
    expect(await itemsIn(source)).toEqual(prints(history.full.items));
    const all = await source.exports.list();
    const applied = all.filter(({ id }) => id === full?.id);
    for (const [number, { from, to, changes, items: now, untold }] of history.windows.entries()) {
      const of = all.find(({ id }) => id === windows[number]?.id);
      if (of === undefined) throw new Error("every window is at hand");
      expect([of.from, of.to, of.images]).toEqual([from, to, images === "NEW_IMAGE" ? "new" : "new and old"]);
      const { records, faults } = await readChanges(source, of);
      expect(faults).toEqual([]);
      const found = records.map((record) => {
        if (!("key" in record)) throw new Error("a line was not read");
        const { position, ...change } = record;
        return change;
      });
      const expected = changes.map(({ key, before, after }) => ({
        key,
        ...(after === undefined ? {} : { after }),
        ...(images === "NEW_IMAGE" ? {} : { before: before ?? "nothing" }),
      }));
      const byKey = (a: { key: Item }, b: { key: Item }) => ((nameOf(a.key) ?? "") < (nameOf(b.key) ?? "") ? -1 : 1);
      expect(found.sort(byKey)).toEqual(expected.sort(byKey));

      applied.push(of);
      const reread = source.exports.after(applied);
      if (reread.how === "none") throw new Error("single items can be read");
      const every = Array.from({ length: 12 }, (_, place) => ({
        PK: { S: `P#${place % 3}` },
        SK: { N: `${place}.0` },
      }));
      expect(prints(await reread.get(every))).toEqual(prints([...now, ...untold]));
    }
  }
});

const CASE = resolve(import.meta.dirname, "../../../../../shared/cases/s3-full-export/export");
describe.skipIf(!existsSync(CASE))("the public export", () => {
  it("is read whole, with every type; of checksums that were not copied it is told", async () => {
    const source = await openFolder(CASE);
    const { records, faults } = await readItems(source);
    expect([source.name, faults]).toEqual(["export:arn:aws:dynamodb:eu-central-1:164221962816:table/S3ExportTest", []]);
    expect(await source.inspect()).toMatchObject({
      size: { items: 3, isExact: true },
      warnings: [{ problem: expect.stringContaining("checksum") }, { problem: expect.stringContaining("checksum") }],
    });
    const file = "uimbi7eofu2b5kzkxe63gsvb6i.json.gz";
    expect(records[0]).toEqual({ item: { id: { S: "bar" }, baz: { N: "0" } }, position: `${file} line 1, byte 0` });
    expect(records.map((record) => ("item" in record ? Object.keys(record.item).length : 0))).toEqual([2, 9, 2]);
  });
});
if (!existsSync(CASE)) it.skip("the public export was not read: there is no folder ../shared/cases", () => undefined);
