/**
 * Symbolic readers: what a mapping's callbacks pass around in place of values. A callback runs once, when the mapping is
 * loaded; what it returns is a plan, and the plan is what decodes every item. The type of a reader says which kinds of
 * column it can fill and whether it may be NULL.
 */
import type { Conversion, Kind, NumberKind, TextKind, TimeKind } from "./kinds.ts";

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
  | { readonly kind: "constant"; readonly value: Constant };

/** How one value is read, as data. `absent` and `null` say what becomes of an attribute that is not there or is NULL. */
export interface ReadPlan {
  readonly from: From;
  readonly conversion: Conversion;
  readonly absent: "refuse" | "null" | { readonly use: Constant };
  readonly null: "refuse" | "null";
}

/** A value on its way into a column of one of the kinds `K`. */
export interface Reader<K extends Kind, N extends Nullness = "never null"> {
  readonly fits: { readonly [P in K]: true };
  readonly mayBeNull: N;
  readonly plan: ReadPlan;
}

/** Text taken out of a key or of a composite string. */
export interface TextReader<N extends Nullness = "never null"> extends Reader<TextKind, N> {
  /** The text holds a plain decimal number. */
  digits(): Reader<NumberKind | "real" | "double", N>;
}

export type CaptureReaders<T extends string, N extends Nullness = "never null"> = {
  readonly [C in CaptureName<T>]: TextReader<N>;
};

type Holes<T extends string> = T extends `${string}{${infer H}}${infer R}` ? H | Holes<R> : never;
type NameOf<H extends string> = H extends `${infer N}:${string}` ? N : H;
/** The names of the captures in a template, for the compiler. */
export type CaptureName<T extends string> = NameOf<Holes<T>>;

/** An attribute, or a value inside one. Absent, NULL and empty are three things, and each is refused until allowed. */
export interface AttributeReader<N extends Nullness = "never null"> extends Reader<Kind, N> {
  /** The value may be absent: the column is then NULL. */
  optional(): AttributeReader<"may be null">;
  /** The value may be a DynamoDB NULL: the column is then NULL. */
  nullable(): AttributeReader<"may be null">;
  /** What an absent value stands for. */
  orElse(value: Constant): AttributeReader<N>;
  /** A string that holds a plain decimal number. */
  digits(): Reader<NumberKind | "real" | "double", N>;
  /** A number that counts seconds since 1970-01-01 UTC. */
  epochSeconds(): Reader<TimeKind, N>;
  /** A number that counts milliseconds since 1970-01-01 UTC. */
  epochMillis(): Reader<TimeKind, N>;
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
} as const;

const plain = (from: From): ReadPlan => ({ from, conversion: "natural", absent: "refuse", null: "refuse" });

const nullness = <N extends Nullness>(plan: ReadPlan): N =>
  // The plan knows; the caller's type says the same. Checked by the type tests.
  (plan.absent === "null" || plan.null === "null" ? "may be null" : "never null") as N;

function reader<K extends Kind, N extends Nullness>(fits: { readonly [P in K]: true }, plan: ReadPlan): Reader<K, N> {
  return { fits, mayBeNull: nullness<N>(plan), plan };
}

function textReader<N extends Nullness>(plan: ReadPlan): TextReader<N> {
  return {
    ...reader<TextKind, N>(TEXT_KINDS, plan),
    digits: () => reader(NUMBER_KINDS, { ...plan, conversion: "digits" }),
  };
}

function attributeReader<N extends Nullness>(place: ValuePath, plan: ReadPlan): AttributeReader<N> {
  const converted = (conversion: Conversion): ReadPlan => ({ ...plan, conversion });
  return {
    ...reader<Kind, N>(ALL_KINDS, plan),
    optional: () => attributeReader(place, { ...plan, absent: "null" }),
    nullable: () => attributeReader(place, { ...plan, null: "null" }),
    orElse: (use) => attributeReader(place, { ...plan, absent: { use } }),
    digits: () => reader(NUMBER_KINDS, converted("digits")),
    epochSeconds: () => reader(TIME_KINDS, converted("epochSeconds")),
    epochMillis: () => reader(TIME_KINDS, converted("epochMillis")),
    at: (member) => {
      const inner = { depth: place.depth, path: [...place.path, member] };
      return attributeReader(inner, { ...plan, from: { kind: "value", ...inner } });
    },
    captures: (template) =>
      captureReaders(template, (name) => ({ ...plan, from: { kind: "captured", template, name, ...place } })),
  };
}

function captureReaders<T extends string, N extends Nullness>(
  template: T,
  plan: (name: string) => ReadPlan,
): CaptureReaders<T, N> {
  const names = [...template.matchAll(/\{([^{}:]+)(?::[^{}]*)?\}/g)].map((match) => match[1] ?? "");
  // The compiler reads the same names out of the template's type.
  return Object.fromEntries(names.map((name) => [name, textReader<N>(plan(name))])) as CaptureReaders<T, N>;
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
