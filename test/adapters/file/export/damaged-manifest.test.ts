/** Manifests that are not what AWS wrote: refused before anything is read, each fault told by itself, with a remedy. */
import { readFile, rename, truncate, unlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type Damage, damagedExports, ITEMS, outcomeOf, SOUND } from "../../../support/exports/damaged.ts";
import { editFiles, editSummary } from "../../../support/exports/edited.ts";
import {
  type WrittenExport,
  writeFullExport,
  writeIncrementalExport,
  writeSummed,
} from "../../../support/exports/export.ts";
import { openFolder } from "../../../support/exports/opened.ts";

const { damaged, newBucket } = damagedExports();

const files = async ({ manifest }: WrittenExport, change: (text: string) => string): Promise<void> =>
  writeSummed(manifest, change(await readFile(manifest, "utf8")));
const entry =
  (change: Readonly<Record<string, unknown>>): Damage =>
  (written) =>
    editFiles(written, (all) => all.map((each, at) => (at === 1 ? { ...each, ...change } : each)));
const LEADS_OUT = /line 2: dataFileS3Key: it leads out of the export/;

describe("what cannot be read as it stands is refused before anything is read", () => {
  it.each<readonly [string, Damage, RegExp]>([
    [
      "a summary that was edited",
      (of) => editSummary(of, { s3Bucket: "other" }, "as it was"),
      /manifest-summary.json: it is not what its checksum says → .*--trust-summary$/,
    ],
    [
      "a summary that is no JSON",
      (of) => writeFile(of.summary, "{"),
      /it is no JSON, or was cut short → fetch it again: aws s3 sync s3:\/\/BUCKET/,
    ],
    ["a summary without end", (of) => writeFile(of.summary, " ".repeat(2_000_000)), /more than 1000000 bytes/],
    ["a summary with a number nobody counts to", (of) => editSummary(of, { itemCount: 1e300 }), /itemCount: /],
    ["a summary with a count below zero", (of) => editSummary(of, { itemCount: -1 }), /itemCount: /],
    ["a summary that lacks its table", (of) => editSummary(of, { tableArn: undefined }), /tableArn: /],
    [
      "a summary that lacks its time",
      (of) => editSummary(of, { exportTime: undefined }),
      /exportTime: it is not there/,
    ],
    ["a summary of a kind that nobody knows", (of) => editSummary(of, { exportType: "HALF" }), /exportType: /],
    [
      "a summary that leads elsewhere",
      (of) => editSummary(of, { manifestFilesS3Key: "../x/manifest-files.json" }),
      /manifestFilesS3Key: /,
    ],
    [
      "a count that is not its files'",
      (of) => editSummary(of, { itemCount: 2_999 }),
      /its files have 3000 records together, and manifest-summary.json says 2999/,
    ],
    [
      "Ion",
      (of) => editSummary(of, { outputFormat: "ION" }),
      /in Ion.* → export it again: aws dynamodb export-table-to-point-in-time --table-arn arn:aws:dynamodb:eu-north-1:123456789012:table\/test --s3-bucket exports-of-tables --s3-prefix daily --export-format DYNAMODB_JSON$/,
    ],
    [
      "a manifest of files that was edited",
      (of) => editFiles(of, (all) => all.slice(1), "as it was"),
      /manifest-files.json: it is not what its checksum says → fetch it again: aws s3 cp s3:\/\/exports-of-tables\/daily\/AWSDynamoDB\/[\w-]+\/manifest-files.json /,
    ],
    ["no manifest of files", (of) => unlink(of.manifest), /manifest-files.json: it is not there/],
    ["a file that leads up", entry({ dataFileS3Key: "daily/AWSDynamoDB/data/../../../../etc/x.json.gz" }), LEADS_OUT],
    ["a file of the whole disk", entry({ dataFileS3Key: "/etc/passwd" }), LEADS_OUT],
    ["a file of another prefix", entry({ dataFileS3Key: "x/AWSDynamoDB/data/a.json.gz" }), LEADS_OUT],
    [
      "a file of another export",
      entry({ dataFileS3Key: "daily/AWSDynamoDB/01768385930622-00000000/data/a.json.gz" }),
      LEADS_OUT,
    ],
    ["a file of a count that is none", entry({ itemCount: 0.5 }), /line 2: itemCount: /],
    ["a file of a checksum that is none", entry({ md5Checksum: "x" }), /line 2: md5Checksum: it is no md5 in base64/],
    [
      "a file that stands twice",
      (of) => editFiles(of, (all) => [...all, all[0]]),
      /line 4: it names a data file once more/,
    ],
    ["no file at all", (of) => editFiles(of, () => []), /it names no data file/],
    [
      "a line that was cut short",
      (of) => files(of, (text) => text.slice(0, -9)),
      /line 3: it is no JSON, or was cut short/,
    ],
    [
      "many lines of something else",
      (of) => files(of, (text) => "x\n".repeat(99).concat(text)),
      /line 5: .*\n.*: 94 more lines/,
    ],
  ])("%s", async (_, damage, words) => {
    const { outcome } = await damaged(damage);
    expect(outcome.refused.join("\n")).toMatch(words);
    expect(outcome.refused.every((told) => told.includes(" → "))).toBe(true);
  });
});

it("an edited summary is taken where that is meant, which is told; a manifest of files never is", async () => {
  const { written } = await damaged((of) => editSummary(of, { billedSizeBytes: 7 }, "as it was"));
  expect(await outcomeOf(written.folder, { trustSummary: true })).toEqual(SOUND);
  const { warnings } = await (await openFolder(written.folder, { trustSummary: true })).inspect();
  expect(warnings).toMatchObject([{ where: written.summary, problem: expect.stringContaining("taken as it is") }]);
  await editFiles(written, (all) => all, "as it was");
  expect(await outcomeOf(written.folder, { trustSummary: true })).toEqual(SOUND);
  await editFiles(written, (all) => all.toReversed(), "as it was");
  expect((await outcomeOf(written.folder, { trustSummary: true })).refused).toMatchObject([
    expect.stringContaining("manifest-files.json"),
  ]);
});

it("checksums are read by both names they have", async () => {
  const { written, outcome } = await damaged((of) =>
    Promise.all(
      [of.summary, of.manifest].map((path) =>
        rename(path.replace(".json", ".md5"), path.replace(".json", ".checksum")),
      ),
    ),
  );
  expect(outcome).toEqual(SOUND);
  expect(await (await openFolder(written.folder)).inspect()).toEqual({ size: { items: 3_000, isExact: true } });
  await editFiles(written, (all) => all.toReversed());
  await unlink(written.manifest.replace(".json", ".md5"));
  expect((await outcomeOf(written.folder)).refused).toHaveLength(1);
});

it("data files that are missing are told all at once, before any is read, and so is every other fault of all exports", async () => {
  const bucket = newBucket();
  const full = await writeFullExport(bucket, { at: new Date("2026-01-14T10:00:00Z"), items: ITEMS, files: 7 });
  const [from, to] = [new Date("2026-01-14T10:00:00Z"), new Date("2026-01-14T11:00:00Z")];
  const window = await writeIncrementalExport(bucket, { from, to, changes: [] });
  for (const { path } of full.files.slice(0, 6)) await unlink(path);
  await truncate(window.manifest, 10);
  const { refused } = await outcomeOf(bucket.folder);
  expect(refused).toHaveLength(2);
  const [first, second] = refused.toSorted();
  expect(first).toMatch(
    /6 of its 7 data files are not there: .*, and 1 more → fetch it again: aws s3 sync s3:\/\/exports-of-tables\/daily\/AWSDynamoDB\/ \/\S+\/daily\/AWSDynamoDB$/,
  );
  expect(second).toContain("manifest-files.json: it is not what its checksum says");
});

it("a filtered export is told: nobody sees what it lacks", async () => {
  const { written } = await damaged((of) => editSummary(of, { filterSpecification: { filterExpression: "a = :a" } }));
  const { warnings } = await (await openFolder(written.folder)).inspect();
  expect(warnings).toMatchObject([{ problem: expect.stringContaining("with a filter") }]);
});

it("a window that ends when it begins is refused, and so is one whose images nobody knows", async () => {
  const [from, to] = [new Date("2026-01-14T10:00:00Z"), new Date("2026-01-14T11:00:00Z")];
  for (const [change, words] of [
    [{ exportToTime: from }, /exportToTime: it is not after exportFromTime/],
    [{ exportFromTime: undefined }, /exportFromTime, exportToTime: one is not there/],
    [{ outputView: undefined }, /outputView: it is not there/],
    [{ outputView: "OLD_IMAGE" }, /outputView: /],
    [
      { outputFormat: "ION" },
      /--export-type INCREMENTAL_EXPORT --incremental-export-specification ExportFromTime=1768384800,ExportToTime=1768388400,ExportViewType=NEW_AND_OLD_IMAGES$/,
    ],
  ] as const) {
    const window = await writeIncrementalExport(newBucket(), { from, to, changes: [] });
    await (await openFolder(window.folder)).exports.list();
    await editSummary(window, change);
    expect((await outcomeOf(window.folder)).refused.join()).toMatch(words);
  }
});
