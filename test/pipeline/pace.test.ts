/** How fast a copy goes and when it stops, by a clock of the test's own: nothing here waits. */
import { describe, expect, it } from "vitest";
import { Budget } from "../../lambda/domain/budget.ts";
import { Pace } from "../../lambda/pipeline/pace.ts";

describe("a budget", () => {
  it("holds one second's worth, may be overdrawn, and then makes whoever comes next wait", () => {
    const budget = new Budget(100, 0);
    expect(budget.missing(0)).toBe(0);
    budget.spend(150, 0);
    expect(budget.missing(0)).toBe(500);
    expect(budget.missing(250)).toBe(250);
    expect(budget.missing(510)).toBe(0);
    // An hour of rest is worth no more than a second of it.
    budget.spend(100, 3_600_000);
    expect(budget.missing(3_600_000)).toBeGreaterThan(0);
  });

  it("over a long time lets through what it was told, and no more", () => {
    const budget = new Budget(50, 0);
    let [now, spent] = [0, 0];
    while (now < 60_000) {
      const wait = budget.missing(now);
      now += wait;
      if (wait > 0) continue;
      budget.spend(30, now);
      spent += 30;
    }
    expect(spent / 60).toBeGreaterThan(48);
    expect(spent / 60).toBeLessThan(52);
  });

  it("halves when it is refused, never to nothing, and comes back little by little", () => {
    const budget = new Budget(100, 0);
    for (let refusal = 0; refusal < 20; refusal += 1) budget.refused(0);
    budget.spend(200, 0);
    const slow = budget.missing(0);
    expect(slow).toBeGreaterThan(10_000);
    expect(slow).toBeLessThan(Infinity);
    const rested = new Budget(100, 0);
    rested.refused(0);
    rested.spend(200, 60_000);
    expect(rested.missing(60_000)).toBe(1_000);
  });

  it("is not upset by a clock that goes back", () => {
    const budget = new Budget(100, 1_000);
    budget.spend(150, 500);
    expect(budget.missing(400)).toBeGreaterThan(0);
    expect(budget.missing(10_000)).toBe(0);
  });
});

describe("the deadline", () => {
  const at = (ms: number) => new Date(ms);
  it("keeps back as much time as the slowest page took, and half of that on top", () => {
    let [now, left] = [0, 10_000];
    const pace = new Pace({ timeLeft: () => left }, () => at(now));
    expect(pace.hasTime()).toBe(true);
    now = 4_000;
    pace.wrote(10, at(0));
    now = 4_100;
    pace.wrote(10, at(4_000));
    left = 6_001;
    expect(pace.hasTime()).toBe(true);
    left = 6_000;
    expect(pace.hasTime()).toBe(false);
  });

  it("does not matter where there is none", () => {
    const pace = new Pace({}, () => at(0));
    pace.wrote(1, at(-1_000_000));
    expect(pace.hasTime()).toBe(true);
  });
});

describe("rows a second", () => {
  it("are counted over all pages; without a limit nobody waits", async () => {
    let now = 0;
    const pace = new Pace({ maxRowsPerSecond: 10 }, () => new Date(now));
    pace.wrote(15, new Date(0));
    let waited = false;
    const waiting = pace.wait(AbortSignal.timeout(5_000)).then(() => {
      waited = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(waited).toBe(false);
    now = 1_000;
    await waiting;
    await new Pace({}, () => new Date(0)).wait(new AbortController().signal);
  });

  it("end with the signal", async () => {
    const pace = new Pace({ maxRowsPerSecond: 1 }, () => new Date(0));
    pace.wrote(1_000_000, new Date(0));
    await pace.wait(AbortSignal.abort());
  });
});
