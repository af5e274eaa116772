/** Exports of a table, asked for until what was applied is brought up to a moment. */
import { describe, expect, it } from "vitest";
import type { Brought } from "../../lambda/pipeline/export.ts";
import { exportsAsked } from "../support/export-asking.ts";

const HOUR = 3_600_000;
const NOW = new Date("2026-11-20T12:00:00Z");
const ago = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR);

const { made, ask, refusal, begun } = exportsAsked(NOW);
const times = ({ exports }: Brought): unknown[] => exports.map(({ from, to }) => [from, to]);

describe("a full export", () => {
  it("is asked for where nothing was applied and nothing is there, as of a second of the service's own clock", async () => {
    const { exports, until, isThere } = await ask();
    expect([until, isThere]).toEqual([NOW, false]);
    expect(exports).toMatchObject([{ state: "under way", to: NOW }]);
    expect(exports[0]?.place).toMatch(/^s3:\/\/exports\/legacy\/AWSDynamoDB\/0\d+-\w+\?region=local$/);
    expect(made.table.seen.find(({ operation }) => operation === "ExportTableToPointInTime")?.asked).toMatchObject({
      ...{ S3Bucket: "exports", S3Prefix: "legacy", ExportType: "FULL_EXPORT", ExportTime: NOW.getTime() / 1_000 },
      ...{ ExportFormat: "DYNAMODB_JSON", TableArn: made.table.arn("legacy") },
    });
  });

  it("is found again, however often the same is asked, until it is there, and is begun once", async () => {
    const first = await ask();
    made.table.now += 60;
    expect(await ask()).toMatchObject({ isThere: false, asked: [], until: first.until });
    expect(await ask({ until: first.until })).toMatchObject({
      isThere: true,
      exports: [{ state: "there", records: 3, bytes: 10_000_000 }],
    });
    expect(begun()).toBe(1);
  });

  it("is one where two processes ask at the same time, and knows nothing of each other", async () => {
    // Neither has begun yet when both have looked.
    const [one, other] = await Promise.all([ask({ until: NOW }), ask({ until: NOW })]);
    expect(one.exports.map(({ id }) => id)).toEqual(other.exports.map(({ id }) => id));
    expect(begun()).toBe(1);
  });

  it("is taken for the beginning when it is there, and what came since is asked for", async () => {
    made.table.looks = 0;
    await ask();
    made.table.now += 7_200;
    const { exports } = await ask();
    const later = new Date(NOW.getTime() + 2 * HOUR);
    expect(exports.map(({ from, to }) => [from, to])).toEqual([
      [undefined, NOW],
      [NOW, later],
    ]);
  });

  it("another one is asked for in its place with full, and that one is found again", async () => {
    made.table.looks = 0;
    await ask();
    await ask();
    made.table.now += 7_200;
    made.table.looks = 1;
    const later = new Date(NOW.getTime() + 2 * HOUR);
    expect(times(await ask({ full: true }))).toEqual([[undefined, later]]);
    made.table.now += 60;
    expect(times(await ask({ full: true }))).toEqual([[undefined, later]]);
    expect(times(await ask({ full: true, until: later }))).toEqual([[undefined, later]]);
    expect(begun()).toBe(2);
  });

  it("that stands elsewhere, is filtered or of another format is nobody's beginning", async () => {
    made.table.looks = 0;
    const ELSE = [
      { S3Prefix: "other" },
      { S3Bucket: "others" },
      { FilterSpecification: { FilterExpression: "a = b" } },
      { ExportFormat: "ION" },
    ];
    for (const [hours, words] of ELSE.entries()) {
      await ask({ full: true, until: ago(hours) });
      Object.assign(made.table.exports.at(-1) ?? {}, words);
    }
    expect(begun()).toBe(ELSE.length);
    made.table.now += 7_200;
    expect(times(await ask())).toEqual([[undefined, new Date(NOW.getTime() + 2 * HOUR)]]);
  });

  it("that was made within a second is nobody's beginning, as windows could not follow on", async () => {
    made.table.looks = 0;
    await ask();
    Object.assign(made.table.exports[0] ?? {}, { ExportTime: NOW.getTime() / 1_000 - 0.4 });
    made.table.now += 7_200;
    expect(times(await ask())).toEqual([[undefined, new Date(NOW.getTime() + 2 * HOUR)]]);
  });

  it("so old that nothing can follow it is made anew", async () => {
    made.table.looks = 0;
    await ask();
    made.table.now += 40 * 86_400;
    made.table.reachesBackTo = made.table.now - 35 * 86_400;
    expect(times(await ask())).toEqual([[undefined, new Date(made.table.now * 1_000)]]);
  });
});

describe("windows", () => {
  const applied = [{ to: ago(60) }];

  it("follow what was applied without a gap, the newest asked for first, with both images", async () => {
    const all = await ask({ applied });
    expect(times(all)).toEqual([
      [ago(60), ago(40)],
      [ago(40), ago(20)],
      [ago(20), NOW],
    ]);
    expect(
      made.table.exports.map(({ IncrementalExportSpecification: window }) => Object(window).ExportToTime * 1_000),
    ).toEqual([NOW, ago(20), ago(40)].map(Number));
    expect(made.table.exports[0]).toMatchObject({
      IncrementalExportSpecification: { ExportViewType: "NEW_AND_OLD_IMAGES" },
    });
  });

  it.each([1, 2])("are the same ones where the process ended after %i of them were begun", async (done) => {
    made.table.refusals.set("ExportTableToPointInTime", { code: "AccessDeniedException", after: done });
    expect((await refusal({ applied })).message).toMatch(/may not/);
    expect(begun()).toBe(done);
    made.table.refusals.clear();
    made.table.now += 300;
    expect(times(await ask({ applied }))).toEqual([
      [ago(60), ago(40)],
      [ago(40), ago(20)],
      [ago(20), NOW],
    ]);
    expect(begun()).toBe(3);
  });

  it("that are there already are not asked for once more, and what is there counts from wherever it begins", async () => {
    made.table.looks = 0;
    await ask({ applied, until: ago(40) });
    expect(times(await ask({ applied, until: NOW }))).toEqual([
      [ago(60), ago(40)],
      [ago(40), ago(20)],
      [ago(20), NOW],
    ]);
    expect(begun()).toBe(3);
  });

  it("too short to be exported are waited for, and lead beyond what was asked for", async () => {
    const recent = [{ to: ago(0.1) }];
    const ripeAt = new Date(ago(0.1).getTime() + 15 * 60_000);
    const waiting = await ask({ applied: recent });
    expect(waiting).toMatchObject({ until: NOW, leadsTo: ripeAt, ripeAt, exports: [], isThere: false });
    expect(begun()).toBe(0);
    made.table.now = ripeAt.getTime() / 1_000;
    expect(times(await ask({ applied: recent, until: NOW }))).toEqual([[ago(0.1), ripeAt]]);
    const again = await ask({ applied: recent, until: NOW });
    expect([times(again), again.ripeAt]).toEqual([[[ago(0.1), ripeAt]], undefined]);
    expect(begun()).toBe(1);
  });

  it("never begin before what was applied ends, whatever else is there", async () => {
    made.table.looks = 0;
    await ask({ since: ago(5), until: ago(3) });
    expect(times(await ask({ applied: [{ to: ago(4) }], until: NOW }))).toEqual([[ago(4), NOW]]);
  });

  it("are none where nothing is newer than what was applied", async () => {
    expect(await ask({ applied: [{ to: NOW }] })).toMatchObject({ exports: [], isThere: true });
    expect(begun()).toBe(0);
  });

  it("begin where it is said, with new images alone where that is said", async () => {
    expect(times(await ask({ applied, since: ago(3), until: ago(1), images: "new" }))).toEqual([[ago(3), ago(1)]]);
    expect(made.table.exports[0]).toMatchObject({ IncrementalExportSpecification: { ExportViewType: "NEW_IMAGE" } });
  });

  it("begin where an export of that name ends; of a name that nobody knows, or that failed, they are refused", async () => {
    made.table.looks = 0;
    await ask({ until: ago(5) });
    const [{ id = "" } = {}] = (await ask({ until: ago(5) })).exports;
    expect(times(await ask({ since: id, until: ago(1) }))).toEqual([[ago(5), ago(1)]]);
    expect((await refusal({ since: "01700000000000-00000000" })).message).toMatch(/knows of no export 017/);
    Object.assign(made.table.exports[0] ?? {}, { ExportStatus: "FAILED" });
    expect((await refusal({ since: id })).message).toMatch(/knows of no export/);
  });

  it("are told of by those exports alone that were made since: older ones are not looked at", async () => {
    made.table.looks = 0;
    for (const hours of [9, 8, 7]) await ask({ until: ago(hours), full: true });
    made.table.now += 3_600;
    const before = made.table.count("DescribeExport");
    await ask({ applied: [{ to: new Date(NOW.getTime() + 60_000) }], until: new Date(NOW.getTime() + HOUR) });
    expect(made.table.count("DescribeExport") - before).toBe(1);
  });

  it("are refused where nothing covers them any more, and where the times make no sense", async () => {
    const gone = await refusal({ applied: [{ to: ago(40 * 24) }] });
    expect([gone.message, gone.findings[0]?.remedy]).toEqual([
      expect.stringContaining("cannot be exported: point-in-time recovery reaches back to 2026-10-16"),
      expect.stringContaining("--full"),
    ]);
    expect(await ask({ applied: [{ to: ago(40 * 24) }], until: ago(41 * 24) })).toMatchObject({ exports: [] });
    expect((await refusal({ until: ago(-1) })).message).toMatch(/is not over yet/);
    expect((await refusal({ since: ago(1), until: ago(2) })).message).toMatch(/nothing is between/);
    expect(begun()).toBe(0);
  });
});
