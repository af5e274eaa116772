/** The mapping's tables → the statements that make them: the very ones a run carries out, so that what is printed for review is what happens. */
import pg from "pg";
import { sqlType } from "../../mapping/kinds.ts";
import type { ColumnList, ColumnModel, ForeignKeyModel, Mapping, TableModel } from "../../mapping/model.ts";
import { quote, quoteAll, tableSql } from "./sql.ts";

export const literal = (text: string): string => pg.escapeLiteral(text);

/** Columns of a merge table are filled part by part: their NOT NULL comes after the copy. */
export function promisedLater(table: TableModel): readonly ColumnModel[] {
  if (table.duplicates !== "merge") return [];
  return table.columns.filter((column) => !column.nullable && !table.primaryKey.includes(column));
}

/** `create table`, with its comments; constraints but the primary key come after the copy. */
export function createTable(table: TableModel): string[] {
  const later = promisedLater(table);
  const columns = table.columns.map((column) =>
    [
      quote(column.name),
      sqlType(column.type),
      ...(column.defaultSql === undefined ? [] : [`default ${column.defaultSql}`]),
      ...(column.nullable || later.includes(column) ? [] : ["not null"]),
    ].join(" "),
  );
  const key = `primary key (${quoteAll(table.primaryKey.map(({ name }) => name))})`;
  const comments = table.columns.flatMap(({ name, comment }) =>
    comment === undefined ? [] : [`comment on column ${tableSql(table)}.${quote(name)} is ${literal(comment)}`],
  );
  const own = table.comment === undefined ? [] : [`comment on table ${tableSql(table)} is ${literal(table.comment)}`];
  return [`create table ${tableSql(table)} (\n  ${[...columns, key].join(",\n  ")}\n)`, ...own, ...comments];
}

export const setNotNull = (table: TableModel, column: string): string =>
  `alter table ${tableSql(table)} alter ${quote(column)} set not null`;

export const addUnique = (table: TableModel, { name, columns }: ColumnList): string =>
  `alter table ${tableSql(table)} add constraint ${quote(name)} unique (${quoteAll(columns)})`;

export const createIndex = (table: TableModel, { name, columns }: ColumnList): string =>
  `create index if not exists ${quote(name)} on ${tableSql(table)} (${quoteAll(columns)})`;

/** In force for new rows at once; the rows that are there are vouched for by `validateForeignKey`. */
export const addForeignKey = (table: TableModel, key: ForeignKeyModel): string =>
  `alter table ${tableSql(table)} add constraint ${quote(key.name)} foreign key (${quoteAll(key.columns)})
  references ${tableSql({ name: key.references })} (${quoteAll(key.referencedColumns)}) not valid`;

export const validateForeignKey = (table: TableModel, { name }: ForeignKeyModel): string =>
  `alter table ${tableSql(table)} validate constraint ${quote(name)}`;

/** Everything in the order of a run: tables before the copy, the rest after it. */
export function ddlOf({ tables }: Mapping): { readonly before: readonly string[]; readonly after: readonly string[] } {
  return {
    before: tables.flatMap(createTable),
    after: [
      ...tables.flatMap((table) => [
        ...promisedLater(table).map(({ name }) => setNotNull(table, name)),
        ...table.uniques.map((list) => addUnique(table, list)),
        ...table.indexes.map((list) => createIndex(table, list)),
      ]),
      ...tables.flatMap((table) =>
        table.foreignKeys.flatMap((key) => [addForeignKey(table, key), validateForeignKey(table, key)]),
      ),
    ],
  };
}
