/**
 * The words that may be said of a value, for the compiler. A reader's type says which kinds of column it can fill, whether it may
 * be NULL, and which words still mean something: each acts on what the words before it have left.
 */
import type { Kind, NumberKind, TextKind, TimeKind } from "./kinds.ts";
import type { Constant, NumberSpelling, ReadPlan } from "./plans.ts";
import type { DynamoDbValue } from "./value.ts";

export type Nullness = "never null" | "may be null";
export type Lax = "may be null";

/** A value on its way into a column of one of the kinds `K`. */
export interface Reader<K extends Kind, N extends Nullness = "never null"> {
  readonly fits: { readonly [P in K]: true };
  readonly mayBeNull: N;
  readonly plan: ReadPlan;
}

/** A value, whatever columns it fits. */
export type AnyReader<N extends Nullness = Nullness> = Pick<Reader<Kind, N>, "mayBeNull" | "plan">;

/** What is asked of a text or a number: `V` is the reader of what it is then, `L` this reader where it may be NULL. */
interface Words<N extends Nullness, V, L> {
  /** This very text, or number, stands for NULL. */
  nullIf(text: string): L;
  /** The text is one of these; any other is refused. */
  oneOf(...texts: readonly string[]): V;
  /** The other value is the same, as text: else the item is refused. Both count as read. */
  agreesWith(other: AnyReader): V;
  /** This very text, or number, means true and that one false; any other is refused. */
  trueFalse(yes: string, no: string): Reader<"boolean" | "jsonb", N>;
}

/** What is made of a text, `S` being the reader of its pieces. */
interface TextWords<N extends Nullness, V, L, S> extends Words<N, V, L> {
  /** The text begins with this, and what follows is the value. Without it the item is refused. */
  withoutPrefix(prefix: string): V;
  /** The text ends with this, and what stands before it is the value. Without it the item is refused. */
  withoutSuffix(suffix: string): V;
  /** The captures of a key template in a text, such as a key of a secondary index. The whole text must match. */
  captures<const T extends string>(template: T): CaptureReaders<T, N>;
  /** The text is a list: its pieces, none where it is empty. For `each`, or a column that holds an array. */
  split(delimiter: string): S;
  /** The text holds a plain decimal number. */
  digits(): NumberReader<N>;
  /** The text holds a number as people write it, with what is said of its spelling, a sign, or parentheses for less than zero. */
  digits(spelled: NumberSpelling): NumberReader<N>;
  /** The text holds a date, or a date and a time, spelled so: `M/D/YY`, of which it is said that YY begins with 1950. */
  format<const F extends string>(format: F, ...century: Century<F>): MomentReader<N, FormatKind<F>>;
  /** The text holds bytes, two hex digits each. */
  hex(): Reader<"bytea", N>;
  /** The day that an ISO text says, in whatever zone it says it: the time of day is left behind. */
  dateOnly(): Reader<"date" | "text", N>;
}

/** A moment that a number counts, or a text says in its own way. */
export interface MomentReader<N extends Nullness = "never null", K extends TimeKind = TimeKind> extends Reader<K, N> {
  /** Its day, of a number the one in UTC: the time of day is left behind. */
  dateOnly(): Reader<"date" | "text", N>;
}

type Unquoted<F extends string> = F extends `${infer A}[${string}]${infer B}` ? `${A}${Unquoted<B>}` : F;
/** What a text of a format holds. */
export type FormatKind<F extends string> =
  Unquoted<F> extends `${string}Z${string}`
    ? "timestamptz"
    : Unquoted<F> extends `${string}${"H" | "h"}${string}`
      ? "timestamp"
      : "date";
/** Two digits are a year from `firstYear` on, within a hundred. */
export type Century<F extends string> =
  Unquoted<F> extends `${string}YYYY${string}`
    ? []
    : Unquoted<F> extends `${string}YY${string}`
      ? [century: { readonly firstYear: number }]
      : [];

interface Epochs<N extends Nullness> {
  /** The number counts seconds since 1970-01-01 UTC. */
  epochSeconds(): MomentReader<N>;
  /** The number counts milliseconds since 1970-01-01 UTC. */
  epochMillis(): MomentReader<N>;
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

export type Making<R> = (value: DynamoDbValue) => R;
export type Made = DynamoDbValue | null;
export type After<R, N extends Nullness> = null extends R ? Lax : N;

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
    Words<N, NumberReader<N>, NumberReader<Lax>>,
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

/** What stands in braces, from the left: `{{` is a brace of the text, and begins none. */
type Holes<T extends string> = T extends `${string}{${infer R}`
  ? R extends `{${infer S}`
    ? Holes<S>
    : R extends `${infer H}}${infer S}`
      ? H | Holes<S>
      : never
  : never;
type NameOf<H extends string> = H extends `${infer N}:${string}` ? N : H;
/** The names of the captures in a template, for the compiler. */
export type CaptureName<T extends string> = NameOf<Holes<T>>;

/** Every word there is. The interfaces above leave out those that could mean nothing where they stand. */
export interface EveryWord<N extends Nullness>
  extends Reader<Kind, N>,
    TextWords<N, EveryWord<N>, EveryWord<Lax>, EveryWord<N>>,
    Epochs<N>,
    Absence<EveryWord<N>, EveryWord<Lax>>,
    Nullable<EveryWord<Lax>> {
  at(member: string | number): EveryWord<N>;
  digits(spelled?: NumberSpelling): EveryWord<N>;
  epochSeconds(): EveryWord<N>;
  epochMillis(): EveryWord<N>;
  convert<R extends Made>(id: string, convert: Making<R>): EveryWord<After<R, N>>;
}

/** What a value is where it is known to be there. What is inside it may not be. */
export type There<R> = R extends { at(member: string): unknown }
  ? ElementReader
  : R extends ValueReader<Lax>
    ? ValueReader
    : R extends TextReader<Lax>
      ? TextReader
      : R extends NumberReader<Lax>
        ? NumberReader
        : R extends Reader<infer K, Nullness>
          ? Reader<K>
          : never;
