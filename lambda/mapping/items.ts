/**
 * How items become rows, as a user writes it: one `item` for each kind of item, told apart by key templates, and in it
 * one `into` for each row the item writes. The callbacks run once, when this file is loaded, with symbolic readers.
 */
import type { Column, FlagsOf } from "./columns.ts";
import { type Condition, conditionsOf, unaskedIn, type Where } from "./conditions.ts";
import type { Kind, NumberKind } from "./kinds.ts";
import type { Constant, Level, ReadPlan } from "./plans.ts";
import {
  agreeingWith,
  attributeOf,
  chosenFrom,
  composedOf,
  constantOf,
  elementOf,
  keyCaptures,
  positionIn,
  restOfItem,
  surrogateOf,
  thereIn,
} from "./readers.ts";
import type { KeyColumns } from "./table-checks.ts";
import type { Columns, ColumnsOf, SharedIn, Tables } from "./tables.ts";
import type {
  AnyReader,
  AttributeReader,
  CaptureName,
  CaptureReaders,
  ElementReader,
  Lax,
  Nullness,
  Reader,
  There,
} from "./words.ts";

type Accepted<C extends Column> = Reader<C["kind"], FlagsOf<C>["nullable"] extends true ? Nullness : "never null">;
type LeftOut<C extends Columns> = {
  [N in keyof C]: FlagsOf<C[N]>["filled"] extends true ? N : FlagsOf<C[N]>["nullable"] extends true ? N : never;
}[keyof C];

/** What `into` takes: every column, but those with a default, and those that may be NULL and this kind of item has nothing for. */
export type RowOf<C extends Columns> = { readonly [N in Exclude<keyof C, LeftOut<C>>]: Accepted<C[N]> } & {
  readonly [N in LeftOut<C>]?: Accepted<C[N]>;
};

/** What `part` takes: the key, and whichever other columns this item knows; of what another part gives, too, it may know nothing. */
export type PartOf<C extends Columns, S extends string = never> = { readonly [N in KeyColumns<C>]: Accepted<C[N]> } & {
  readonly [N in Exclude<keyof C, KeyColumns<C>>]?: N extends S ? Reader<C[N]["kind"], Nullness> : Accepted<C[N]>;
};

export type WriteSpec =
  | {
      readonly kind: "row";
      readonly table: string;
      readonly part: boolean;
      readonly columns: Readonly<Record<string, ReadPlan | undefined>>;
    }
  | { readonly kind: "each"; readonly list: ReadPlan; readonly level: Level; readonly writes: readonly WriteSpec[] }
  | { readonly kind: "when"; readonly of: ReadPlan; readonly writes: readonly WriteSpec[] }
  | { readonly kind: "agree"; readonly of: ReadPlan }
  | {
      readonly kind: "choose";
      readonly of: ReadPlan;
      readonly cases: readonly { readonly is: string; readonly writes: readonly WriteSpec[] }[];
    };

type Writes = WriteSpec | readonly WriteSpec[];

/** An attribute by its name, or a member of a map by the names that lead to it: `["data", "TYPE"]`. */
export type Ignored = string | readonly string[];

/** What tells a kind of item: templates over its whole key, and attributes with a fixed text. */
export interface At<P extends string, S extends string> {
  readonly pk: P;
  readonly sk?: S;
  /** What tells it from others: attributes, and members of maps, with what they hold, or that they are there or not. */
  readonly where?: Where;
  /** Attributes of this kind of item, and members of its maps, that are deliberately not migrated. */
  readonly ignore?: readonly Ignored[];
}

export interface EntitySpec {
  readonly name: string;
  readonly pk: string;
  readonly sk?: string;
  readonly where: readonly Condition[];
  /** Maps in `where` that ask for nothing. */
  readonly unasked: readonly (readonly string[])[];
  readonly ignore: readonly Ignored[];
  readonly writes: readonly WriteSpec[];
  /** Set where the whole item is deliberately left behind. */
  readonly ignored?: string;
}

export interface ItemContext<P extends string, S extends string> {
  /** The captures of the key templates. */
  readonly key: CaptureReaders<P | S>;
  /** An attribute by its name exactly as stored, dots and all. `.at()` descends. */
  attr(name: string): AttributeReader;
  /** The same value for every row; `null` for a column that may be NULL. */
  constant<const V extends Constant | null>(value: V): Reader<Kind, null extends V ? Lax : "never null">;
  /**
   * A uuid (version 5) made of a natural key: the same for the same parts, in every table, run and process, so that a row
   * can have an id of its own and others can refer to it. `of` says whose id it is. NULL where a part is.
   */
  surrogate<N extends Nullness>(of: string, ...parts: readonly AnyReader<N>[]): Reader<"uuid" | "text", N>;
  /** A text in the words of a key template: `compose("USER#{id}", { id: key.userId })`. NULL where a part is. */
  compose<const T extends string, N extends Nullness>(
    template: T,
    parts: { readonly [C in CaptureName<T>]: AnyReader<N> },
  ): Reader<"text", N>;
  /** Every attribute that nothing else reads and nobody ignores, as one jsonb object. */
  rest(): Reader<"jsonb">;
}

export interface Language<T extends Tables> {
  item<const P extends string, const S extends string = never>(
    name: string,
    at: At<P, S>,
    rows: (context: ItemContext<P, S>) => readonly WriteSpec[],
  ): EntitySpec;
  /** Items that are deliberately left behind, counted under `ignored` with the reason. */
  ignoreItem(name: string, at: At<string, string>, reason: string): EntitySpec;
  into<N extends keyof T & string>(table: N, row: RowOf<ColumnsOf<T[N]>>): WriteSpec;
  /** One item's share of a row of a `merge` table. */
  part<N extends keyof T & string>(table: N, row: PartOf<ColumnsOf<T[N]>, SharedIn<T[N]>>): WriteSpec;
  /** Rows for every element of a list or set: of one that is stored, or made by a word. */
  each(
    list: Reader<"text[]", Nullness>,
    rows: (element: ElementReader, position: Reader<NumberKind>) => Writes,
  ): WriteSpec;
  /** Rows that are there where the value is: none where it is absent, NULL, or stands for it, as has to be said of it. */
  when<R extends AnyReader<Lax>>(value: R, rows: (value: There<R>) => Writes): WriteSpec;
  /**
   * No row: the value says what the other one says, or the item is refused. So the value counts as read, and the other, which holds
   * the same, has to be read by something else.
   */
  agree(value: AnyReader, other: AnyReader): WriteSpec;
  /** The rows of the one text, or number, that the value is. One that is named here nowhere is refused. */
  choose(value: Reader<"text">, rows: Readonly<Record<string, () => Writes>>): WriteSpec;
}

export interface ItemsOptions {
  /** The names of the table's key attributes. */
  readonly keys: { readonly pk: string; readonly sk?: string };
  /** What separates the parts of a key; a plain capture never holds it. Default `#`. */
  readonly delimiter?: string;
  /** Attributes that are deliberately not migrated, of any item: the keys of secondary indexes, say. */
  readonly ignore?: readonly Ignored[];
  /** Only these kinds of items are migrated; the others count as ignored. */
  readonly only?: readonly string[];
  /** The time-to-live attribute (epoch seconds) and what becomes of items that have expired when the run starts. */
  readonly ttl?: { readonly attribute: string; readonly expired: "skip" | "migrate" };
}

export interface ItemsSpec {
  readonly options: ItemsOptions;
  readonly entities: readonly EntitySpec[];
}

const plans = (row: Readonly<Record<string, Reader<Kind, Nullness> | undefined>>) =>
  Object.fromEntries(Object.entries(row).map(([column, reader]) => [column, reader?.plan]));

const entity = (name: string, at: At<string, string>, writes: readonly WriteSpec[]): EntitySpec => ({
  name,
  pk: at.pk,
  ...(at.sk === undefined ? {} : { sk: at.sk }),
  where: conditionsOf(at.where ?? {}),
  unasked: unaskedIn(at.where ?? {}),
  ignore: at.ignore ?? [],
  writes,
});

const listed = (writes: Writes): readonly WriteSpec[] => ("kind" in writes ? [writes] : writes);

const ITEM: Level = { depth: 0 };

/** Declares the items. Nothing is checked here that needs the whole mapping: loading does that, all at once. */
export function defineItems<T extends Tables>(
  _tables: T,
  options: ItemsOptions,
  build: (language: Language<T>) => readonly EntitySpec[],
): ItemsSpec {
  let depth = 0;
  const language: Language<T> = {
    item: (name, at, rows) => {
      const template = `${at.pk}${at.sk ?? ""}`;
      // Both templates' captures live in one object: a name that stands in both must hold the same text.
      const key = keyCaptures(template) as CaptureReaders<typeof at.pk | NonNullable<typeof at.sk>>;
      const attr = (attribute: string) => attributeOf(ITEM, attribute);
      return entity(
        name,
        at,
        rows({
          key,
          attr,
          constant: constantOf,
          surrogate: (of, ...parts) => surrogateOf(of, parts),
          compose: composedOf,
          rest: restOfItem,
        }),
      );
    },
    ignoreItem: (name, at, reason) => ({ ...entity(name, at, []), ignored: reason }),
    into: (table, row) => ({ kind: "row", table, part: false, columns: plans(row) }),
    part: (table, row) => ({ kind: "row", table, part: true, columns: plans(row) }),
    each: (list, rows) => {
      depth += 1;
      const level: Level = { depth };
      const inner = rows(elementOf(level), positionIn(level));
      const spec: WriteSpec = { kind: "each", list: list.plan, level, writes: listed(inner) };
      depth -= 1;
      return spec;
    },
    when: (value, rows) => ({ kind: "when", of: value.plan, writes: listed(rows(thereIn(value))) }),
    agree: (value, other) => ({ kind: "agree", of: agreeingWith(value, other) }),
    choose: (value, rows) => ({
      kind: "choose",
      of: chosenFrom(value, Object.keys(rows)),
      cases: Object.entries(rows).map(([is, write]) => ({ is, writes: listed(write()) })),
    }),
  };
  return { options, entities: build(language) };
}
