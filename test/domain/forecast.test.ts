/** How long a copy will take, by what is done of it. */
import { expect, it } from "vitest";
import { forecast, type SoFar } from "../../lambda/domain/forecast.ts";

const startedAt = new Date("2026-01-01T00:00:00Z");
const after = (minutes: number) => new Date(startedAt.getTime() + minutes * 60_000);
const TEN_AND_FIVE = { build: 10, verify: 5 };
const at = (done: number, minutes: number, more: Partial<SoFar> = {}) =>
  forecast({
    ...{ phase: "copy", units: 40, done, read: 0, expected: undefined, startedAt, enteredAt: startedAt },
    ...{ now: after(minutes), after: { build: 0, verify: 0 }, window: undefined, ...more },
  });

it("is in proportion to the units that are done", () => {
  expect(at(10, 5)).toEqual({ share: 0.25, minutesLeft: 15, minutesToEnd: 15 });
  expect(at(40, 20)).toEqual({ share: 1, minutesLeft: 0, minutesToEnd: 0 });
});

it("counts within units, where the source has said how much there is, and never all of it before it is", () => {
  expect(at(0, 5, { read: 250, expected: 1_000 })).toMatchObject({ share: 0.25, minutesLeft: 15 });
  expect(at(39, 5, { read: 2_000, expected: 1_000 }).share).toBe(0.99);
  expect(at(40, 5, { read: 990, expected: 1_000 }).share).toBe(1);
});

it("goes on to the end of the proof, from whichever phase it is in", () => {
  expect(at(10, 5, { after: TEN_AND_FIVE })).toMatchObject({ minutesLeft: 15, minutesToEnd: 30 });
  const in4 = { after: TEN_AND_FIVE, enteredAt: after(20) };
  expect(at(40, 24, { ...in4, phase: "build" })).toEqual({ share: 1, minutesToEnd: 11 });
  expect(at(40, 24, { ...in4, phase: "verify" })).toEqual({ share: 1, minutesToEnd: 1 });
  expect(at(40, 90, { ...in4, phase: "verify" }).minutesToEnd).toBe(0);
});

it("says why it cannot tell whether it fits", () => {
  const told = (more: Partial<SoFar>) => at(40, 5, { window: 10, after: TEN_AND_FIVE, ...more });
  expect(told({ done: 0 })).toEqual({ share: 0, unknown: "nothing has been read yet" });
  expect(told({ after: undefined }).unknown).toMatch(/building and proving/);
  expect(told({ phase: "repair" }).unknown).toMatch(/repair/);
  expect(told({ phase: "repair" })).not.toHaveProperty("fits");
});

it("is not known while nothing is done, or nothing is planned", () => {
  expect(at(0, 5)).toEqual({ share: 0 });
  expect(at(0, 1, { units: 0 })).toEqual({ share: 0 });
});

it("fits the window or does not, counted from the beginning", () => {
  expect(at(10, 5, { window: 20 })).toMatchObject({ fits: true });
  expect(at(10, 5, { window: 19 })).toMatchObject({ fits: false });
  expect(at(10, 5, { window: 34, after: TEN_AND_FIVE })).toMatchObject({ fits: false });
  expect(at(10, 5, { window: 35, after: TEN_AND_FIVE })).toMatchObject({ fits: true });
});
