/**
 * ISO 8601 text and epoch numbers -> the text Postgres prints for the same moment under DateStyle ISO and TimeZone
 * UTC. A moment is a day since 1970 and the microseconds of that day, both whole numbers far below 2^53; there is no Date here,
 * which would know milliseconds only.
 */

import type { Conversion, TimeKind } from "../../mapping/kinds.ts";
import { must } from "../must.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAY_SECONDS = DAY / SECOND;
/** Postgres goes further, to 4713 BC and 294276, but ISO text with four digits for the year does not. */
const FIRST = dayNumber(1, 1, 1);
const END = dayNumber(10_000, 1, 1);
/** No second between them takes more digits. */
const MOST_DIGITS = 12;

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** A UTC instant as most programs write it, of a day that every month has, with no zero to be cut: Postgres prints it with a blank and +00. */
const USUAL =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,5}[1-9])?Z$/;

/** Text -> the text of `kind`. What the text holds and what the column holds must be the same: no zone is guessed or dropped. */
export function momentFromText(kind: TimeKind, text: string): string | Refusal {
  if (kind === "timestamptz" && USUAL.test(text)) return `${text.slice(0, 10)} ${text.slice(11, -1)}+00`;
  const match = ISO.exec(text);
  if (match === null) return noIso();
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
  return printed(kind, days, clock - offset);
}

/** The day an ISO text names, as it stands there: a zone moves nothing. */
export function dayOfText(text: string): string | Refusal {
  const match = ISO.exec(text);
  if (match === null) return noIso();
  const [, , , , hour, , , , zone] = match;
  const holds = hour === undefined ? "date" : zone === undefined ? "timestamp" : "timestamptz";
  const moment = momentFromText(holds, text);
  return isRefusal(moment) ? moment : text.slice(0, 10);
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
  const sign = whole.startsWith("-") ? -1 : 1;
  const digits = (sign < 0 ? whole.slice(1) : whole) + fraction.padEnd(places, "0");
  const seconds = digits.slice(0, -6);
  if (seconds.length > MOST_DIGITS) return beyond();
  const days = Math.trunc(Number(seconds) / DAY_SECONDS);
  const clock = (Number(seconds) - days * DAY_SECONDS) * SECOND + Number(digits.slice(-6));
  return printed(kind, sign * days, sign * clock);
}

const noIso = (): Refusal =>
  refuse(
    "not-a-time",
    "the text is not an ISO 8601 date or time with a four-digit year; .format() reads other spellings",
  );

function mismatch(kind: TimeKind, holds: TimeKind): string {
  if (holds === "date")
    return `S without a time of day into ${kind}: declare the column date(), or add the time with a function`;
  if (kind === "date") return `S with a time of day into date: declare the column ${holds}(), or say .dateOnly()`;
  if (kind === "timestamp") return "S with a zone into timestamp: declare the column timestamptz()";
  return "S without a zone into timestamptz: declare the column timestamp(), or add the zone with a function";
}

const LEAP = "Postgres would make it the minute after; say by .convert() which second it is to be";

// 24:00 ends a day at the very moment the next one begins. Second 60 is a moment of its own, which Postgres takes and makes another.
function clockTime(hour: string, minute: string, second: string, fraction: string): number | undefined {
  if (Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  const clock = Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * SECOND + micros;
  return clock <= DAY ? clock : undefined;
}

function zoneOffset(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", ""));
  if (hours > 15 || minutes > 59) return undefined;
  const offset = hours * HOUR + minutes * MINUTE;
  return zone.startsWith("-") ? -offset : offset;
}

const beyond = (): Refusal => refuse("out-of-range", "the moment lies outside the years 0001 to 9999");

/** `micros` may reach into other days. */
function printed(kind: TimeKind, days: number, micros: number): string | Refusal {
  const others = Math.floor(micros / DAY);
  const [day, clock] = [days + others, micros - others * DAY];
  if (day < FIRST || day >= END) return beyond();
  if (kind === "timestamptz") return `${calendarText(day)} ${clockText(clock)}+00`;
  if (kind === "timestamp") return `${calendarText(day)} ${clockText(clock)}`;
  if (clock === 0) return calendarText(day);
  return refuse(
    "would-round",
    "the moment is not midnight UTC, and a date keeps no time of day; say .dateOnly() to leave it",
  );
}

function clockText(micros: number): string {
  const seconds = Math.floor(micros / SECOND);
  const minutes = Math.floor(seconds / 60);
  const text = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  const fraction = micros % SECOND;
  return fraction === 0
    ? text
    : `${text}.${String(SECOND + fraction)
        .slice(1)
        .replace(/0+$/, "")}`;
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
const two = (number: number): string => must(TWO_DIGITS[number], "it has two digits");

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
  const ofMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return `${two(Math.floor(year / 100))}${two(year % 100)}-${two(month)}-${two(ofMonth)}`;
}
