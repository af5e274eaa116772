/** What follows from so many items of a size, and from nothing else. */
import { describe, expect, it } from "vitest";
import { estimateOf } from "../../lambda/domain/estimate/estimate.ts";
import { MOST_ACU, passWith, type Rates, readUnits, standing } from "../../lambda/domain/estimate/passes.ts";
import { playbooksOf } from "../../lambda/domain/estimate/playbooks.ts";
import { PRICES, type Prices } from "../../lambda/domain/estimate/prices.ts";
import { RATES } from "../../lambda/domain/estimate/rates.ts";

const each = (client: number, postgres: number) => ({ client, postgres });
const rates: Rates = {
  ...{
    measured: "2026-01-01",
    machine: "none",
    items: 1,
    rounds: 1,
    item: { bytes: 1_000, rows: 1 },
    stored: 2_000,
    logged: 4_096,
  },
  first: { copy: each(100, 50), build: each(0, 20), verify: each(0, 40) },
  second: { copy: each(50, 5), build: each(0, 10), verify: each(0, 40) },
};
const free: Prices = {
  ...PRICES,
  ...{ millionReadUnits: 0, acuHour: 0, lambdaGigabyteSecond: 0, millionInputsOutputs: 0 },
  ...{ exportGigabyte: 0, recoveryGigabyteMonth: 0 },
  ...{ gigabyteMonth: 0, secretMonth: 0, alarmMonth: 0, dashboardMonth: 0 },
};
const items = 10_000_000;
const question = { items, bytes: 1_000, unitsPerSecond: undefined };
const first = (workers: number, more: object = {}, prices = free) =>
  passWith(workers, { ...question, ...more }, rates, "first", prices);

describe("time", () => {
  it("is the worker's processor, divided among them, then one that builds and four that prove", () => {
    expect(first(1)).toMatchObject({ copy: 1_000, build: 200, verify: 100, whole: 1_300 });
    expect(first(10)).toMatchObject({ copy: 100, build: 200, verify: 100 });
  });

  it("is that of reading, where that is limited to less than the workers could do", () => {
    const units = readUnits(question);
    expect(units).toBe(Math.ceil((items * 1_000) / 4_096));
    expect(first(10, { unitsPerSecond: units / 500 }).copy).toBeCloseTo(500);
    expect(first(1, { unitsPerSecond: units / 500 }).copy).toBe(1_000);
  });

  it("grows with items that are larger than those that were measured, and not with smaller ones", () => {
    expect(first(1, { bytes: 4_000 }).copy).toBe(4_000);
    expect(first(1, { bytes: 100 }).copy).toBe(1_000);
  });

  it("is that of the database where it cannot grow any more", () => {
    const { acu, copy } = first(1_000);
    expect([acu, copy]).toEqual([MOST_ACU, 500 / (MOST_ACU / 4)]);
  });

  it("of a pass that finds nothing changed is by its own rates", () => {
    expect(passWith(1, question, rates, "second", free)).toMatchObject({ copy: 500, build: 100, verify: 100 });
  });
});

describe("capacity", () => {
  it("is what the workers ask of the database, by halves, and less where they wait for the source", () => {
    expect([1, 4, 16].map((workers) => first(workers).acu)).toEqual([4, 8, 32]);
    expect(first(16, { unitsPerSecond: readUnits(question) / 1_000 }).acu).toBe(4);
  });
});

describe("price", () => {
  const only = (name: keyof Prices, price: number): Prices => ({ ...free, [name]: price });

  it.each<[keyof Prices, number]>([
    ["millionReadUnits", readUnits(question) / 1e6],
    ["lambdaGigabyteSecond", 1_300 * (1769 / 1024)],
    ["acuHour", (4 * 1_000 + 4 * 200 + 16 * 100) / 3_600],
    ["millionInputsOutputs", 10],
  ])("of a pass has %s in it", (name, expected) => {
    expect(first(1, {}, only(name, 1)).price).toBeCloseTo(expected, 6);
    expect(first(1).price).toBe(0);
  });

  it("of what stands is by the hour with the migrator, and by the month without", () => {
    const acu = standing(question, rates, only("acuHour", 1));
    expect(acu).toMatchObject({ gigabytes: 20, hour: 4, month: 365, paused: 0 });
    const stored = standing(question, rates, only("gigabyteMonth", 1));
    expect([stored.month, stored.paused]).toEqual([20, 20]);
    expect(standing(question, rates, only("alarmMonth", 730)).hour).toBe(7);
  });
});

describe("three ways", () => {
  const ways = (changed: number, prices: Prices = free, more: object = {}) =>
    playbooksOf({ ...question, workers: 10, changed, ...more }, rates, prices);

  it("take the passes they are made of, before the window or within it", () => {
    const { scan, live, exports } = ways(0.01);
    expect(scan).toMatchObject({ before: 0, window: first(10).whole });
    expect(live).toMatchObject({ before: first(10).whole, window: 50 + 100 + 100 });
    // One worker applies a hundredth of ten million items, and all of it is built up and proven.
    expect(exports).toMatchObject({ before: 720 + first(10).whole, window: 720 + 10 + 100 + 100 });
    expect(ways(0.5).exports.window).toBe(720 + 500 + 200);
  });

  it("are paid for by capacity of the table, or by what is exported, of a window ten megabytes at least", () => {
    const reads = ways(0.01, { ...free, millionReadUnits: 1 });
    const units = readUnits(question) / 1e6;
    expect([reads.scan.price, reads.live.price]).toEqual([units, 2 * units]);
    expect(reads.exports.price).toBe(0);
    const exported = ways(0.01, { ...free, exportGigabyte: 1, recoveryGigabyteMonth: 1 });
    expect(exported.scan.price).toBe(0);
    expect(exported.exports.price).toBeCloseTo(10 + 0.1);
    expect(exported.exported).toMatchObject({ full: 10, window: 0.1, recoveryMonth: 10 });
    expect(ways(0, { ...free, exportGigabyte: 1 }).exported.window).toBe(0.01);
  });

  it("cost time, too: of functions and of the database", () => {
    const { exports } = ways(0.01, { ...free, exportGigabyte: 0, recoveryGigabyteMonth: 0, acuHour: 3_600 });
    const before = first(10, {}, { ...free, acuHour: 3_600 }).price;
    expect(exports.price - before).toBeCloseTo(4 * 10 + 4 * 100 + 16 * 100);
  });
});

describe("an estimate", () => {
  const size = { items: 1_000_000, bytes: 500, of: "said" };

  it("fits one invocation where all of it ends in time, by the limit it will have", () => {
    expect(estimateOf(size, undefined, PRICES, 0.01).oneInvocation.fits).toBe(true);
    expect(estimateOf(size, { unitsPerSecond: 10 }, PRICES, 0.01).oneInvocation.fits).toBe(false);
    expect(estimateOf({ ...size, items: 100_000_000 }, undefined, PRICES, 0.01).oneInvocation.fits).toBe(false);
  });

  it("is told for 1, 4, 16 and 40 workers, with and without a limit, and for three sizes", () => {
    const { limited, unlimited, sizes } = estimateOf(size, { unitsPerSecond: 1_500 }, PRICES, 0.01);
    for (const passes of [limited?.passes, unlimited])
      expect(passes?.map(({ workers }) => workers)).toEqual([1, 4, 16, 40]);
    expect(sizes.map((each) => each.items)).toEqual([1_000_000, 43_000_000, 1_000_000_000]);
    expect(estimateOf(size, undefined, PRICES, 0.01)).not.toHaveProperty("limited");
  });
});

it("what it rests on was measured: when, on what, with how many items, and each stage by itself", () => {
  expect(RATES.measured).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(RATES.items).toBeGreaterThanOrEqual(50_000);
  for (const pass of [RATES.first, RATES.second])
    for (const stage of ["copy", "build", "verify"] as const)
      expect(pass[stage].client + pass[stage].postgres).toBeGreaterThan(1);
  expect(RATES.second.copy.client).toBeLessThan(RATES.first.copy.client);
});
