/**
 * Symbolic readers: what a mapping's callbacks pass around in place of values. A callback runs once, when the mapping is
 * loaded; what it returns is a plan, and the plan is what decodes every item.
 */
import type { Conversion, Kind, NumberKind } from "./kinds.ts";
import { type Constant, type From, type Level, mayBeNull, type ReadPlan, type Step, thereOf } from "./plans.ts";
import type {
  AnyReader,
  AttributeReader,
  CaptureReaders,
  ElementReader,
  EveryWord,
  Lax,
  Nullness,
  Reader,
  TextReader,
  There,
} from "./words.ts";

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
    withoutSuffix: (suffix) => then({ kind: "without suffix", suffix }),
    trueFalse: (yes, no) => then({ kind: "true false", yes, no }, "natural"),
    hex: () => then({ kind: "hex" }),
    dateOnly: () => then({ kind: "date only", of: plan.conversion }, "natural"),
    withoutPrefix: (prefix) => then({ kind: "without prefix", prefix }),
    oneOf: (...texts) => then({ kind: "one of", texts }),
    agreesWith: (other) => then({ kind: "agrees with", other: other.plan }),
    captures: (template) => captureReaders(template, (name) => then({ kind: "captures", template, name })),
    split: (delimiter) => then({ kind: "split", delimiter }),
    digits: (spelled) => then({ kind: "digits", ...(spelled === undefined ? {} : { spelled }) }, "digits"),
    format: (format, ...[century]) => then({ kind: "format", format, ...century }, "natural"),
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

/** A value in the rows of a `when`, which are there where it is. */
export function thereIn<R extends AnyReader>({ plan }: R): There<R> {
  // Every word there is, of which the compiler shows those of the value's own reader. Checked by the type tests.
  const there: unknown = everyWord(thereOf(plan));
  return there as There<R>;
}

/** A value that has to be one of these texts. */
export const chosenFrom = ({ plan }: AnyReader, texts: readonly string[]): ReadPlan => ({
  ...plan,
  steps: [...plan.steps, { kind: "one of", texts }],
});

/** The position of an element in its list, from 0. */
export const positionIn = (level: Level): Reader<NumberKind> => readerOf(plain({ kind: "position", level }));

/** The same value for every row. */
export const constantOf = <V extends Constant | null>(value: V): Reader<Kind, null extends V ? Lax : "never null"> =>
  readerOf(plain({ kind: "constant", value }));

/** NULL where one of its parts is, or else a uuid that is the same for the same parts, everywhere and always. */
export const surrogateOf = <N extends Nullness>(
  of: string,
  parts: readonly AnyReader<N>[],
): Reader<"uuid" | "text", N> => readerOf(plain({ kind: "surrogate", of, parts: parts.map(({ plan }) => plan) }));

/** NULL where one of its parts is. */
export const composedOf = <N extends Nullness>(
  template: string,
  parts: Readonly<Record<string, AnyReader<N>>>,
): Reader<"text", N> => {
  const plans = Object.entries(parts).map(([name, { plan }]) => [name, plan]);
  return readerOf(plain({ kind: "composed", template, parts: Object.fromEntries(plans) }));
};

/** A value, with what it has to agree with. */
export const agreeingWith = ({ plan }: AnyReader, other: AnyReader): ReadPlan => ({
  ...plan,
  steps: [...plan.steps, { kind: "agrees with", other: other.plan }],
});

export const restOfItem = (): Reader<"jsonb"> => readerOf(plain({ kind: "rest" }));
