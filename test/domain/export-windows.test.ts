/** The windows that are asked for, whatever was applied and is at hand. */
import { describe, expect, it } from "vitest";
import {
  appliedUntil,
  missingAfter,
  type Window,
  windowAfter,
  windowsBetween,
} from "../../lambda/domain/export-windows.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const time = (text: string): Date => new Date(`2026-11-${text}Z`);
const later = (moment: Date, by: number): Date => new Date(moment.getTime() + by);
const window = (from: string, to: string): Window => ({ from: time(from), to: time(to) });
const T0 = time("01T12:00:00");

/** A generator of one's own: the same numbers in every run. */
function* draws(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

describe("up to where was applied", () => {
  it("is unknown without a full export, whatever windows there are", () => {
    expect(appliedUntil([])).toBeUndefined();
    expect(appliedUntil([window("01T12:00:00", "01T13:00:00")])).toBeUndefined();
    expect(windowAfter([window("01T12:00:00", "01T13:00:00")], time("02T00:00:00"))).toBeUndefined();
  });

  it("is where the newest full one and what follows it end, and nothing of before counts", () => {
    const first = [{ to: T0 }, window("01T12:00:00", "05T12:00:00")];
    expect(appliedUntil(first)).toEqual(time("05T12:00:00"));
    expect(appliedUntil([...first, { to: time("03T00:00:00") }])).toEqual(time("03T00:00:00"));
    expect(
      appliedUntil([{ to: T0 }, window("01T11:00:00", "01T14:00:00"), window("01T12:00:00", "01T13:00:00")]),
    ).toEqual(time("01T14:00:00"));
  });
});

describe("the windows after it", () => {
  it("go up to now, from the whole second in which the full export was made", () => {
    const full = [{ to: later(T0, 622) }];
    expect(windowAfter(full, later(T0, HOUR + 999))).toEqual([{ from: T0, to: later(T0, HOUR) }]);
  });

  it("are none where nothing is newer than what was applied", () => {
    for (const by of [0, 999, -HOUR]) expect(windowAfter([{ to: T0 }], later(T0, by))).toEqual([]);
  });

  it.each([
    ["a second less than the least begins earlier", 15 * MINUTE - 1_000, [-1_000, 15 * MINUTE - 1_000]],
    ["the least is one", 15 * MINUTE, [0, 15 * MINUTE]],
    ["the most is one", 24 * HOUR, [0, 24 * HOUR]],
    ["a second more are two, neither too short", 24 * HOUR + 1_000, [0, 12 * HOUR, 24 * HOUR + 1_000]],
    ["three days are three", 72 * HOUR, [0, 24 * HOUR, 48 * HOUR, 72 * HOUR]],
  ])("of such a length: %s", (_, length, cuts) => {
    const windows = windowsBetween(T0, later(T0, length));
    expect(windows.map(({ from }) => from)).toEqual(cuts.slice(0, -1).map((cut) => later(T0, cut)));
    expect(windows.map(({ to }) => to)).toEqual(cuts.slice(1).map((cut) => later(T0, cut)));
  });
});

describe("what is missing", () => {
  it("is nothing where windows at hand reach as far, also when they go on", () => {
    expect(missingAfter(T0, [window("01T11:00:00", "01T15:00:00")], time("01T14:00:00"))).toEqual([]);
    const two = [window("01T13:00:00", "01T15:00:00"), window("01T12:00:00", "01T13:00:00")];
    expect(missingAfter(T0, two, time("01T15:00:00"))).toEqual([]);
  });

  it("is what lies before, between and after them", () => {
    const there = [window("01T14:00:00", "01T15:00:00"), window("01T16:00:00", "01T17:00:00")];
    expect(missingAfter(T0, there, time("01T18:00:00"))).toEqual([
      window("01T12:00:00", "01T14:00:00"),
      window("01T15:00:00", "01T16:00:00"),
      window("01T17:00:00", "01T18:00:00"),
    ]);
  });

  it("ends where it was asked for, though windows at hand begin later", () => {
    expect(missingAfter(T0, [window("01T20:00:00", "01T21:00:00")], time("01T14:00:00"))).toEqual([
      window("01T12:00:00", "01T14:00:00"),
    ]);
  });

  it("asked for and begun by the newest, what is asked again is the rest of the same", () => {
    const to = later(T0, 65 * HOUR);
    const all = windowsBetween(T0, to);
    expect(all).toHaveLength(3);
    for (let done = 0; done <= all.length; done += 1)
      expect(missingAfter(T0, all.slice(all.length - done), to)).toEqual(all.slice(0, all.length - done));
  });

  it("leaves no second out and makes no window AWS refuses, of any times at all", () => {
    const drawn = draws(7);
    const draw = (most: number): number => Math.floor((drawn.next().value ?? 0) * most);
    for (let round = 0; round < 500; round += 1) {
      const to = later(T0, draw(100 * HOUR));
      const there = Array.from({ length: draw(5) }, () => {
        const from = later(T0, (draw(100) - 20) * HOUR);
        return { from, to: later(from, 15 * MINUTE + draw(24 * HOUR - 15 * MINUTE)) };
      });
      const missing = missingAfter(T0, there, to);
      for (const { from, to: end } of missing) {
        expect([from.getMilliseconds(), end.getMilliseconds()]).toEqual([0, 0]);
        expect(end.getTime() - from.getTime()).toBeGreaterThanOrEqual(15 * MINUTE);
        expect(end.getTime() - from.getTime()).toBeLessThanOrEqual(24 * HOUR);
        expect(end <= to).toBe(true);
      }
      // One after the other, as they are applied: each begins at or before the end of what was.
      let reached = T0;
      const windows = [...there, ...missing].toSorted((one, other) => one.to.getTime() - other.to.getTime());
      for (let moved = true; moved; ) {
        const next = windows.find(({ from, to: end }) => from <= reached && end > reached);
        moved = next !== undefined;
        reached = next?.to ?? reached;
      }
      expect(later(reached, 1_000) > to).toBe(true);
    }
  });
});
