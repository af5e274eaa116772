/** How values are read, as data: where each begins, and the steps it goes through in the order they were written. */
import type { Conversion } from "./kinds.ts";
import type { DynamoDbValue } from "./value.ts";

export type Constant = string | number | boolean;

/** How a number is written in text. */
export interface NumberSpelling {
  /** What parts groups of three digits. */
  readonly thousands?: string;
  /** What stands before the fraction. Default `.`. */
  readonly point?: string;
  /** What may stand before or behind the number, `$` or `EUR`. */
  readonly unit?: string;
}

/** What values are found in: the item, at depth 0, or the elements of one `each`. Two of one depth are two. */
export interface Level {
  readonly depth: number;
}

export type From =
  | { readonly kind: "capture"; readonly name: string }
  | { readonly kind: "value"; readonly level: Level }
  | { readonly kind: "position"; readonly level: Level }
  /** `null` stands for the column's NULL. */
  | { readonly kind: "constant"; readonly value: Constant | null }
  /** A uuid made of other values. `of` keeps those of different things apart. */
  | { readonly kind: "surrogate"; readonly of: string; readonly parts: readonly ReadPlan[] }
  /** A key template filled with other values. */
  | { readonly kind: "composed"; readonly template: string; readonly parts: Readonly<Record<string, ReadPlan>> }
  /** The attributes of the item that nothing else reads. */
  | { readonly kind: "rest" };

/**
 * One word, as it acts on what arrives there. What is absent, or a DynamoDB NULL, passes by the words that are about a value, and is
 * refused at the end; what stands for the column's NULL is changed by no further word.
 */
export type Step =
  /** Into a map or list as it is stored. A NULL has no inside. */
  | { readonly kind: "at"; readonly member: string | number }
  | { readonly kind: "optional" }
  | { readonly kind: "nullable" }
  | { readonly kind: "or else"; readonly use: Constant }
  | { readonly kind: "null if"; readonly text: string }
  | { readonly kind: "without prefix"; readonly prefix: string }
  | { readonly kind: "without suffix"; readonly suffix: string }
  | { readonly kind: "true false"; readonly yes: string; readonly no: string }
  | { readonly kind: "hex" }
  /** Of text, or of a number that counts what `of` says. */
  | { readonly kind: "date only"; readonly of: Conversion }
  | { readonly kind: "one of"; readonly texts: readonly string[] }
  | { readonly kind: "captures"; readonly template: string; readonly name: string }
  | { readonly kind: "split"; readonly delimiter: string }
  | { readonly kind: "digits"; readonly spelled?: NumberSpelling }
  /** Two digits of a year are one from `firstYear` on. */
  | { readonly kind: "format"; readonly format: string; readonly firstYear?: number }
  | { readonly kind: "epoch" }
  | { readonly kind: "agrees with"; readonly other: ReadPlan }
  /** The function is not part of a mapping's identity: its id is, and changes with what it does. */
  | { readonly kind: "function"; readonly id: string; readonly apply: (value: DynamoDbValue) => DynamoDbValue | null };

/** How one value is read. `conversion` says how what comes out of the last step becomes a column. */
export interface ReadPlan {
  readonly from: From;
  readonly steps: readonly Step[];
  readonly conversion: Conversion;
}

/** What a column is given that a kind of item has nothing to say of. */
export const NOTHING: ReadPlan = { from: { kind: "constant", value: null }, steps: [], conversion: "natural" };

/** Members and elements on the way to what a plan reads: `.at()` goes before every word that makes another value. */
export const pathOf = ({ steps }: ReadPlan): readonly (string | number)[] =>
  steps.flatMap((step) => (step.kind === "at" ? [step.member] : []));

const KEEPING: ReadonlySet<Step["kind"]> = new Set(["at", "optional", "nullable", "null if"]);

/** Whether a plan gives what is stored at its place, and not something made of it. */
export const isAsStored = ({ from, steps }: ReadPlan): boolean =>
  from.kind === "value" && steps.every(({ kind }) => KEEPING.has(kind));

const NULLING: ReadonlySet<Step["kind"]> = new Set(["optional", "nullable", "null if"]);

/** Whether a value read so may stand for NULL. What a function gives is known to the compiler alone. */
export function mayBeNull({ from, steps }: ReadPlan): boolean {
  if (steps.some(({ kind }) => NULLING.has(kind))) return true;
  if (from.kind === "constant") return from.value === null;
  return madeOf(from).some(mayBeNull);
}

/** Whether every item that is not refused brings a value through all steps. */
export function isSure(plan: ReadPlan): boolean {
  return (
    madeOf(plan.from).every(isSure) &&
    plan.steps.every(({ kind }) => !NULLING.has(kind) && kind !== "or else" && kind !== "function")
  );
}

function madeOf(from: From): readonly ReadPlan[] {
  if (from.kind === "composed") return Object.values(from.parts);
  return from.kind === "surrogate" ? from.parts : [];
}

/** The plans a plan is made of: parts of a surrogate or a text, and what a value has to agree with. */
export function partsOf({ from, steps }: ReadPlan): readonly ReadPlan[] {
  const others = steps.flatMap((step) => (step.kind === "agrees with" ? [step.other] : []));
  return [...madeOf(from), ...others];
}

/** A plan and all plans it is made of. */
export const plansIn = (plan: ReadPlan): ReadPlan[] => [plan, ...partsOf(plan).flatMap(plansIn)];

function whole(from: From): From {
  if (from.kind === "surrogate") return { ...from, parts: from.parts.map(thereOf) };
  if (from.kind !== "composed") return from;
  const parts = Object.entries(from.parts).map(([name, part]) => [name, thereOf(part)]);
  return { ...from, parts: Object.fromEntries(parts) };
}

/** The same value where it is known to be there: nothing on the way to it is absent or NULL. */
export function thereOf(plan: ReadPlan): ReadPlan {
  const { from, steps } = plan;
  return {
    ...plan,
    from: whole(from),
    steps: steps.filter(({ kind }) => !NULLING.has(kind)),
  };
}
