/** Which export comes next: after what was applied, of those at hand, whatever order they are in. */
import { describe, expect, it } from "vitest";
import { type AppliedExport, type Export, isComparable, nextExport, overlapWith } from "../../lambda/domain/chain.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";

const table = { arn: "arn:aws:dynamodb:eu-west-1:123456789012:table/orders", id: "4f7c" };
const at = (time: string): Date => new Date(`2026-01-14T${time}Z`);
const full = (to: string, id = `full-${to}`): Export => ({ id, place: "p", table, to: at(to), records: 1 });
const window = (from: string, to: string, id = `${from}-${to}`): Export => ({
  ...full(to, id),
  from: at(from),
  images: "new and old",
});

const FULL = full("10:00:00.622", "F");
const ONE = window("10:00:00", "11:00:00", "W1");
const TWO = window("11:00:00", "12:00:00", "W2");
const THREE = window("12:01:00", "13:00:00", "W3");

const next = (
  applied: readonly AppliedExport[],
  atHand: readonly Export[],
  more: { readonly named?: string; readonly acceptGaps?: readonly string[] } = {},
) => nextExport(applied, { atHand, acceptGaps: [], ...more });

function refusal(work: () => unknown): MigrationError {
  try {
    work();
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

it("a pass begins with the newest full export", () => {
  expect(next([], [ONE, FULL, TWO])).toBe(FULL);
  expect(next([], [FULL, full("12:30:00", "G"), THREE])?.id).toBe("G");
});

it("windows without a full export are refused, with the words that ask for one", () => {
  const error = refusal(() => next([], [ONE]));
  expect(error.code).toBe("export-unfit");
  expect(error.findings[0]?.remedy).toContain(`--table-arn ${table.arn}`);
});

it("windows follow each other by their times, whatever order they are found in", () => {
  const all = [TWO, FULL, ONE];
  expect(next([FULL], all)).toMatchObject({ id: "W1" });
  expect(next([FULL, ONE], all)).toMatchObject({ id: "W2" });
  expect(next([FULL, ONE, TWO], all)).toBeUndefined();
});

it("one that begins where the last one ends goes before one that begins earlier, and of those the one that ends first", () => {
  const early = window("10:30:00", "11:30:00", "E");
  const late = window("10:30:00", "11:45:00", "L");
  expect(next([FULL, ONE], [late, early, TWO])).toMatchObject({ id: "W2" });
  expect(next([FULL, ONE], [late, early])).toMatchObject({ id: "E" });
});

it("of two windows of the same time the one that was made last is applied: the first was damaged", () => {
  const again = window("10:00:00", "11:00:00", "W1 again");
  for (const all of [
    [ONE, again],
    [again, ONE],
  ])
    expect(next([FULL], all)).toMatchObject({ id: "W1 again" });
  const early = window("09:50:00", "11:00:00", "W0");
  expect(next([FULL], [early, { ...early, id: "W0 again" }])).toMatchObject({ id: "W0 again" });
});

it("a window that ends no later than what was applied is nothing, and where it was named alone it is told", () => {
  const old = window("09:30:00", "10:59:00", "O");
  expect(next([FULL, ONE], [FULL, ONE, old])).toBeUndefined();
  expect(next([FULL, ONE], [ONE], { named: "W1" })).toBeUndefined();
  const error = refusal(() => next([FULL, ONE], [old], { named: "O" }));
  expect(error).toMatchObject({
    code: "export-unfit",
    message: expect.stringContaining("ends at 2026-01-14T10:59:00.000Z"),
  });
  expect(refusal(() => next([FULL, ONE], [window("10:00:00", "11:00:00", "S")], { named: "S" })).code).toBe(
    "export-unfit",
  );
});

describe("time that no export tells of", () => {
  it("was let go, and is told of too late: only a full export has it", () => {
    const gap = { from: at("12:00:00"), to: at("12:01:00") };
    const late = window("11:50:00", "12:10:00", "L");
    const { remedy = "" } =
      refusal(() => next([FULL, ONE, TWO, { ...THREE, gap }], [late], { named: "L" })).findings[0] ?? {};
    expect(remedy).toContain("what was let go before export W3");
    expect(remedy).toContain(`--table-arn ${table.arn}`);
    const old = window("10:30:00", "11:30:00", "O");
    const other = refusal(() => next([FULL, ONE, TWO, { ...THREE, gap }], [old], { named: "O" }));
    expect(other.findings[0]?.remedy).toContain("nothing is to be done");
  });

  it("is refused by name, with the command that exports it, of a length that AWS takes", () => {
    const error = refusal(() => next([FULL, ONE, TWO], [THREE]));
    expect(error.code).toBe("export-gap");
    expect(error.message).toContain(
      "from 2026-01-14T12:00:00.000Z to 2026-01-14T12:01:00.000Z, before that of export W3",
    );
    const seconds = (time: string) => at(time).getTime() / 1000;
    const { remedy = "" } = error.findings[0] ?? {};
    expect(remedy).toContain(`ExportFromTime=${seconds("11:46:00")},ExportToTime=${seconds("12:01:00")}`);
    expect(remedy).toContain("migrate --accept-gap W3");
  });

  it("of more than a day is asked for a day at a time", () => {
    const later: Export = { ...THREE, from: new Date("2026-01-18T00:00:00Z"), to: new Date("2026-01-18T01:00:00Z") };
    const { remedy = "" } = refusal(() => next([FULL, ONE, TWO], [later])).findings[0] ?? {};
    const [, from, to] = /ExportFromTime=(\d+),ExportToTime=(\d+)/.exec(remedy) ?? [];
    expect(Number(to) - Number(from)).toBe(24 * 3_600);
  });

  it("may be let go by the name of the export behind it, which carries it, and by no other", () => {
    const gap = { from: TWO.to, to: THREE.from };
    expect(next([FULL, ONE, TWO], [THREE], { acceptGaps: ["W3"] })).toEqual({ ...THREE, gap });
    expect(refusal(() => next([FULL, ONE, TWO], [THREE], { acceptGaps: ["W2"] })).code).toBe("export-gap");
  });

  it("is bridged by a newer full export, with which a new pass begins", () => {
    expect(next([FULL, ONE, TWO], [THREE, full("12:30:00", "G")])).toMatchObject({ id: "G" });
  });

  it("is bridged at once: windows lead to it, or are left out", () => {
    const newer = full("12:30:00", "G");
    expect(next([FULL], [ONE, newer])).toMatchObject({ id: "G" });
    expect(next([FULL], [ONE, TWO, newer])).toMatchObject({ id: "G" });
    expect(next([FULL], [newer, ONE, window("10:59:00", "12:30:00", "L")])).toMatchObject({ id: "W1" });
    expect(next([FULL, ONE, TWO], [THREE, newer, full("11:30:00", "E")])).toMatchObject({ id: "G" });
  });
});

it("an export of another table of the same name is refused", () => {
  const other = { ...TWO, table: { ...table, id: "another" } };
  expect(refusal(() => next([FULL, ONE], [other]))).toMatchObject({ code: "export-unfit" });
});

describe("what a window says of before", () => {
  const exact = full("10:00:00", "F");

  it("is compared where it begins when that was exported", () => {
    expect(isComparable([exact], ONE)).toBe(true);
    expect(isComparable([exact, ONE], TWO)).toBe(true);
  });

  it("is not where it says nothing, begins earlier, or follows a gap", () => {
    expect(isComparable([exact], { ...ONE, images: "new" })).toBe(false);
    expect(isComparable([FULL], ONE)).toBe(false);
    const gap = { from: at("09:00:00"), to: at("10:00:00") };
    expect(isComparable([exact, { ...ONE, gap }], TWO)).toBe(false);
    expect(isComparable([exact], { ...ONE, gap })).toBe(false);
  });
});

it("windows overlap with what was before them, or do not", () => {
  expect(overlapWith(FULL, ONE)).toEqual({ from: at("10:00:00"), to: FULL.to });
  expect(overlapWith(ONE, TWO)).toBeUndefined();
  expect(overlapWith(ONE, FULL)).toBeUndefined();
});
