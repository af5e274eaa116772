/**
 * What the compiler says of tables as they are declared: that every reference is to a table and to columns which are its primary
 * key or unique, and that what repeats another column has one to repeat. Each error is a sentence on the column or table.
 */
import type { Column, FlagsOf } from "./columns.ts";
import type { Columns, ColumnsOf, Repeat, Table, TableLike, Tables, To } from "./tables.ts";

export type KeyColumns<C extends Columns> = {
  [N in keyof C & string]: FlagsOf<C[N]>["key"] extends true ? N : never;
}[keyof C & string];

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

type Same<A extends string, B extends string> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The columns of a table that are unique alone, or together with others. */
type UniqueIn<X extends TableLike> =
  | {
      [N in keyof ColumnsOf<X> & string]: FlagsOf<ColumnsOf<X>[N]>["unique"] extends true ? N : never;
    }[keyof ColumnsOf<X> & string]
  | (X extends Table<Columns, To, infer U> ? U : never);
/** `true` where these columns, in whichever order, are the primary key or unique. */
type IsUnique<X extends TableLike, O extends string> =
  Same<O, KeyColumns<ColumnsOf<X>>> extends true
    ? true
    : UniqueIn<X> extends infer U
      ? U extends readonly string[]
        ? Same<O, U[number]>
        : U extends string
          ? Same<O, U>
          : never
      : never;

type Unreferable<
  N extends string,
  O extends string,
> = `(${O}) of "${N}" is neither its primary key nor unique: say .unique() of it`;

type KindCheck<N extends string, There extends Column, C extends Column> = There["kind"] extends C["kind"]
  ? unknown
  : { error: `the column of "${N}" is ${There["kind"]}, this column is ${C["kind"]}` };

type ReferenceCheck<T extends Tables, C extends Column> = [FlagsOf<C>["references"]] extends [never]
  ? unknown
  : FlagsOf<C>["references"] extends infer R extends keyof T & string
    ? [FlagsOf<C>["referenced"]] extends [never]
      ? IsUnion<KeyColumns<ColumnsOf<T[R]>>> extends true
        ? { error: `"${R}" has a composite key: use foreignKey([...], "${R}")` }
        : KindCheck<R, ColumnsOf<T[R]>[KeyColumns<ColumnsOf<T[R]>>], C>
      : FlagsOf<C>["referenced"] extends infer O extends keyof ColumnsOf<T[R]> & string
        ? true extends IsUnique<T[R], O>
          ? KindCheck<R, ColumnsOf<T[R]>[O], C>
          : { error: Unreferable<R, O> }
        : { error: `"${R}" has no column "${FlagsOf<C>["referenced"]}"` }
    : { error: `there is no table "${FlagsOf<C>["references"]}"` };

/** What is wrong with composite foreign keys; never where nothing is. */
type WrongKey<T extends Tables, R> =
  R extends To<infer N, infer O>
    ? N extends keyof T & string
      ? O extends readonly []
        ? never
        : [O[number]] extends [keyof ColumnsOf<T[N]>]
          ? true extends IsUnique<T[N], O[number]>
            ? never
            : Unreferable<N, O[number]>
          : `"${N}" has no column "${Exclude<O[number], keyof ColumnsOf<T[N]>>}"`
      : `there is no table "${N}"`
    : never;

/** The table that columns refer to, all of them and no other. */
type ReferredBy<C extends Columns, R, O extends string> =
  | (R extends To<infer N, readonly string[], infer K> ? (Same<K, O> extends true ? N : never) : never)
  | (IsUnion<O> extends true ? never : FlagsOf<C[O]>["references"]);

/** What is wrong with columns that repeat others. */
type WrongRepeat<T extends Tables, C extends Columns, R, P> =
  P extends Repeat<infer O, infer N>
    ? [ReferredBy<C, R, O>] extends [never]
      ? `(${O}) refers to no table`
      : ReferredBy<C, R, O> extends infer F extends keyof T & string
        ? {
            [K in keyof N & keyof C & string]: N[K] extends infer V extends keyof ColumnsOf<T[F]> & string
              ? ColumnsOf<T[F]>[V]["kind"] extends C[K]["kind"]
                ? never
                : `"${V}" of "${F}" is ${ColumnsOf<T[F]>[V]["kind"]}, "${K}" is ${C[K]["kind"]}`
              : `"${F}" has no column "${N[K] & string}"`;
          }[keyof N & keyof C & string]
        : never
    : never;

export type TableCheck<T extends Tables, X extends TableLike> =
  X extends Table<infer C, infer R, readonly string[], infer P>
    ? WrongKey<T, R> | WrongRepeat<T, C, R, P> extends infer W
      ? [W] extends [never]
        ? { readonly columns: { readonly [N in keyof C]: ReferenceCheck<T, C[N]> } }
        : { error: W }
      : never
    : X extends Columns
      ? { readonly [N in keyof X]: ReferenceCheck<T, X[N]> }
      : unknown;
