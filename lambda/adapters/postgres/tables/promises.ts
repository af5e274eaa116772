/** The schema → everything it promises of a table beside its rows, in the order it is built; and what Postgres makes of each of them. */
import { must } from "../../../domain/must.ts";
import type { CheckModel, ForeignKeyModel, RepeatModel, TableModel } from "../../../mapping/model.ts";
import type { Named } from "../ledger/run/built.ts";
import { type Asking, tablesThere } from "../session/catalogue.ts";
import { aside, type Session } from "../session/connection.ts";
import { unbuildable } from "../session/errors.ts";
import { statementInSavepoint } from "../session/savepoint.ts";
import { quote, quoteAll, tableSql } from "../session/sql.ts";
import {
  addCheck,
  addForeignKey,
  addPrimaryKey,
  addUnique,
  createIndex,
  defaultLater,
  numbering,
  referredBy,
  referredTable,
  setDefault,
  setNotNull,
  together,
  validateConstraint,
} from "./ddl.ts";
import { type Defined, definedOn, sameName } from "./definitions.ts";

/** The rows that break a rule, as a condition on `t`. */
export const isNull = (column: string): string => `t.${quote(column)} is null`;

/** Rows of `t` whose reference points nowhere. A reference with a NULL in it points to nothing and is no orphan. */
function isOrphan(key: ForeignKeyModel): string {
  return `${refers(key)} and not exists (select from ${referredTable(key)} r where ${matches(key)})`;
}

/** The row `r` is what `t` points to. */
const matches = ({ columns, referencedColumns }: ForeignKeyModel): string =>
  columns.map((column, at) => `r.${quote(referencedColumns[at] ?? "")} = t.${quote(column)}`).join(" and ");

/** Rows of which a condition is false. Of one that gives NULL Postgres says that it is met. */
export const isBroken = ({ sql }: CheckModel): string => `(${sql}) is false`;

/** Rows of `t` that share a value with another row. NULLs are never equal. */
export function isDuplicate(table: TableModel, columns: readonly string[]): string {
  const list = columns.map((column) => `t.${quote(column)}`).join(", ");
  const present = columns.map((column) => `${quote(column)} is not null`).join(" and ");
  return `(${list}) in (select ${quoteAll(columns)} from ${tableSql(table)} where ${present} group by ${quoteAll(columns)} having count(*) > 1)`;
}

/** Rows of `t` that hold something else than the row they point to. */
export function isStale({ column, of, key }: RepeatModel): string {
  const [own, there] = [`t.${quote(column)}`, `r.${quote(of)}`];
  return `${own} is not null and exists (select from ${referredTable(key)} r where ${matches(key)} and ${there} is distinct from ${own})`;
}

/** Rows of `t` that refer to something. */
const refers = ({ columns }: ForeignKeyModel): string =>
  columns.map((column) => `t.${quote(column)} is not null`).join(" and ");

/** What foreign keys of tables refer to and is there, as SQL. */
export const referredThere = async (
  session: Asking,
  tables: readonly Pick<TableModel, "foreignKeys">[],
): Promise<ReadonlySet<string>> => new Set((await tablesThere(session, referredBy(tables))).map(tableSql));

/** Rows of `t` that refer to something which is not there: everything, where its table is not. */
export const orphans = (key: ForeignKeyModel, isThere: boolean): string => (isThere ? isOrphan(key) : refers(key));

export interface Promised extends Named {
  readonly made: readonly string[];
  /** Where it may be in force before it holds for every row: the statement by which Postgres vouches for all of them. */
  readonly validate?: string;
}

/** What a table can have by itself. */
export const ownPromises = (table: TableModel): Promised[] => [
  { kind: "primary key", name: `${table.name}_pkey`, made: [addPrimaryKey(table)] },
  ...table.columns
    .filter(({ nullable }) => !nullable)
    .map(({ name }): Promised => ({ kind: "not null", name, made: [setNotNull(table, name)] })),
  ...table.uniques.map(
    (unique): Promised => ({ kind: "constraint", name: unique.name, made: [addUnique(table, unique)] }),
  ),
  ...table.indexes.map((index): Promised => ({ kind: "index", name: index.name, made: [createIndex(table, index)] })),
  ...table.checks.map(
    (check): Promised => ({
      ...{ kind: "constraint", name: check.name, made: [addCheck(table, check)] },
      validate: validateConstraint(table, check),
    }),
  ),
];

/** What needs other tables to be there. */
export const referencePromises = (table: TableModel): Promised[] =>
  table.foreignKeys.map((key) => ({
    ...{ kind: "constraint", name: key.name, made: [addForeignKey(table, key)] },
    validate: validateConstraint(table, key),
  }));

/** What would put values into rows that no item gave, were it there before they are. */
export const laterPromises = (table: TableModel): Promised[] =>
  table.columns.flatMap((column): Promised[] => [
    ...(column.laterDefault === undefined
      ? []
      : [{ kind: "default" as const, name: column.name, made: defaultLater(table, column) }]),
    ...(column.identity === undefined
      ? []
      : [{ kind: "identity" as const, name: column.name, made: numbering(table, column.name) }]),
  ]);

/** A definition, or why Postgres refuses the statement. */
export type Wanted = { readonly definition: string } | { readonly refused: string };

export type WantedOf = (promised: Named) => Wanted;

/** What the schema wants of a table, and what the table has. */
export interface Compared {
  readonly wanted: WantedOf;
  readonly present: readonly Defined[];
}

/** Statements that make one thing of a table. */
interface Trying {
  readonly table: TableModel;
  readonly of: Named;
  readonly made: readonly string[];
}

/**
 * What Postgres makes of what the schema says of tables: each thing is built on empty twins, printed, and taken back, of all tables
 * of a schema at once, because it is the asking that costs. Foreign keys are printed without: a twin cannot have them, and there is nothing
 * in them that Postgres would put otherwise.
 */
export async function wantedOn(
  session: Session,
  tables: readonly TableModel[],
): Promise<(table: TableModel) => Compared> {
  const all = new Map<TableModel, Compared>();
  // Names that are apart in their schemas may not be so in the one of twins.
  for (const [, some] of Map.groupBy(tables, ({ schema }) => schema))
    for (const [table, compared] of await aside(session, () => compare(session, some))) all.set(table, compared);
  return (table) => must(all.get(table), "it was asked for");
}

const twinOf = (table: TableModel): TableModel => ({ ...table, schema: "pg_temp" });

async function compare(session: Session, tables: readonly TableModel[]): Promise<[TableModel, Compared][]> {
  const twins = tables.map((table) => `create temp table ${quote(table.name)} (like ${tableSql(table)})`);
  await session.query(together(twins));
  const refused = new Map<TableModel, Map<string, string>>(tables.map((table) => [table, new Map()]));
  const keyOf = ({ kind, name }: Named): string => JSON.stringify([kind, name]);
  await tryAll(session, tables.flatMap(thingsOf), ({ table, of }, reason) =>
    refused.get(table)?.set(keyOf(of), reason),
  );
  const defined = await definedOn(session, [...tables.map(twinOf), ...tables].map(tableSql));
  const references = await referencesOf(session, tables);
  const compared: [TableModel, Compared][] = [];
  for (const table of tables) {
    const all = [...defined(tableSql(twinOf(table))), ...(references.get(table) ?? [])];
    const wanted: WantedOf = (promised) => {
      const reason = refused.get(table)?.get(keyOf(promised));
      if (reason !== undefined) return { refused: reason };
      return { definition: all.find((each) => sameName(each, promised))?.definition ?? "" };
    };
    compared.push([table, { wanted, present: defined(tableSql(table)) }]);
  }
  return compared;
}

/** What a twin is given, and by which statements. */
function thingsOf(table: TableModel): Trying[] {
  const twin = twinOf(table);
  const promises = ownPromises(twin).map((of) => ({ table, of, made: of.made }));
  const defaults = table.columns.map((column) => ({
    ...{ table, of: { kind: "default", name: column.name } as const },
    made: setDefault(twin, column),
  }));
  return [...promises, ...defaults].filter(({ made }) => made.length > 0);
}

/** All at once where nothing is refused, halved until what is stands alone. */
async function tryAll(
  session: Session,
  things: readonly Trying[],
  refuse: (thing: Trying, reason: string) => void,
): Promise<void> {
  const [first] = things;
  if (first === undefined) return;
  try {
    await statementInSavepoint(session, together(things.flatMap(({ made }) => made)));
  } catch (error) {
    const reason = unbuildable(error);
    if (reason === undefined) throw error;
    if (things.length === 1) return refuse(first, reason);
    const middle = Math.ceil(things.length / 2);
    await tryAll(session, things.slice(0, middle), refuse);
    await tryAll(session, things.slice(middle), refuse);
  }
}

/** Foreign keys as Postgres prints them, of all tables at once. */
async function referencesOf(
  session: Asking,
  tables: readonly TableModel[],
): Promise<ReadonlyMap<TableModel, readonly Defined[]>> {
  const keys = tables.flatMap((table) => table.foreignKeys.map((key) => ({ table, key })));
  const names = (list: string): string =>
    `(select string_agg(quote_ident(c), ', ' order by n) from json_array_elements_text(key -> '${list}') with ordinality u(c, n))`;
  const { rows } = await session.query<{ definition: string }>(
    `select format('FOREIGN KEY (%s) REFERENCES %I.%I(%s)',
       ${names("columns")}, key ->> 'referencedSchema', key ->> 'references', ${names("referencedColumns")}) as definition
     from json_array_elements($1::json) with ordinality k(key, at) order by at`,
    [JSON.stringify(keys.map(({ key }) => key))],
  );
  const defined = keys.map(({ table, key: { name } }, at): [TableModel, Defined] => {
    const { definition } = must(rows[at], "each key is printed");
    return [table, { kind: "constraint", name, definition, valid: true }];
  });
  return new Map(tables.map((table) => [table, defined.filter(([of]) => of === table).map(([, key]) => key)]));
}
