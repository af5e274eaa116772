/** What one invocation tells while it is at work, reading by reading. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Gauge, type Reading } from "../../../lambda/adapters/report/gauge.ts";
import type { UnitProgress } from "../../../lambda/ports/units.ts";

const RARELY = 3_600_000;
const progress = (pages: number): UnitProgress => ({
  ...{ stopping: false, units: 4, done: 0, pages },
  ...{ read: pages * 10, migrated: pages * 9, quarantined: pages },
});
const copied = (pages: number, units = 0, retries = 0) =>
  ({ kind: "copied", run: 3, pass: 2, progress: progress(pages), spent: { units, retries } }) as const;

function gauge(everyMs = RARELY) {
  const readings: Reading[] = [];
  return { readings, gauge: new Gauge((reading) => void readings.push(reading), everyMs) };
}

it("of a copy is read at its beginning and at its end, with the pass's counts and what was added since", () => {
  const { readings, gauge: made } = gauge();
  made.tell({ kind: "working" });
  made.tell(copied(100, 5, 1));
  made.tell(copied(103, 12, 1));
  made.tell(copied(107, 20, 4));
  made[Symbol.dispose]();
  const of = { run: 3, pass: 2 };
  const always = { of, Working: 1, Verified: 0 };
  expect(readings).toEqual([
    // What was written before it looked is no step of its own minute.
    { ...always, Steps: 0, ReadUnits: 5, ReadRetries: 1, ItemsRead: 1_000, ItemsMigrated: 900, ItemsQuarantined: 100 },
    { ...always, Steps: 7, ReadUnits: 15, ReadRetries: 3, ItemsRead: 1_070, ItemsMigrated: 963, ItemsQuarantined: 107 },
  ]);
});

it("is read again and again while nothing is told, so that whoever stands still is seen", async () => {
  const { readings, gauge: made } = gauge(20);
  made.tell({ kind: "working" });
  made.tell(copied(1));
  while (readings.length < 3) await sleep(5);
  made[Symbol.dispose]();
  expect(readings.slice(1).map(({ Steps, ItemsRead }) => [Steps, ItemsRead])).toEqual(
    readings.slice(1).map(() => [0, 10]),
  );
});

it("a phase is a step, and leaves the counts of the copy to the report", () => {
  const { readings, gauge: made } = gauge();
  made.tell({ kind: "working" });
  made.tell(copied(10));
  made.tell({ kind: "phase", phase: "build", run: 3, pass: 2 });
  made.tell({ kind: "phase", phase: "verify", run: 3, pass: 2 });
  made[Symbol.dispose]();
  expect(readings.at(-1)).toEqual({
    of: { run: 3, pass: 2 },
    Working: 1,
    Verified: 0,
    Steps: 2,
    ReadUnits: 0,
    ReadRetries: 0,
  });
});

it("of an invocation that only looks, or only waits, nothing is read", () => {
  const { readings, gauge: made } = gauge();
  made.tell({ kind: "waiting", waiting: { what: "a table", holders: [] } });
  made.tell({ kind: "warning", finding: { where: "x", problem: "y", remedy: "z" } });
  made[Symbol.dispose]();
  expect(readings).toEqual([]);
});
