/** A value and one word about it → the value after it, NULL, or a refusal that names the place and never the value. */
import { hash } from "node:crypto";
import type { ReadPlan, Step } from "../../mapping/plans.ts";
import { matchTemplate, type Template } from "../../mapping/template.ts";
import { must } from "../must.ts";
import { type AttributeValue, attributeType } from "./attribute.ts";
import { canonicalNumber, TEXT_NUMBER } from "./number.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

type Read = AttributeValue | null | Refusal;

/** Words about a value that is there. Those about its place, and about what is absent or NULL, are for whoever reads. */
export type Word = Exclude<Step, { kind: "at" | "optional" | "nullable" | "or else" }>;

/** A number spelled in text: no blanks, no exponent, which `1E5` as a product code would be taken for. */
const PLAIN_DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

export function takeStep(
  step: Word,
  value: AttributeValue,
  where: string,
  templates: ReadonlyMap<string, Template>,
  read: (plan: ReadPlan) => Read,
): Read {
  switch (step.kind) {
    case "function":
      return applied(step, value, where);
    case "agrees with":
      return agreeing(value, read(step.other), where);
    case "null if":
      return isText(value, step.text) ? null : value;
    case "one of": {
      if (step.texts.some((text) => isText(value, text))) return value;
      return refuse("not-allowed", `${where} is none of ${step.texts.map((each) => JSON.stringify(each)).join(", ")}`);
    }
    case "epoch":
      // A number of what, is for the column to say: a date holds it otherwise than a timestamp.
      return value;
  }
  if (!("S" in value)) return refuse("wrong-type", `${where} is ${attributeType(value)}; ${NEEDS[step.kind]}`);
  switch (step.kind) {
    case "without prefix":
      if (value.S.startsWith(step.prefix)) return { S: value.S.slice(step.prefix.length) };
      return refuse("no-prefix", `${where} does not begin with ${JSON.stringify(step.prefix)}`);
    case "captures": {
      const template = must(templates.get(step.template), "loading parsed every template");
      const found = matchTemplate(template, value.S)?.get(step.name);
      return found === undefined ? refuse("key-mismatch", `${where} does not match "${step.template}"`) : { S: found };
    }
    case "split":
      return { L: value.S === "" ? [] : value.S.split(step.delimiter).map((S) => ({ S })) };
    case "digits":
      if (PLAIN_DECIMAL.test(value.S)) return { N: value.S };
      return refuse(
        "not-a-number",
        `${where} is not a plain decimal number: digits and a point, no blank, no exponent`,
      );
  }
}

const NEEDS = {
  "without prefix": "a prefix is taken from text",
  captures: "captures are taken from text",
  split: "only text is split",
  digits: "digits are read from text, and an N needs no .digits()",
} as const;

/** Text, or a number in its one spelling. */
function textOf(value: AttributeValue): string | undefined {
  if ("S" in value) return value.S;
  return "N" in value ? (canonicalNumber(value.N, TEXT_NUMBER) ?? value.N) : undefined;
}

/** Numbers are compared as numbers: `1.0` in a mapping means 1. */
function isText(value: AttributeValue, text: string): boolean {
  if ("S" in value) return value.S === text;
  return "N" in value && textOf(value) === textOf({ N: text });
}

function agreeing(value: AttributeValue, other: Read, where: string): Read {
  if (isRefusal(other)) return other;
  const text = textOf(value);
  if (other !== null && text !== undefined && textOf(other) === text) return value;
  return refuse("disagreement", `${where} and what it has to agree with are not the same`);
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
