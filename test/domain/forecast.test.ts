/** How long a copy will take, by what is done of it. */
import { expect, it } from "vitest";
import { forecast } from "../../lambda/domain/forecast.ts";

const startedAt = new Date("2026-01-01T00:00:00Z");
const after = (minutes: number) => new Date(startedAt.getTime() + minutes * 60_000);
const at = (done: number, minutes: number, window?: number) =>
  forecast({ units: 40, done, startedAt, now: after(minutes), window });

it("is in proportion to the units that are done", () => {
  expect(at(10, 5)).toEqual({ share: 0.25, minutesLeft: 15 });
  expect(at(40, 20)).toEqual({ share: 1, minutesLeft: 0 });
});

it("is not known while nothing is done, or nothing is planned", () => {
  expect(at(0, 5, 60)).toEqual({ share: 0 });
  expect(forecast({ units: 0, done: 0, startedAt, now: after(1), window: 10 })).toEqual({ share: 0 });
});

it("fits the window or does not, counted from the beginning", () => {
  expect(at(10, 5, 20)).toMatchObject({ fits: true });
  expect(at(10, 5, 19)).toMatchObject({ fits: false });
});
