/**
 * ISO 8601 text and epoch numbers -> the text Postgres prints for the same moment under DateStyle ISO and TimeZone
 * UTC. A moment is microseconds since 1970 in a BigInt; there is no Date here, which would know milliseconds only.
 */

import type { Conversion, TimeKind } from "../../mapping/kinds.ts";
import { type Refusal, refuse } from "./refusal.ts";

const SECOND = 1_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;
/** Postgres goes further, to 4713 BC and 294276, but ISO text with four digits for the year does not. */
const FIRST = BigInt(dayNumber(1, 1, 1)) * DAY;
const END = BigInt(dayNumber(10_000, 1, 1)) * DAY;

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Text -> the text of `kind`. What the text holds and what the column holds must be the same: no zone is guessed or dropped. */
export function momentFromText(kind: TimeKind, text: string): string | Refusal {
  const match = ISO.exec(text);
  if (match === null) return refuse("not-a-time", "the text is not an ISO 8601 date or time with a four-digit year");
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone] = match;
  const holds = hour === undefined ? "date" : zone === undefined ? "timestamp" : "timestamptz";
  if (holds !== kind) return refuse("wrong-type", mismatch(kind, holds));

  const days = calendarDay(Number(year), Number(month), Number(day));
  const clock = clockTime(hour ?? "0", minute ?? "0", second, fraction);
  const offset = zoneOffset(zone ?? "Z");
  if (days === undefined) return refuse("not-a-time", "the text names a day no calendar has");
  if (second === "60") return refuse("not-a-time", `the text names a 60th second: ${LEAP}`);
  if (clock === undefined) return refuse("not-a-time", "the text names a time no clock shows");
  if (offset === undefined) return refuse("not-a-time", "the text names a zone further than 15:59 from UTC");
  if (!/^0*$/.test(fraction.slice(6))) return refuse("would-round", "Postgres keeps six digits of a second");
  return printed(kind, BigInt(days) * DAY + clock - offset);
}

/** A canonical number of seconds or milliseconds since 1970 -> the text of `kind`, a `timestamp` being read as UTC. */
export function momentFromEpoch(
  kind: TimeKind,
  unit: Extract<Conversion, "epochSeconds" | "epochMillis">,
  canonical: string,
): string | Refusal {
  const places = unit === "epochSeconds" ? 6 : 3;
  const [whole = "", fraction = ""] = canonical.split(".");
  if (fraction.length > places) return refuse("would-round", "Postgres keeps six digits of a second");
  return printed(kind, BigInt(whole + fraction.padEnd(places, "0")));
}

function mismatch(kind: TimeKind, holds: TimeKind): string {
  if (holds === "date")
    return `S without a time of day into ${kind}: declare the column date(), or add the time with a function`;
  if (kind === "date")
    return `S with a time of day into date: declare the column ${holds}(), or cut the time with a function`;
  if (kind === "timestamp") return "S with a zone into timestamp: declare the column timestamptz()";
  return "S without a zone into timestamptz: declare the column timestamp(), or add the zone with a function";
}

const LEAP = "Postgres would make it the minute after; say by .convert() which second it is to be";

// 24:00 ends a day at the very moment the next one begins. Second 60 is a moment of its own, which Postgres takes and makes another.
function clockTime(hour: string, minute: string, second: string, fraction: string): bigint | undefined {
  if (Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  const clock = BigInt(hour) * HOUR + BigInt(minute) * MINUTE + BigInt(second) * SECOND + micros;
  return clock <= DAY ? clock : undefined;
}

function zoneOffset(zone: string): bigint | undefined {
  if (zone === "Z") return 0n;
  const hours = zone.slice(1, 3);
  const minutes = zone.slice(3).replace(":", "");
  if (Number(hours) > 15 || Number(minutes) > 59) return undefined;
  const offset = BigInt(hours) * HOUR + BigInt(minutes) * MINUTE;
  return zone.startsWith("-") ? -offset : offset;
}

function printed(kind: TimeKind, micros: bigint): string | Refusal {
  if (micros < FIRST || micros >= END) return refuse("out-of-range", "the moment lies outside the years 0001 to 9999");
  const fromFirst = micros - FIRST;
  const day = calendarText(Number(fromFirst / DAY) + dayNumber(1, 1, 1));
  const clock = Number(fromFirst % DAY);
  if (kind !== "date") return `${day} ${clockText(clock)}${kind === "timestamptz" ? "+00" : ""}`;
  return clock === 0 ? day : refuse("would-round", "the moment is not midnight UTC, and a date keeps no time of day");
}

function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros % 1_000_000;
  const text = `${padded(Math.floor(seconds / 3600), 2)}:${padded(Math.floor(seconds / 60) % 60, 2)}:${padded(seconds % 60, 2)}`;
  return fraction === 0 ? text : `${text}.${padded(fraction, 6).replace(/0+$/, "")}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function calendarDay(year: number, month: number, day: number): number | undefined {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= length ? dayNumber(year, month, day) : undefined;
}

// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in 400-year eras of 146,097 days that start on a
// first of March, so that the leap day is the last of its year (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
function dayNumber(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function calendarText(dayNumber: number): string {
  const day = dayNumber + 719_468;
  const era = Math.floor(day / 146_097);
  const dayOfEra = day - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1, 2)}`;
}
