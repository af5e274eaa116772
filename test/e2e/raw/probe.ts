/** A column of a case: what the raw items say it holds, and how Postgres is asked. Nothing of the product is imported here. */

export interface RawValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BS?: readonly string[];
  readonly NS?: readonly string[];
  readonly M?: Readonly<Record<string, RawValue>>;
  readonly L?: readonly RawValue[];
}
export type RawItem = Readonly<Record<string, RawValue>>;

/** A row's key as text, and the column's value as text; `null` is NULL. */
export type Cell = readonly [key: string, value: string | null];

export interface Probe {
  readonly column: string;
  /** What the raw items say the column holds. */
  readonly raw: (item: RawItem) => readonly Cell[];
  /** Gives `key` and `value`, both as text. */
  readonly sql: string;
}

export const text = (item: RawItem, name: string): string | null => item[name]?.S ?? null;
export const pk = (item: RawItem): string => item.PK?.S ?? "";
export const sk = (item: RawItem): string => item.SK?.S ?? item.sk?.S ?? "";
export const afterHash = (key: string | null): string | null => key?.slice(key.indexOf("#") + 1) ?? null;

/** One cell for each item of a kind. */
export const each =
  (kind: (item: RawItem) => boolean, key: (item: RawItem) => string | null, value: (item: RawItem) => string | null) =>
  (item: RawItem): readonly Cell[] =>
    kind(item) ? [[key(item) ?? "", value(item)]] : [];
