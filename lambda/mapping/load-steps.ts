/**
 * What is said of values, looked at once for the whole mapping: words that could mean nothing where they stand, and functions
 * that share a name. The compiler refuses most of the former, for those who ask it.
 */
import { dateFormat, isFormatProblem } from "./date-format.ts";
import type { ItemsSpec } from "./items.ts";
import { plansOf } from "./load-items.ts";
import type { MappingProblem } from "./model.ts";
import type { NumberSpelling, ReadPlan, Step } from "./plans.ts";

/** Functions met so far, by the id that stands for them. */
type Functions = Map<string, Extract<Step, { kind: "function" }>["apply"]>;

export function checkSteps(items: ItemsSpec, problems: MappingProblem[]): void {
  const functions: Functions = new Map();
  for (const entity of items.entities) {
    const say = (problem: string, remedy: string) => problems.push({ where: `item ${entity.name}`, problem, remedy });
    for (const plan of plansOf(entity.writes)) {
      checkSurrogate(plan, say);
      checkOrder(plan, say);
      for (const step of plan.steps) checkStep(step, functions, say);
    }
  }
}

type Say = (problem: string, remedy: string) => void;

function checkSurrogate({ from }: ReadPlan, say: Say): void {
  if (from.kind !== "surrogate" || (from.of !== "" && from.parts.length > 0)) return;
  say("a surrogate has no name or no parts: every row would have the same id", 'write surrogate("user", key.userId)');
}

/** What a value can be between two words. Only what is stored has members that somebody could have left unread. */
type Shape = "stored" | "value" | "list" | "number" | "moment" | "finished";

const TEXT: readonly Shape[] = ["stored", "value"];
const NUMBER: readonly Shape[] = ["stored", "value", "number"];
const ANY: readonly Shape[] = ["stored", "value", "list", "number", "moment", "finished"];

/** By word: how it is written, what it takes, and what it makes of that where it makes something else. */
const WORDS: Readonly<
  Record<Step["kind"], { readonly word: string; readonly takes: readonly Shape[]; readonly gives?: Shape }>
> = {
  at: { word: ".at()", takes: ["stored"] },
  optional: { word: ".optional()", takes: ANY },
  nullable: { word: ".nullable()", takes: ANY },
  "or else": { word: ".orElse()", takes: NUMBER, gives: "value" },
  "null if": { word: ".nullIf()", takes: NUMBER },
  "without prefix": { word: ".withoutPrefix()", takes: TEXT, gives: "value" },
  "without suffix": { word: ".withoutSuffix()", takes: TEXT, gives: "value" },
  "true false": { word: ".trueFalse()", takes: NUMBER, gives: "finished" },
  hex: { word: ".hex()", takes: TEXT, gives: "finished" },
  "date only": { word: ".dateOnly()", takes: ["stored", "value", "moment"], gives: "finished" },
  format: { word: ".format()", takes: TEXT, gives: "moment" },
  "one of": { word: ".oneOf()", takes: NUMBER, gives: "value" },
  captures: { word: ".captures()", takes: TEXT, gives: "value" },
  split: { word: ".split()", takes: TEXT, gives: "list" },
  digits: { word: ".digits()", takes: TEXT, gives: "number" },
  epoch: { word: ".epochSeconds() or .epochMillis()", takes: NUMBER, gives: "moment" },
  "agrees with": { word: ".agreesWith()", takes: NUMBER, gives: "value" },
  function: { word: ".convert()", takes: ["stored", "value", "list", "number"], gives: "value" },
};

/** Each word has to be one that can act on what the words before it leave. */
function checkOrder({ from, steps }: ReadPlan, say: Say): void {
  let shape: Shape = from.kind === "value" ? "stored" : "value";
  let mayBeAbsent = false;
  let before = "";
  for (const step of steps) {
    const { word, takes, gives } = WORDS[step.kind];
    if (!takes.includes(shape)) {
      const remedy =
        step.kind === "at" ? `write .at() before ${before}` : "put them the other way round, or leave one out";
      say(`${word} can do nothing with what ${before} makes of a value`, remedy);
      return;
    }
    if ((step.kind === "optional" || step.kind === "or else") && !mayBeAbsent) {
      const why = before === "" ? "" : `, behind ${before}`;
      say(
        `${word} is about an absent value, and none can be absent there${why}`,
        `leave ${word} out, or what stands before it`,
      );
      return;
    }
    if (step.kind === "at") mayBeAbsent = true;
    if (step.kind === "optional" || step.kind === "or else") mayBeAbsent = false;
    if (step.kind !== "nullable") before = word;
    if (gives !== undefined) shape = gives;
  }
}

function checkStep(step: Step, functions: Functions, say: Say): void {
  if (step.kind === "at" && typeof step.member === "number" && !(Number.isInteger(step.member) && step.member >= 0))
    say(`no list has an element ${step.member}`, "elements are counted from 0: .at(0)");
  if (step.kind === "split" && step.delimiter === "")
    say("it splits at nothing", 'name what parts the pieces: .split(",")');
  if (step.kind === "one of" && step.texts.length === 0) say(".oneOf() allows nothing", "name the values it may have");
  if (step.kind === "without prefix" && step.prefix === "")
    say("it takes away an empty prefix", "name the prefix, or leave it out");
  if (step.kind === "without suffix" && step.suffix === "")
    say("it takes away an empty suffix", "name the suffix, or leave it out");
  if (step.kind === "true false" && step.yes === step.no)
    say("one text means both true and false", 'name two: .trueFalse("1", "0")');
  if (step.kind === "digits" && step.spelled !== undefined) checkSpelling(step.spelled, say);
  if (step.kind === "format") {
    const parsed = dateFormat(step.format, step.firstYear);
    if (isFormatProblem(parsed)) say(`the format "${step.format}": ${parsed.problem}`, parsed.remedy);
  }
  if (step.kind !== "function") return;
  if (step.id.trim() === "")
    say("a function has no name", 'give it one that changes when it does: .convert("cents v1", …)');
  const known = functions.get(step.id);
  // A function that is written once and made twice, in a function of the user's own, is one: of what else it knows its name tells.
  if (known !== undefined && known !== step.apply && String(known) !== String(step.apply)) {
    say(`two functions are called "${step.id}"`, "give each its own name, or use one function for both");
  }
  functions.set(step.id, step.apply);
}

/** One character that no number is written with otherwise. */
const MARK = /^[^\d+()-]$/u;

function checkSpelling({ thousands, point = ".", unit }: NumberSpelling, say: Say): void {
  if (![point, ...(thousands === undefined ? [] : [thousands])].every((mark) => MARK.test(mark)))
    say(
      "digits are parted by what is not one character, or a digit or sign itself",
      'write .digits({ thousands: "," })',
    );
  if (thousands === point)
    say(
      `"${point}" parts thousands and stands before the fraction`,
      'say both: .digits({ thousands: ".", point: "," })',
    );
  if (unit !== undefined && (unit.trim() === "" || /[\d+()-]/.test(unit)))
    say("the unit of a number is blank, or holds a digit or sign itself", 'write .digits({ unit: "$" })');
}
