/**
 * Symbolic readers: what a mapping's callbacks pass around in place of values. A callback runs once, when the mapping is
 * loaded; what it returns is a plan, and the plan is what decodes every item. The type of a reader says which kinds of
 * column it can fill and whether it may be NULL.
 */
import type { Conversion, Kind, NumberKind, TextKind, TimeKind } from "./kinds.ts";
import type { DynamoDbValue } from "./value.ts";

export type Nullness = "never null" | "may be null";
export type Constant = string | number | boolean;

/** Where a value is found. `depth` 0 is the item, n the element of the nth enclosing `each`. */
export interface ValuePath {
  readonly depth: number;
  readonly path: readonly (string | number)[];
}

export type From =
  | { readonly kind: "capture"; readonly name: string }
  | ({ readonly kind: "value" } & ValuePath)
  | ({ readonly kind: "captured"; readonly template: string; readonly name: string } & ValuePath)
  | { readonly kind: "position"; readonly depth: number }
  | { readonly kind: "constant"; readonly value: Constant }
  /** A uuid made of other values. `of` keeps those of different things apart. */
  | { readonly kind: "surrogate"; readonly of: string; readonly parts: readonly ReadPlan[] }
  /** The attributes of the item that nothing else reads. */
  | { readonly kind: "rest" };

/** What is done to a value that is there, one step after the other. */
export type Step =
  | { readonly kind: "null if"; readonly text: string }
  | { readonly kind: "without prefix"; readonly prefix: string }
  | { readonly kind: "one of"; readonly texts: readonly string[] }
  | { readonly kind: "split"; readonly delimiter: string }
  | { readonly kind: "digits" }
  | { readonly kind: "agrees with"; readonly other: ReadPlan }
  /** The function is not part of a mapping's identity: its id is, and changes with what it does. */
  | { readonly kind: "function"; readonly id: string; readonly apply: (value: DynamoDbValue) => DynamoDbValue | null };

/** How one value is read, as data. `absent` and `null` say what becomes of an attribute that is not there or is NULL. */
export interface ReadPlan {
  readonly from: From;
  readonly absent: "refuse" | "null" | { readonly use: Constant };
  readonly null: "refuse" | "null";
  readonly steps: readonly Step[];
  readonly conversion: Conversion;
}

/** A value on its way into a column of one of the kinds `K`. */
export interface Reader<K extends Kind, N extends Nullness = "never null"> {
  readonly fits: { readonly [P in K]: true };
  readonly mayBeNull: N;
  readonly plan: ReadPlan;
}

/** A value, whatever columns it fits. */
export type AnyReader<N extends Nullness = Nullness> = Pick<Reader<Kind, N>, "mayBeNull" | "plan">;

/** A text that holds a number. */
export interface DigitsReader<N extends Nullness = "never null"> extends Reader<NumberKind | "real" | "double", N> {
  /** The number counts seconds since 1970-01-01 UTC. */
  epochSeconds(): Reader<TimeKind, N>;
  /** The number counts milliseconds since 1970-01-01 UTC. */
  epochMillis(): Reader<TimeKind, N>;
}

/** What every reader of something stored can do, `S` being the same reader and `L` one that may be NULL. */
interface Steps<N extends Nullness, S, L> {
  /** This very text stands for NULL. */
  nullIf(text: string): L;
  /** The text begins with this, and the column holds what follows. Without it the item is refused. */
  withoutPrefix(prefix: string): S;
  /** The text is one of these; any other is refused. */
  oneOf(...texts: readonly string[]): S;
  /** The other value is the same, as text: else the item is refused. Both count as read. */
  agreesWith(other: AnyReader): S;
  /** The text holds a plain decimal number. */
  digits(): DigitsReader<N>;
  /**
   * The way out: what no word here says. `id` stands for the function in the mapping's fingerprint: give it another when
   * the function changes. It must always give the same for the same value; an item for which it throws is refused.
   */
  convert<R extends DynamoDbValue | null>(
    id: string,
    convert: (value: DynamoDbValue) => R,
  ): Reader<Kind, null extends R ? "may be null" : N>;
}

/** Text taken out of a key or of a composite string. */
export interface TextReader<N extends Nullness = "never null">
  extends Reader<TextKind, N>,
    Steps<N, TextReader<N>, TextReader<"may be null">> {}

export type CaptureReaders<T extends string, N extends Nullness = "never null"> = {
  readonly [C in CaptureName<T>]: TextReader<N>;
};

type Holes<T extends string> = T extends `${string}{${infer H}}${infer R}` ? H | Holes<R> : never;
type NameOf<H extends string> = H extends `${infer N}:${string}` ? N : H;
/** The names of the captures in a template, for the compiler. */
export type CaptureName<T extends string> = NameOf<Holes<T>>;

/** An attribute, or a value inside one. Absent, NULL and empty are three things, and each is refused until allowed. */
export interface AttributeReader<N extends Nullness = "never null">
  extends Reader<Kind, N>,
    Steps<N, AttributeReader<N>, AttributeReader<"may be null">> {
  /** The value may be absent: the column is then NULL. */
  optional(): AttributeReader<"may be null">;
  /** The value may be a DynamoDB NULL: the column is then NULL. */
  nullable(): AttributeReader<"may be null">;
  /** What an absent value stands for. */
  orElse(value: Constant): AttributeReader<N>;
  /** A number that counts seconds since 1970-01-01 UTC. */
  epochSeconds(): Reader<TimeKind, N>;
  /** A number that counts milliseconds since 1970-01-01 UTC. */
  epochMillis(): Reader<TimeKind, N>;
  /** The text is a list: its pieces, none where it is empty. For `each`, or a column that holds an array. */
  split(delimiter: string): AttributeReader<N>;
  /** A member of a map, by its name exactly as stored, or an element of a list, from 0. */
  at(member: string | number): AttributeReader<N>;
  /** The captures of a key template in a string, such as a key of a secondary index. The whole string must match. */
  captures<const T extends string>(template: T): CaptureReaders<T, N>;
}

const TEXT_KINDS = { text: true, uuid: true, timestamptz: true, timestamp: true, date: true } as const;
const TIME_KINDS = { timestamptz: true, timestamp: true, date: true } as const;
const INTEGER_KINDS = { smallint: true, integer: true, bigint: true, numeric: true } as const;
const NUMBER_KINDS = { ...INTEGER_KINDS, real: true, double: true } as const;
const ALL_KINDS = {
  ...TEXT_KINDS,
  ...NUMBER_KINDS,
  boolean: true,
  bytea: true,
  jsonb: true,
  "text[]": true,
  "numeric[]": true,
  "bytea[]": true,
} as const;

const plain = (from: From): ReadPlan => ({ from, absent: "refuse", null: "refuse", steps: [], conversion: "natural" });

/** Whether a value read so may stand for NULL. */
export function mayBeNull({ from, absent, null: isNull, steps }: ReadPlan): boolean {
  if (absent === "null" || isNull === "null" || steps.some(({ kind }) => kind === "null if")) return true;
  return from.kind === "surrogate" && from.parts.some(mayBeNull);
}

function reader<K extends Kind, N extends Nullness>(fits: { readonly [P in K]: true }, plan: ReadPlan): Reader<K, N> {
  // The plan knows; the caller's type says the same. Checked by the type tests.
  return { fits, mayBeNull: (mayBeNull(plan) ? "may be null" : "never null") as N, plan };
}

const then = (plan: ReadPlan, step: Step): ReadPlan => ({ ...plan, steps: [...plan.steps, step] });

function stepsOf<N extends Nullness, S, L>(
  plan: ReadPlan,
  same: (plan: ReadPlan) => S,
  lax: (plan: ReadPlan) => L,
): Steps<N, S, L> {
  return {
    nullIf: (text) => lax(then(plan, { kind: "null if", text })),
    withoutPrefix: (prefix) => same(then(plan, { kind: "without prefix", prefix })),
    oneOf: (...texts) => same(then(plan, { kind: "one of", texts })),
    agreesWith: (other) => same(then(plan, { kind: "agrees with", other: other.plan })),
    digits: () => digitsReader(plan),
    convert: (id, apply) => reader(ALL_KINDS, then(plan, { kind: "function", id, apply })),
  };
}

function digitsReader<N extends Nullness>(plan: ReadPlan): DigitsReader<N> {
  const number = then(plan, { kind: "digits" });
  return {
    ...reader<NumberKind | "real" | "double", N>(NUMBER_KINDS, { ...plan, conversion: "digits" }),
    epochSeconds: () => reader(TIME_KINDS, { ...number, conversion: "epochSeconds" }),
    epochMillis: () => reader(TIME_KINDS, { ...number, conversion: "epochMillis" }),
  };
}

function textReader<N extends Nullness>(plan: ReadPlan): TextReader<N> {
  return {
    ...reader<TextKind, N>(TEXT_KINDS, plan),
    ...stepsOf<N, TextReader<N>, TextReader<"may be null">>(plan, textReader<N>, textReader<"may be null">),
  };
}

function attributeReader<N extends Nullness>(place: ValuePath, plan: ReadPlan): AttributeReader<N> {
  const read = <M extends Nullness>(more: ReadPlan) => attributeReader<M>(place, more);
  return {
    ...reader<Kind, N>(ALL_KINDS, plan),
    ...stepsOf<N, AttributeReader<N>, AttributeReader<"may be null">>(plan, read<N>, read<"may be null">),
    optional: () => read({ ...plan, absent: "null" }),
    nullable: () => read({ ...plan, null: "null" }),
    orElse: (use) => read({ ...plan, absent: { use } }),
    epochSeconds: () => reader(TIME_KINDS, { ...plan, conversion: "epochSeconds" }),
    epochMillis: () => reader(TIME_KINDS, { ...plan, conversion: "epochMillis" }),
    split: (delimiter) => read(then(plan, { kind: "split", delimiter })),
    at: (member) => {
      const inner = { depth: place.depth, path: [...place.path, member] };
      return attributeReader(inner, { ...plan, from: { kind: "value", ...inner } });
    },
    captures: (template) =>
      captureReaders(template, (name) => ({ ...plan, from: { kind: "captured", template, name, ...place } })),
  };
}

function captureReaders<T extends string, N extends Nullness>(
  _template: T,
  plan: (name: string) => ReadPlan,
): CaptureReaders<T, N> {
  // The compiler reads the names out of the template's type. Whoever runs without it, or misspells a brace, is told when the
  // mapping is loaded: any name gives a reader here, and loading asks whether the template has it.
  const readers = new Proxy(
    {},
    { get: (_, name) => (typeof name === "string" ? textReader<N>(plan(name)) : undefined) },
  );
  return readers as CaptureReaders<T, N>;
}

/** The captures of an item's own key. */
export const keyCaptures = <T extends string>(template: T): CaptureReaders<T> =>
  captureReaders(template, (name) => plain({ kind: "capture", name }));

/** The value at a place, read as it is. */
export const valueAt = (place: ValuePath): AttributeReader =>
  attributeReader(place, plain({ kind: "value", ...place }));

/** The position of an element in its list, from 0. */
export const positionAt = (depth: number): Reader<NumberKind> =>
  reader(INTEGER_KINDS, plain({ kind: "position", depth }));

/** The same value for every row. */
export const constantOf = (value: Constant): Reader<Kind> => reader(ALL_KINDS, plain({ kind: "constant", value }));

/** NULL where one of its parts is, or else a uuid that is the same for the same parts, everywhere and always. */
export const surrogateOf = <N extends Nullness>(
  of: string,
  parts: readonly AnyReader<N>[],
): Reader<"uuid" | "text", N> =>
  reader({ uuid: true, text: true }, plain({ kind: "surrogate", of, parts: parts.map(({ plan }) => plan) }));

export const restOfItem = (): Reader<"jsonb"> => reader({ jsonb: true }, plain({ kind: "rest" }));

/** A plan and all plans it is made of. */
export function plansIn(plan: ReadPlan): ReadPlan[] {
  const parts = plan.from.kind === "surrogate" ? plan.from.parts : [];
  const others = plan.steps.flatMap((step) => (step.kind === "agrees with" ? [step.other] : []));
  return [plan, ...[...parts, ...others].flatMap(plansIn)];
}
