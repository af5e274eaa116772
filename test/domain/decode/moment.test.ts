/** ISO text and epoch numbers become the text Postgres prints; test/adapters/postgres/session/canonical.test.ts asks Postgres itself. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { momentFromEpoch, momentFromText } from "../../../lambda/domain/decode/moment.ts";

describe("ISO text", () => {
  test.each([
    ["2026-01-01T00:00:00Z", "2026-01-01 00:00:00+00"],
    ["2026-01-01 10:20Z", "2026-01-01 10:20:00+00"],
    ["2026-01-01T00:00:00.1234Z", "2026-01-01 00:00:00.1234+00"],
    ["2026-01-01T00:00:00.100000000Z", "2026-01-01 00:00:00.1+00"],
    ["2026-01-01T00:00:00.000Z", "2026-01-01 00:00:00+00"],
    ["2024-02-29T23:00:00+05:30", "2024-02-29 17:30:00+00"],
    ["2024-02-29T23:00:00-0530", "2024-03-01 04:30:00+00"],
    ["2024-02-29T23:00:00+02", "2024-02-29 21:00:00+00"],
    ["2026-01-01T24:00:00Z", "2026-01-02 00:00:00+00"],
    ["1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59.999999+00"],
    ["0001-01-01T00:00:00Z", "0001-01-01 00:00:00+00"],
    ["9999-12-31T23:59:59.999999Z", "9999-12-31 23:59:59.999999+00"],
  ])("%s is the instant %s", (text, printed) => {
    expect(momentFromText("timestamptz", text)).toBe(printed);
  });

  test("without a zone it is a timestamp, without a time a date", () => {
    expect(momentFromText("timestamp", "2026-01-01T00:00:00.5")).toBe("2026-01-01 00:00:00.5");
    expect(momentFromText("date", "2024-02-29")).toBe("2024-02-29");
  });

  test.each([
    ["timestamptz", "2026-01-01T00:00:00", "declare the column timestamp()"],
    ["timestamptz", "2026-01-01", "declare the column date()"],
    ["timestamp", "2026-01-01T00:00:00Z", "declare the column timestamptz()"],
    ["timestamp", "2026-01-01", "declare the column date()"],
    ["date", "2026-01-01T00:00:00", "declare the column timestamp()"],
    ["date", "2026-01-01T00:00:00Z", "declare the column timestamptz()"],
  ] as const)("a %s never guesses or drops what %s holds", (kind, text, remedy) => {
    expect(momentFromText(kind, text)).toEqual({ reason: "wrong-type", detail: expect.stringContaining(remedy) });
  });

  test.each([
    "2025-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00.000001Z",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z",
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.5Z",
    "2017-01-01T00:59:60+01:00",
    "2026-01-01T10:00:60Z",
    "2026-01-01T23:59:60.5Z",
    "2026-01-01T24:00:01Z",
    "2026-01-01T24:01:00Z",
    "2026-01-01T00:00:00+16:00",
    "2026-01-01T00:00:00+01:60",
    "2026-01-01T00:00:00 Z",
    "2026-1-1T00:00:00Z",
    "20260101T000000Z",
    "12026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.Z",
    "2026-01-01Z",
    "yesterday",
    "",
  ])("%j is no time", (text) => {
    expect(momentFromText("timestamptz", text)).toMatchObject({ reason: "not-a-time" });
  });

  test("a leap second is told as one, with what to do", () => {
    const told = { reason: "not-a-time", detail: expect.stringMatching(/a 60th second: .* \.convert\(\)/) };
    expect(momentFromText("timestamptz", "2016-12-31T23:59:60Z")).toEqual(told);
    expect(momentFromText("timestamp", "2016-12-31T23:59:60.25")).toEqual(told);
  });

  test("a seventh fraction digit is refused where Postgres would round it", () => {
    expect(momentFromText("timestamptz", "2026-01-01T00:00:00.1234567Z")).toMatchObject({ reason: "would-round" });
    expect(momentFromText("timestamptz", "2026-01-01T00:00:00.1234560Z")).toBe("2026-01-01 00:00:00.123456+00");
  });

  test("the years 0001 to 9999 are those of the moment in UTC", () => {
    expect(momentFromText("timestamptz", "0000-12-31T23:30:00-01:00")).toBe("0001-01-01 00:30:00+00");
    expect(momentFromText("timestamptz", "0001-01-01T00:30:00+01:00")).toMatchObject({ reason: "out-of-range" });
    expect(momentFromText("timestamptz", "9999-12-31T23:30:00-01:00")).toMatchObject({ reason: "out-of-range" });
    expect(momentFromText("timestamp", "9999-12-31T24:00:00")).toMatchObject({ reason: "out-of-range" });
    expect(momentFromText("date", "0000-01-01")).toMatchObject({ reason: "out-of-range" });
  });

  test("agrees with JavaScript's own calendar on every millisecond both know", () => {
    const range = {
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        const iso = date.toISOString();
        const printed = `${iso.slice(0, 19).replace("T", " ")}${iso.slice(19, 23).replace(/\.?0+$/, "")}+00`;
        expect(momentFromText("timestamptz", iso)).toBe(printed);
        expect(momentFromEpoch("timestamptz", "epochMillis", String(date.getTime()))).toBe(printed);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("epoch numbers", () => {
  test.each([
    ["epochSeconds", "1767225600", "2026-01-01 00:00:00+00"],
    ["epochSeconds", "0", "1970-01-01 00:00:00+00"],
    ["epochSeconds", "-0.5", "1969-12-31 23:59:59.5+00"],
    ["epochSeconds", "1767225600.123456", "2026-01-01 00:00:00.123456+00"],
    ["epochMillis", "1767225600123", "2026-01-01 00:00:00.123+00"],
    ["epochMillis", "1767225600123.456", "2026-01-01 00:00:00.123456+00"],
    ["epochMillis", "-1", "1969-12-31 23:59:59.999+00"],
  ] as const)("%s %s is the instant %s", (unit, number, printed) => {
    expect(momentFromEpoch("timestamptz", unit, number)).toBe(printed);
  });

  test("are UTC in a timestamp, and a date only at midnight", () => {
    expect(momentFromEpoch("timestamp", "epochSeconds", "1767225600.5")).toBe("2026-01-01 00:00:00.5");
    expect(momentFromEpoch("date", "epochSeconds", "1767225600")).toBe("2026-01-01");
    expect(momentFromEpoch("date", "epochSeconds", "1767225601")).toMatchObject({ reason: "would-round" });
  });

  test("finer than a microsecond or beyond the year 9999 are refused", () => {
    expect(momentFromEpoch("timestamptz", "epochSeconds", "0.0000001")).toMatchObject({ reason: "would-round" });
    expect(momentFromEpoch("timestamptz", "epochMillis", "0.0001")).toMatchObject({ reason: "would-round" });
    expect(momentFromEpoch("timestamptz", "epochSeconds", "253402300800")).toMatchObject({ reason: "out-of-range" });
    expect(momentFromEpoch("timestamptz", "epochSeconds", "1767225600123")).toMatchObject({ reason: "out-of-range" });
    expect(momentFromEpoch("timestamptz", "epochMillis", "9".repeat(38))).toMatchObject({ reason: "out-of-range" });
  });
});

test("an instant in its usual spelling and the same one spelled otherwise are printed the same", () => {
  const part = (least: number, most: number, digits = 2) =>
    fc
      .oneof(fc.integer({ min: least, max: most }), fc.constantFrom(least, most))
      .map((n) => String(n).padStart(digits, "0"));
  const fraction = fc.oneof(
    fc.constant(""),
    fc.stringMatching(/^\.\d{1,7}$/),
    fc.constantFrom(".10", ".000001", ".0000001"),
  );
  const spelled = fc
    .tuple(part(0, 9_999, 4), part(0, 13), part(0, 32), part(0, 25), part(0, 61), part(0, 61), fraction)
    .map(
      ([year, month, day, hour, minute, second, rest]) => `${year}-${month}-${day}T${hour}:${minute}:${second}${rest}`,
    );
  const seen = { printed: 0, refused: 0 };
  fc.assert(
    fc.property(spelled, (text) => {
      const printed = momentFromText("timestamptz", `${text}Z`);
      expect(printed).toEqual(momentFromText("timestamptz", `${text}+00:00`));
      seen[typeof printed === "string" ? "printed" : "refused"] += 1;
    }),
    { numRuns: 10_000 },
  );
  expect(Math.min(seen.printed, seen.refused)).toBeGreaterThan(100);
});

test("milliseconds since 1970 are the instant that JavaScript makes of them", () => {
  const [first, last] = [Date.UTC(0, 0, 1), Date.UTC(9_999, 11, 31)];
  const some = fc.oneof(
    fc.integer({ min: first, max: last }),
    fc.constantFrom(-1, 0, 1, 999, -999, 86_400_000, -86_400_001),
  );
  fc.assert(
    fc.property(some, (millis) => {
      const iso = new Date(millis).toISOString();
      expect(momentFromEpoch("timestamptz", "epochMillis", String(millis))).toEqual(momentFromText("timestamptz", iso));
    }),
    { numRuns: 5_000 },
  );
});
