/** Data files that are not what AWS wrote: told when they have been read, with a remedy, and what they gave is kept. */
import { createHash } from "node:crypto";
import { readFile, unlink } from "node:fs/promises";
import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pagesOfFile } from "../../../../lambda/adapters/file/export/data-file.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { type Damage, damagedExports, firstOf, SOUND, withBytes } from "../../../support/exports/damaged.ts";
import { sumsOf } from "../../../support/exports/data-file.ts";
import { editFiles } from "../../../support/exports/edited.ts";
import { openFolder } from "../../../support/exports/opened.ts";

const { damaged } = damagedExports();

/** The same, and a manifest that fits these bytes, but for what is left to be wrong. */
const bytesAndSums =
  (change: (content: Buffer) => Buffer): Damage =>
  async (written) => {
    await withBytes(change)(written);
    const { path, dataFileS3Key } = firstOf(written);
    const sums = sumsOf(
      createHash("md5")
        .update(await readFile(path))
        .digest(),
    );
    await editFiles(written, (entries) =>
      entries.map((entry) => (entry.dataFileS3Key === dataFileS3Key ? { ...entry, ...sums } : entry)),
    );
  };
const flipped = (content: Buffer, at: number): Buffer => {
  const changed = Buffer.from(content);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
};
const lines = (content: Buffer): string[] => gunzipSync(content).toString().split("\n").slice(0, -1);
const packed = (all: readonly string[]): Buffer => gzipSync(`${all.join("\n")}\n`);

describe("a data file that is not what its manifest says is told with the last page, its good lines kept", () => {
  it.each<readonly [string, Damage, RegExp]>([
    [
      "a flipped byte in its middle",
      withBytes((content) => flipped(content, content.length >> 1)),
      /is damaged: it cannot be read further than line \d+/,
    ],
    [
      "a flipped byte of its head, that changes no line",
      withBytes((content) => flipped(content, 9)),
      /its md5 is \S+==, and its manifest says \S+==/,
    ],
    ["its end cut off", withBytes((content) => content.subarray(0, -20)), /ends early, after line \d+/],
    ["half of it", withBytes((content) => content.subarray(0, content.length >> 1)), /ends early, after line \d+/],
    ["nothing of it", withBytes(() => Buffer.alloc(0)), /ends early, after line 0/],
    [
      "zeros behind it",
      withBytes((content) => Buffer.concat([content, Buffer.alloc(512)])),
      /goes on after line \d+ with what is no gzip/,
    ],
    [
      "another member behind it",
      withBytes((content) => Buffer.concat([content, packed(['{"Item":{}}'])])),
      /its md5 is .*; it has \d+ records/,
    ],
    ["unpacked on its way", withBytes((content) => gunzipSync(content)), /cannot be read further than line 0/],
    [
      "packed anew",
      withBytes((content) => gzipSync(gunzipSync(content), { level: 1 })),
      /its md5 is \S+==, and its manifest says \S+==$/,
    ],
    [
      "a line less than its manifest says, all else fitting",
      bytesAndSums((content) => packed(lines(content).slice(1))),
      /: it has \d+ records, and its manifest says \d+$/,
    ],
    [
      "an etag of other bytes",
      async (written) =>
        editFiles(written, (all) =>
          all.map((entry, at) => (at === 0 ? { ...entry, etag: `${"0".repeat(32)}-1` } : entry)),
        ),
      /its md5 is not what the etag/,
    ],
  ])("%s", async (_, damage, words) => {
    const { written, outcome } = await damaged(damage);
    const { dataFileS3Key, path, itemCount } = firstOf(written);
    expect(outcome).toMatchObject({ refused: [], faults: [expect.any(String)] });
    const [told = "", remedy] = (outcome.faults[0] ?? "").split(" → ");
    expect(told).toMatch(words);
    expect(told.startsWith(`${dataFileS3Key}: `)).toBe(true);
    expect(remedy).toBe(`fetch it again: aws s3 cp s3://exports-of-tables/${dataFileS3Key} ${path}`);
    expect(outcome.records).toBeGreaterThanOrEqual(3_000 - itemCount);
  });

  it("also when reading goes on behind all of its lines", async () => {
    const { written } = await damaged(withBytes((content) => flipped(content, 9)));
    const source = await openFolder(written.folder);
    const { dataFileS3Key, itemCount } = firstOf(written);
    const unit = must(
      (await source.plan(1)).find((each) => each.includes(dataFileS3Key)),
      "it is planned",
    );
    const pages = await Array.fromAsync(source.read(unit, `0 ${itemCount}`, new AbortController().signal));
    expect(pages).toMatchObject([{ records: [], fault: { where: dataFileS3Key } }]);
  });

  it("and lines that are wrong in a file that is as AWS wrote it are records of their own", async () => {
    const { outcome } = await damaged(bytesAndSums((content) => packed(["what?", ...lines(content).slice(1)])));
    expect(outcome).toEqual({ ...SOUND, records: 2_999, unreadable: 1 });
  });
});

it("an etag that is not of one part says nothing", async () => {
  const { outcome } = await damaged((written) =>
    editFiles(written, (all) => all.map((entry) => ({ ...entry, etag: `${"0".repeat(32)}-2` }))),
  );
  expect(outcome).toEqual(SOUND);
});

it("a data file that vanishes after it was planned is refused", async () => {
  const { written } = await damaged(async () => undefined);
  const source = await openFolder(written.folder);
  const [unit = ""] = await source.plan(1);
  await unlink(firstOf(written).path);
  await expect(Array.fromAsync(source.read(unit, undefined, new AbortController().signal))).rejects.toMatchObject({
    code: "source-unusable",
    findings: [{ remedy: expect.stringContaining("aws s3 cp") }],
  });
});

it("an abort ends a reading wherever it is: among lines that were read before, and in a line without end", async () => {
  const stop = new AbortController();
  const gzip = createGzip({ level: 1 });
  const endless = async function* () {
    const blanks = Buffer.alloc(1_000_000, "x");
    gzip.on("error", () => undefined);
    for (let chunk = 0; ; chunk += 1) {
      if (chunk === 20) stop.abort();
      if (chunk > 200) throw new Error("it is read on after the abort");
      gzip.write(blanks);
      await new Promise<void>((done) => gzip.flush(() => done()));
      yield gzip.read() ?? new Uint8Array();
    }
  };
  const file = { object: "x.json.gz", md5: "", etag: "", items: 1 };
  const pages = pagesOfFile(endless(), file, { cursor: "0 7", signal: stop.signal }, () => "a line");
  expect(await Array.fromAsync(pages)).toEqual([]);
});
