/**
 * How a date is spelled, `M/D/YY` → what reads it; with that, a text → the same moment as ISO text, which no calendar has been asked
 * about yet. A number of two digits is a year only where it is said of which hundred years.
 */
import type { TimeKind } from "./kinds.ts";
import { literally } from "./literally.ts";

export interface DateFormat {
  /** What a text of this format holds. */
  readonly holds: TimeKind;
  /** ISO text; undefined where the text is spelled otherwise. */
  read(text: string): string | undefined;
}

export interface FormatProblem {
  readonly problem: string;
  readonly remedy: string;
}

const MONTHS = "january february march april may june july august september october november december".split(" ");
const SHORT = MONTHS.map((name) => name.slice(0, 3));

type Part = "year" | "month" | "day" | "hour" | "minute" | "second" | "half" | "zone";

interface Token {
  readonly part: Part;
  readonly pattern: string;
  /** It takes one digit or two, so that no digit may follow it. */
  readonly loose?: true;
}

const TOKENS: Readonly<Record<string, Token>> = {
  YYYY: { part: "year", pattern: "\\d{4}" },
  YY: { part: "year", pattern: "\\d\\d" },
  MMMM: { part: "month", pattern: MONTHS.join("|") },
  MMM: { part: "month", pattern: SHORT.join("|") },
  MM: { part: "month", pattern: "\\d\\d" },
  M: { part: "month", pattern: "\\d\\d?", loose: true },
  DD: { part: "day", pattern: "\\d\\d" },
  D: { part: "day", pattern: "\\d\\d?", loose: true },
  HH: { part: "hour", pattern: "\\d\\d" },
  H: { part: "hour", pattern: "\\d\\d?", loose: true },
  hh: { part: "hour", pattern: "\\d\\d" },
  h: { part: "hour", pattern: "\\d\\d?", loose: true },
  mm: { part: "minute", pattern: "\\d\\d" },
  ss: { part: "second", pattern: "\\d\\d" },
  A: { part: "half", pattern: "am|pm" },
  Z: { part: "zone", pattern: "z|[+-]\\d\\d:?\\d\\d" },
};

const PIECE =
  /\[(?<quoted>[^\]]*)\]|(?<token>YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|A|Z)|(?<letters>(?!T)[A-Za-z])|(?<text>.)/gs;
const WORDS = "YYYY or YY, MMMM, MMM, MM or M, DD or D, HH, H, hh or h, mm, ss, A (am, pm) and Z (zone)";

export const isFormatProblem = (parsed: DateFormat | FormatProblem): parsed is FormatProblem => "problem" in parsed;

/** Reads a format. What is wrong with it is returned, never thrown: it is the user's text. */
export function dateFormat(format: string, firstYear?: number): DateFormat | FormatProblem {
  const parts = new Map<Part, string>();
  let pattern = "";
  let before: string | undefined;
  for (const { groups = {} } of format.matchAll(PIECE)) {
    const { quoted, token, letters, text = "" } = groups;
    if (letters !== undefined)
      return { problem: `"${letters}" is no part of a date`, remedy: `write ${WORDS}; other letters in [brackets]` };
    const found = token === undefined ? undefined : TOKENS[token];
    if (token === undefined || found === undefined) {
      pattern += literally(quoted ?? text);
      before = undefined;
      continue;
    }
    const twice = parts.get(found.part);
    if (twice !== undefined)
      return { problem: `it says the ${found.part} twice, ${twice} and ${token}`, remedy: "leave one out" };
    if (before !== undefined && TOKENS[before]?.loose && found.pattern.startsWith("\\d"))
      return {
        problem: `${token} follows ${before} with nothing between, which can be read in two ways`,
        remedy: `write ${before}${before}, of two digits always`,
      };
    parts.set(found.part, token);
    pattern += `(?<${found.part}>${found.pattern})`;
    before = token;
  }
  const wrong = lacking(parts, firstYear);
  if (wrong !== undefined) return wrong;
  const whole = new RegExp(`^${pattern}$`, "i");
  return {
    holds: parts.has("zone") ? "timestamptz" : parts.has("hour") ? "timestamp" : "date",
    read: (text) => {
      const found = whole.exec(text)?.groups;
      return found === undefined ? undefined : isoOf(found, firstYear);
    },
  };
}

function lacking(parts: ReadonlyMap<Part, string>, firstYear: number | undefined): FormatProblem | undefined {
  const needs = (part: Part, of: string): FormatProblem | undefined =>
    parts.has(part) ? undefined : { problem: `it says no ${part}`, remedy: `write ${of}` };
  const isHalf = parts.get("hour")?.startsWith("h") === true;
  const isShort = parts.get("year") === "YY";
  const counts = Number.isInteger(firstYear) && Number(firstYear) >= 1 && Number(firstYear) <= 9900;
  return (
    needs("year", "YYYY, or YY with the first year it can mean") ??
    needs("month", "MM, M or MMM") ??
    needs("day", "DD or D") ??
    (parts.has("hour") ? needs("minute", "mm behind the hour") : undefined) ??
    (parts.has("minute") || parts.has("second") || parts.has("half") || parts.has("zone")
      ? needs("hour", "HH or H before what follows it, or hh with A")
      : undefined) ??
    (isHalf === parts.has("half")
      ? undefined
      : { problem: "hh and A belong together", remedy: "write hh with A, or HH without" }) ??
    (isShort && !counts
      ? {
          problem: "YY does not say the century",
          remedy: 'name the first year it can mean: .format("M/D/YY", { firstYear: 1950 })',
        }
      : undefined) ??
    (!isShort && firstYear !== undefined
      ? { problem: "a first year is said of years of four digits", remedy: "leave it out, or write YY" }
      : undefined)
  );
}

const two = (digits: string): string => digits.padStart(2, "0");

function isoOf(found: Partial<Record<string, string>>, firstYear = 0): string | undefined {
  const { year = "", month = "", day = "", hour, minute = "", second, half, zone = "" } = found;
  const named = SHORT.indexOf(month.slice(0, 3).toLowerCase());
  const date = `${fullYear(year, firstYear)}-${two(named < 0 ? month : String(named + 1))}-${two(day)}`;
  if (hour === undefined) return date;
  const shown = half === undefined ? hour : ofDay(Number(hour), half.toLowerCase());
  if (shown === undefined) return undefined;
  return `${date}T${two(shown)}:${minute}${second === undefined ? "" : `:${second}`}${zone.toUpperCase()}`;
}

function fullYear(digits: string, firstYear: number): string {
  if (digits.length === 4) return digits;
  const ofCentury = firstYear - (firstYear % 100) + Number(digits);
  return String(ofCentury < firstYear ? ofCentury + 100 : ofCentury).padStart(4, "0");
}

/** Twelve at night begins the day, and twelve at noon its second half. */
const ofDay = (hour: number, half: string): string | undefined =>
  hour < 1 || hour > 12 ? undefined : String((hour % 12) + (half === "pm" ? 12 : 0));
