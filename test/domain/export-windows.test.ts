/** The windows that are asked for, whatever was applied and is at hand. */
import { describe, expect, it } from "vitest";
import { appliedUntil, missingAfter, type Window } from "../../lambda/domain/export-windows.ts";

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

const lacking = (length: number, there: readonly Window[] = [], end = T0) =>
  missingAfter(end, there, later(T0, length));

describe("the windows after it", () => {
  it("begin with the whole second in which the full export was made", () => {
    expect(lacking(HOUR, [], later(T0, 622)).windows).toEqual([{ from: T0, to: later(T0, HOUR) }]);
  });

  it("are none where nothing is newer than what was applied", () => {
    for (const by of [0, -1_000, -HOUR]) expect(lacking(by)).toEqual({ windows: [], used: [], leadsTo: T0 });
  });

  it.each([
    ["too short, leads beyond", 1_000, [0, 15 * MINUTE]],
    ["a second less than the least, too", 15 * MINUTE - 1_000, [0, 15 * MINUTE]],
    ["the least is one", 15 * MINUTE, [0, 15 * MINUTE]],
    ["the most is one", 24 * HOUR, [0, 24 * HOUR]],
    ["a second more are two, neither too short", 24 * HOUR + 1_000, [0, 12 * HOUR, 24 * HOUR + 1_000]],
    ["three days are three", 72 * HOUR, [0, 24 * HOUR, 48 * HOUR, 72 * HOUR]],
  ])("of such a length: %s", (_, length, cuts) => {
    const { windows, leadsTo } = lacking(length);
    expect(windows.map(({ from }) => from)).toEqual(cuts.slice(0, -1).map((cut) => later(T0, cut)));
    expect(windows.map(({ to }) => to)).toEqual(cuts.slice(1).map((cut) => later(T0, cut)));
    expect(leadsTo).toEqual(windows.at(-1)?.to);
  });
});

describe("what is missing", () => {
  it("is nothing where windows at hand reach as far, also when they go on", () => {
    const two = [window("01T13:00:00", "01T15:00:00"), window("01T12:00:00", "01T13:00:00")];
    for (const until of ["01T14:00:00", "01T15:00:00"])
      expect(missingAfter(T0, two, time(until))).toEqual({
        ...{ windows: [], used: two.toReversed(), leadsTo: time("01T15:00:00") },
      });
  });

  it("is what lies before, between and after them", () => {
    const there = [window("01T14:00:00", "01T15:00:00"), window("01T16:00:00", "01T17:00:00")];
    expect(missingAfter(T0, there, time("01T18:00:00")).windows).toEqual([
      window("01T12:00:00", "01T14:00:00"),
      window("01T15:00:00", "01T16:00:00"),
      window("01T17:00:00", "01T18:00:00"),
    ]);
  });

  it("ends where it was asked for, though windows at hand begin later", () => {
    const there = [window("01T14:00:00", "01T21:00:00")];
    const until = time("01T14:00:00");
    const windows = [window("01T12:00:00", "01T14:00:00")];
    expect(missingAfter(T0, there, until)).toEqual({ windows, used: [], leadsTo: until });
  });

  it("goes on from the shorter of two that begin together, which is applied first", () => {
    const [long, short] = [window("01T12:00:00", "01T18:00:00"), window("01T12:00:00", "01T13:00:00")];
    const until = time("01T18:00:00");
    const windows = [window("01T13:00:00", "01T18:00:00")];
    expect(missingAfter(T0, [long, short], until)).toEqual({ windows, used: [short], leadsTo: until });
  });

  it("is all of it, where what is there began earlier, or leaves too little room before it", () => {
    const whole = [window("01T12:00:00", "01T18:00:00")];
    for (const from of ["01T11:00:00", "01T11:59:59", "01T12:00:01", "01T12:14:59"])
      expect(missingAfter(T0, [window(from, "01T17:00:00")], time("01T18:00:00"))).toMatchObject({
        ...{ windows: whole, used: [] },
      });
    const room = missingAfter(T0, [window("01T12:15:00", "01T17:00:00")], time("01T17:00:00"));
    expect(room.windows).toEqual([window("01T12:00:00", "01T12:15:00")]);
  });

  it("asked for and begun by the newest, what is asked again is the rest of the same", () => {
    const to = later(T0, 65 * HOUR);
    const { windows: all } = missingAfter(T0, [], to);
    expect(all).toHaveLength(3);
    for (let done = 0; done <= all.length; done += 1)
      expect(missingAfter(T0, all.slice(all.length - done), to).windows).toEqual(all.slice(0, all.length - done));
  });

  it("leaves no second out, tells of none twice, and makes no window AWS refuses, of any times at all", () => {
    const drawn = draws(7);
    const draw = (most: number): number => Math.floor((drawn.next().value ?? 0) * most);
    for (let round = 0; round < 500; round += 1) {
      const until = later(T0, 1_000 * (1 + draw(100 * 3_600)));
      const there = Array.from({ length: draw(5) }, () => {
        const from = later(T0, (draw(400) - 80) * 15 * MINUTE);
        return { from, to: later(from, 15 * MINUTE * (1 + draw(96))) };
      });
      const { windows, leadsTo } = missingAfter(T0, there, until);
      for (const { from, to } of windows) {
        expect([from.getMilliseconds(), to.getMilliseconds()]).toEqual([0, 0]);
        expect(to.getTime() - from.getTime()).toBeGreaterThanOrEqual(15 * MINUTE);
        expect(to.getTime() - from.getTime()).toBeLessThanOrEqual(24 * HOUR);
      }
      // As they are applied: each begins exactly where what was applied ends, the one that ends first before others.
      let reached = T0;
      const all = [...there, ...windows].toSorted((one, other) => one.to.getTime() - other.to.getTime());
      while (reached < leadsTo) {
        const next = all.find(({ from }) => from.getTime() === reached.getTime());
        expect(next, `round ${round}: ${reached.toISOString()}`).toBeDefined();
        reached = next?.to ?? leadsTo;
      }
      expect([reached, leadsTo >= until]).toEqual([leadsTo, true]);
      if (leadsTo > until && windows.at(-1)?.to === leadsTo)
        expect(leadsTo.getTime() - Number(windows.at(-1)?.from)).toBe(15 * MINUTE);
    }
  });
});
