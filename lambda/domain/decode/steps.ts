/** One word about a value → what makes of a value the one after it, NULL, or a refusal that names the place and never the value. */
import { hash } from "node:crypto";
import { dateFormat, isFormatProblem } from "../../mapping/date-format.ts";
import type { Conversion } from "../../mapping/kinds.ts";
import type { Step } from "../../mapping/plans.ts";
import { matchTemplate, type Template } from "../../mapping/template.ts";
import { must } from "../must.ts";
import { type AttributeValue, attributeType } from "./attribute.ts";
import { dayOfText, momentFromEpoch } from "./moment.ts";
import { canonicalNumber, TEXT_NUMBER } from "./number.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { spelledNumber } from "./spelled-number.ts";

type Read = AttributeValue | null | Refusal;

/** Words about a value that is there. Those about its place, about other values, and about what is absent or NULL, are for whoever reads. */
export type Word = Exclude<Step, { kind: "at" | "optional" | "nullable" | "or else" | "agrees with" }>;

/** A number spelled in text: no blanks, no exponent, which `1E5` as a product code would be taken for. */
const PLAIN_DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

export function wordOf(
  step: Word,
  where: string,
  templates: ReadonlyMap<string, Template>,
): (value: AttributeValue) => Read {
  const ofText = (needs: string, made: (text: string) => Read) => (value: AttributeValue) =>
    "S" in value ? made(value.S) : refuse("wrong-type", `${where} is ${attributeType(value)}; ${needs}`);
  switch (step.kind) {
    case "function":
      return (value) => applied(step, value, where);
    case "null if":
      return (value) => (isText(value, step.text) ? null : value);
    case "one of": {
      const allowed = step.texts.map((each) => JSON.stringify(each)).join(", ");
      const other = refuse("not-allowed", `${where} is none of ${allowed}`);
      return (value) => (step.texts.some((text) => isText(value, text)) ? value : other);
    }
    case "epoch":
      // A number of what, is for the column to say: a date holds it otherwise than a timestamp.
      return (value) => value;
    case "without prefix": {
      const { prefix } = step;
      const lacking = refuse("no-prefix", `${where} does not begin with ${JSON.stringify(prefix)}`);
      return ofText("a prefix is taken from text", (text) =>
        text.startsWith(prefix) ? { S: text.slice(prefix.length) } : lacking,
      );
    }
    case "without suffix": {
      const { suffix } = step;
      const lacking = refuse("no-suffix", `${where} does not end with ${JSON.stringify(suffix)}`);
      return ofText("a suffix is taken from text", (text) =>
        text.endsWith(suffix) ? { S: text.slice(0, text.length - suffix.length) } : lacking,
      );
    }
    case "true false": {
      const { yes, no } = step;
      const neither = refuse("not-allowed", `${where} is neither ${JSON.stringify(yes)} nor ${JSON.stringify(no)}`);
      return (value) => (isText(value, yes) ? { BOOL: true } : isText(value, no) ? { BOOL: false } : neither);
    }
    case "hex": {
      const noHex = refuse(
        "not-hex",
        `${where} is not hex digits in pairs; .withoutPrefix() takes away what stands before`,
      );
      return ofText("hex digits are read from text, and a B needs no .hex()", (text) =>
        HEX_PAIRS.test(text) ? { B: Buffer.from(text, "hex") } : noHex,
      );
    }
    case "date only":
      return dayOnly(step.of, where);
    case "format": {
      const format = dateFormat(step.format, step.firstYear);
      const otherwise = refuse("not-a-time", `${where} is not spelled ${JSON.stringify(step.format)}`);
      return ofText("a date is read from text", (text) => {
        const iso = isFormatProblem(format) ? undefined : format.read(text);
        return iso === undefined ? otherwise : { S: iso };
      });
    }
    case "captures": {
      const template = must(templates.get(step.template), "loading parsed every template");
      const mismatch = refuse("key-mismatch", `${where} does not match "${step.template}"`);
      return ofText("captures are taken from text", (text) => {
        const found = matchTemplate(template, text)?.get(step.name);
        return found === undefined ? mismatch : { S: found };
      });
    }
    case "split":
      return ofText("only text is split", (text) => ({
        L: text === "" ? [] : text.split(step.delimiter).map((S) => ({ S })),
      }));
    case "digits": {
      const needs = "digits are read from text, and an N needs no .digits()";
      if (step.spelled !== undefined) {
        const spelled = spelledNumber(step.spelled);
        const other = refuse("not-a-number", `${where} is no number written with ${JSON.stringify(step.spelled)}`);
        return ofText(needs, (text) => {
          const N = spelled(text);
          return N === undefined ? other : { N };
        });
      }
      const say = `${where} is not a plain decimal number: digits and a point, no blank, no exponent; say how it is written: .digits({ thousands: "," })`;
      const noNumber = refuse("not-a-number", say);
      return ofText(needs, (text) => (PLAIN_DECIMAL.test(text) ? { N: text } : noNumber));
    }
  }
}

const HEX_PAIRS = /^(?:[0-9a-fA-F]{2})*$/;

/** The day of a moment: of text the one it says, of a number the one it is in UTC. */
function dayOnly(of: Conversion, where: string): (value: AttributeValue) => Read {
  const dayOf = (value: AttributeValue): string | Refusal => {
    if (of === "epochSeconds" || of === "epochMillis") {
      const canonical = "N" in value ? canonicalNumber(value.N) : undefined;
      if (canonical === undefined)
        return refuse("wrong-type", `${attributeType(value)}, and only a number counts time`);
      return momentFromEpoch("timestamp", of, canonical);
    }
    if ("S" in value) return dayOfText(value.S);
    return refuse("wrong-type", `${attributeType(value)}; say .epochSeconds() or .epochMillis() before .dateOnly()`);
  };
  return (value) => {
    const day = dayOf(value);
    return isRefusal(day) ? refuse(day.reason, `${where}: ${day.detail}`) : { S: day.slice(0, 10) };
  };
}

/** Text, or a number in its one spelling. */
function textOf(value: AttributeValue): string | undefined {
  if ("S" in value) return value.S;
  return "N" in value ? (canonicalNumber(value.N, TEXT_NUMBER) ?? value.N) : undefined;
}

/** Numbers are compared as numbers: `1.0` in a mapping means 1. */
export function isText(value: AttributeValue, text: string): boolean {
  if ("S" in value) return value.S === text;
  return "N" in value && textOf(value) === textOf({ N: text });
}

/** `partner` is where the other value is from. What it says of the difference tells nothing of either value. */
export function agreeing(value: AttributeValue, other: Read, where: string, partner: string): Read {
  if (isRefusal(other)) return other;
  if (other !== null && meansTheSame(value, other)) return value;
  const difference = other === null ? `${partner} is absent, or NULL` : differenceOf(value, other);
  return refuse("disagreement", `${where} has to agree with ${partner}: ${difference}`);
}

/** Where one is a number, a text that spells one is compared as what it means. */
function meansTheSame(value: AttributeValue, other: AttributeValue): boolean {
  if ("S" in value && "N" in other) return PLAIN_DECIMAL.test(value.S) && isText(other, value.S);
  if ("N" in value && "S" in other) return PLAIN_DECIMAL.test(other.S) && isText(value, other.S);
  const text = textOf(value);
  return text !== undefined && textOf(other) === text;
}

function differenceOf(value: AttributeValue, other: AttributeValue): string {
  const [a, b] = [textOf(value), textOf(other)];
  if (a === undefined || b === undefined) {
    const [one, another] = [attributeType(value), attributeType(other)];
    return `${one} and ${another} are not compared, but texts and numbers are; compare what is inside with .at()`;
  }
  if ("N" in value && "N" in other) return "they are two numbers";
  if ("N" in value || "N" in other) return "one is a number, and the text is another one or none";
  if (a.trim() === b.trim()) return "they differ in blanks around them";
  if (a.toLowerCase() === b.toLowerCase()) return "they differ in upper and lower case";
  if (a.startsWith(b) || b.startsWith(a)) return "one goes on where the other ends";
  if (a.endsWith(b) || b.endsWith(a)) return "one has something before the other, as a prefix is";
  return "they are two texts";
}

/** What the function throws is not repeated: it may quote what it was given. */
function applied({ id, apply }: Extract<Step, { kind: "function" }>, value: AttributeValue, where: string): Read {
  try {
    const made: unknown = apply(value);
    if (made === null) return null;
    if (isValue(made)) return made;
    return refuse("function-failed", `${where}: the function ${id} gave no DynamoDB value`);
  } catch {
    return refuse("function-failed", `${where}: the function ${id} threw an error`);
  }
}

/** Looked at from outside, because a function is the user's: only as deep as a wrong value would break something else. */
function isValue(made: unknown): made is AttributeValue {
  if (typeof made !== "object" || made === null) return false;
  const [[type, value] = [], ...more] = Object.entries(made);
  if (more.length > 0 || type === undefined) return false;
  switch (type) {
    case "S":
    case "N":
      return typeof value === "string";
    case "BOOL":
      return typeof value === "boolean";
    case "NULL":
      return value === true;
    case "B":
      return value instanceof Uint8Array;
    case "L":
      return Array.isArray(value) && value.every(isValue);
    case "M":
      return typeof value === "object" && value !== null && Object.values(value).every(isValue);
    case "SS":
    case "NS":
      return Array.isArray(value) && value.every((member) => typeof member === "string");
    case "BS":
      return Array.isArray(value) && value.every((member) => member instanceof Uint8Array);
    default:
      return false;
  }
}

/** RFC 9562, version 5, under a namespace of this project's own. */
const NAMESPACE = "2f1d6c0e-6f0b-5d0a-9d0e-3c1a7b9e5f42".replaceAll("-", "");

export function surrogate(of: string, parts: readonly Read[]): Read {
  const texts: string[] = [];
  for (const part of parts) {
    if (part === null || isRefusal(part)) return part;
    const text = textOf(part);
    if (text === undefined)
      return refuse(
        "wrong-type",
        `a part of the surrogate of ${of} is ${attributeType(part)}; its parts are texts and numbers`,
      );
    texts.push(text);
  }
  const name = Buffer.concat([Buffer.from(NAMESPACE, "hex"), Buffer.from(JSON.stringify([of, ...texts]))]);
  const digest = hash("sha1", name, "buffer").subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return { S: digest.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") };
}

/** Pieces as they are, and values as the text they are or spell. */
export function composed(template: string, pieces: readonly (string | Read)[]): Read {
  let made = "";
  for (const piece of pieces) {
    if (piece === null || isRefusal(piece)) return piece;
    const text = typeof piece === "string" ? piece : textOf(piece);
    if (text === undefined)
      return refuse("wrong-type", `a part of the text ${JSON.stringify(template)} is neither a text nor a number`);
    made += text;
  }
  return { S: made };
}
