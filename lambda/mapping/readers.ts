/**
 * Symbolic readers: what a mapping's callbacks pass around in place of values. A callback runs once, when the mapping is
 * loaded; what it returns is a plan, and the plan is what decodes every item. A reader's type says which kinds of column it can
 * fill, whether it may be NULL, and which words still mean something: each acts on what the words before it have left.
 */
import type { Conversion, Kind, NumberKind, TextKind, TimeKind } from "./kinds.ts";
import { type Constant, type From, type Level, mayBeNull, type ReadPlan, type Step } from "./plans.ts";
import type { DynamoDbValue } from "./value.ts";

export type Nullness = "never null" | "may be null";
type Lax = "may be null";

/** A value on its way into a column of one of the kinds `K`. */
export interface Reader<K extends Kind, N extends Nullness = "never null"> {
  readonly fits: { readonly [P in K]: true };
  readonly mayBeNull: N;
  readonly plan: ReadPlan;
}

/** A value, whatever columns it fits. */
export type AnyReader<N extends Nullness = Nullness> = Pick<Reader<Kind, N>, "mayBeNull" | "plan">;

/** What is asked of a text or a number: `V` is the reader of what it is then, `L` this reader where it may be NULL. */
interface Words<V, L> {
  /** This very text, or number, stands for NULL. */
  nullIf(text: string): L;
  /** The text is one of these; any other is refused. */
  oneOf(...texts: readonly string[]): V;
  /** The other value is the same, as text: else the item is refused. Both count as read. */
  agreesWith(other: AnyReader): V;
}

/** What is made of a text, `S` being the reader of its pieces. */
interface TextWords<N extends Nullness, V, L, S> extends Words<V, L> {
  /** The text begins with this, and what follows is the value. Without it the item is refused. */
  withoutPrefix(prefix: string): V;
  /** The captures of a key template in a text, such as a key of a secondary index. The whole text must match. */
  captures<const T extends string>(template: T): CaptureReaders<T, N>;
  /** The text is a list: its pieces, none where it is empty. For `each`, or a column that holds an array. */
  split(delimiter: string): S;
  /** The text holds a plain decimal number. */
  digits(): NumberReader<N>;
}

interface Epochs<N extends Nullness> {
  /** The number counts seconds since 1970-01-01 UTC. */
  epochSeconds(): Reader<TimeKind, N>;
  /** The number counts milliseconds since 1970-01-01 UTC. */
  epochMillis(): Reader<TimeKind, N>;
}

/** What an attribute takes as long as it may be absent: `V` is the reader of a value that is there, `L` of one that may be NULL. */
interface Absence<V, L> {
  /** It may be absent: the column is then NULL. What a later `.at()` goes into may lack that, too. */
  optional(): L;
  /** What an absent value stands for. */
  orElse(value: Constant): V;
}

interface Nullable<L> {
  /** It may be a DynamoDB NULL: the column is then NULL. So may what a later `.at()` finds. */
  nullable(): L;
}

type Making<R> = (value: DynamoDbValue) => R;
type Made = DynamoDbValue | null;
type After<R, N extends Nullness> = null extends R ? Lax : N;

/** Text that is there: a capture, or what is left of one. */
export interface TextReader<N extends Nullness = "never null">
  extends Reader<TextKind, N>,
    TextWords<N, TextReader<N>, TextReader<Lax>, ListReader<N>> {
  convert<R extends Made>(id: string, convert: Making<R>): ValueReader<After<R, N>>;
}

/** A value that is there, or stands for NULL already. */
export interface ValueReader<N extends Nullness = "never null">
  extends Reader<Kind, N>,
    TextWords<N, ValueReader<N>, ValueReader<Lax>, ListReader<N>>,
    Epochs<N>,
    Nullable<ValueReader<Lax>> {
  convert<R extends Made>(id: string, convert: Making<R>): ValueReader<After<R, N>>;
}

/** What a word made of an attribute that may still be absent. */
export interface OpenReader<N extends Nullness = "never null">
  extends Reader<Kind, N>,
    TextWords<N, OpenReader<N>, OpenReader<Lax>, OpenListReader<N>>,
    Epochs<N>,
    Absence<ValueReader<N>, ValueReader<Lax>>,
    Nullable<OpenReader<Lax>> {
  convert<R extends Made>(id: string, convert: Making<R>): OpenReader<After<R, N>>;
}

/** An attribute, or a value inside one. Absent, NULL and empty are three things, and each is refused until allowed. */
export interface AttributeReader<N extends Nullness = "never null">
  extends Reader<Kind, N>,
    TextWords<N, OpenReader<N>, AttributeReader<Lax>, OpenListReader<N>>,
    Epochs<N>,
    Absence<ValueReader<N>, OptionalReader>,
    Nullable<AttributeReader<Lax>> {
  /** A member of a map, by its name exactly as stored, or an element of a list, from 0. */
  at(member: string | number): AttributeReader<N>;
  /**
   * The way out: what no word here says. `id` stands for the function in the mapping's fingerprint: give it another when
   * the function changes. It must always give the same for the same value; an item for which it throws is refused.
   */
  convert<R extends Made>(id: string, convert: Making<R>): OpenReader<After<R, N>>;
}

/** An attribute of which `.optional()` was said: whatever of it is absent stands for NULL. */
export interface OptionalReader
  extends Reader<Kind, Lax>,
    TextWords<Lax, ValueReader<Lax>, OptionalReader, ListReader<Lax>>,
    Epochs<Lax>,
    Nullable<OptionalReader> {
  at(member: string | number): OptionalReader;
  convert(id: string, convert: Making<Made>): ValueReader<Lax>;
}

/** An element of a list or set: it is there, what is inside it may not be. */
export interface ElementReader<N extends Nullness = "never null">
  extends Reader<Kind, N>,
    TextWords<N, ValueReader<N>, ElementReader<Lax>, ListReader<N>>,
    Epochs<N>,
    Nullable<ElementReader<Lax>> {
  at(member: string | number): AttributeReader<N>;
  convert<R extends Made>(id: string, convert: Making<R>): ValueReader<After<R, N>>;
}

/** A number that a text held. */
export interface NumberReader<N extends Nullness = "never null">
  extends Reader<NumberKind | "real" | "double", N>,
    Words<NumberReader<N>, NumberReader<Lax>>,
    Epochs<N> {}

/** The pieces of a text. */
export interface ListReader<N extends Nullness = "never null"> extends Reader<"text[]" | "jsonb", N> {
  convert<R extends Made>(id: string, convert: Making<R>): ValueReader<After<R, N>>;
}

export interface OpenListReader<N extends Nullness = "never null">
  extends Reader<"text[]" | "jsonb", N>,
    Nullable<OpenListReader<Lax>> {
  optional(): ListReader<Lax>;
  convert<R extends Made>(id: string, convert: Making<R>): OpenReader<After<R, N>>;
}

export type CaptureReaders<T extends string, N extends Nullness = "never null"> = {
  readonly [C in CaptureName<T>]: TextReader<N>;
};

type Holes<T extends string> = T extends `${string}{${infer H}}${infer R}` ? H | Holes<R> : never;
type NameOf<H extends string> = H extends `${infer N}:${string}` ? N : H;
/** The names of the captures in a template, for the compiler. */
export type CaptureName<T extends string> = NameOf<Holes<T>>;

/** Every word there is. The interfaces above leave out those that could mean nothing where they stand. */
interface EveryWord<N extends Nullness>
  extends Reader<Kind, N>,
    TextWords<N, EveryWord<N>, EveryWord<Lax>, EveryWord<N>>,
    Epochs<N>,
    Absence<EveryWord<N>, EveryWord<Lax>>,
    Nullable<EveryWord<Lax>> {
  at(member: string | number): EveryWord<N>;
  digits(): EveryWord<N>;
  convert<R extends Made>(id: string, convert: Making<R>): EveryWord<After<R, N>>;
}

const ALL_KINDS: { readonly [K in Kind]: true } = {
  text: true,
  uuid: true,
  smallint: true,
  integer: true,
  bigint: true,
  numeric: true,
  real: true,
  double: true,
  boolean: true,
  timestamptz: true,
  timestamp: true,
  date: true,
  bytea: true,
  jsonb: true,
  "text[]": true,
  "numeric[]": true,
  "bytea[]": true,
};

const plain = (from: From): ReadPlan => ({ from, steps: [], conversion: "natural" });

function readerOf<N extends Nullness>(plan: ReadPlan): Reader<Kind, N> {
  // The plan knows; the caller's type says the same. Checked by the type tests.
  return { fits: ALL_KINDS, mayBeNull: (mayBeNull(plan) ? "may be null" : "never null") as N, plan };
}

/** `inside` is what `.optional()` and `.nullable()` say of what a later `.at()` finds. */
function everyWord<N extends Nullness>(plan: ReadPlan, inside: readonly Step[] = []): EveryWord<N> {
  const then = <M extends Nullness = N>(step: Step, conversion: Conversion = plan.conversion): EveryWord<M> =>
    everyWord({ ...plan, steps: [...plan.steps, step], conversion }, inside);
  const throughout = (step: Step): EveryWord<Lax> =>
    everyWord({ ...plan, steps: [...plan.steps, step] }, [...inside, step]);
  return {
    ...readerOf<N>(plan),
    at: (member) => everyWord({ ...plan, steps: [...plan.steps, { kind: "at", member }, ...inside] }, inside),
    optional: () => throughout({ kind: "optional" }),
    nullable: () => throughout({ kind: "nullable" }),
    orElse: (use) => then({ kind: "or else", use }),
    nullIf: (text) => then({ kind: "null if", text }),
    withoutPrefix: (prefix) => then({ kind: "without prefix", prefix }),
    oneOf: (...texts) => then({ kind: "one of", texts }),
    agreesWith: (other) => then({ kind: "agrees with", other: other.plan }),
    captures: (template) => captureReaders(template, (name) => then({ kind: "captures", template, name })),
    split: (delimiter) => then({ kind: "split", delimiter }),
    digits: () => then({ kind: "digits" }, "digits"),
    epochSeconds: () => then({ kind: "epoch" }, "epochSeconds"),
    epochMillis: () => then({ kind: "epoch" }, "epochMillis"),
    convert: (id, apply) => then({ kind: "function", id, apply }, "natural"),
  };
}

function captureReaders<T extends string, N extends Nullness>(
  _template: T,
  reader: (name: string) => TextReader<N>,
): CaptureReaders<T, N> {
  // The compiler reads the names out of the template's type. Whoever runs without it, or misspells a brace, is told when the
  // mapping is loaded: any name gives a reader here, and loading asks whether the template has it.
  const readers = new Proxy({}, { get: (_, name) => (typeof name === "string" ? reader(name) : undefined) });
  return readers as CaptureReaders<T, N>;
}

/** The captures of an item's own key. */
export const keyCaptures = <T extends string>(template: T): CaptureReaders<T> =>
  captureReaders(template, (name) => everyWord(plain({ kind: "capture", name })));

/** An attribute of the item, read as it is. */
export const attributeOf = (level: Level, name: string): AttributeReader =>
  everyWord<"never null">(plain({ kind: "value", level })).at(name);

/** The element an `each` stands at. */
export const elementOf = (level: Level): ElementReader => everyWord(plain({ kind: "value", level }));

/** The position of an element in its list, from 0. */
export const positionIn = (level: Level): Reader<NumberKind> => readerOf(plain({ kind: "position", level }));

/** The same value for every row. */
export const constantOf = (value: Constant): Reader<Kind> => readerOf(plain({ kind: "constant", value }));

/** NULL where one of its parts is, or else a uuid that is the same for the same parts, everywhere and always. */
export const surrogateOf = <N extends Nullness>(
  of: string,
  parts: readonly AnyReader<N>[],
): Reader<"uuid" | "text", N> => readerOf(plain({ kind: "surrogate", of, parts: parts.map(({ plan }) => plan) }));

export const restOfItem = (): Reader<"jsonb"> => readerOf(plain({ kind: "rest" }));
