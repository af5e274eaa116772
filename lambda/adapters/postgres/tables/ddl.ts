/** The mapping's tables → the statements that make them: the very ones a run carries out, so that what is printed for review is what happens. */
import { sqlType } from "../../../mapping/kinds.ts";
import type {
  AfterModel,
  CheckModel,
  ColumnList,
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  Mapping,
  TableModel,
} from "../../../mapping/model.ts";
import { literal, quote, quoteAll, type TablePlace, tableSql } from "../session/sql.ts";

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

export const addPrimaryKey = (table: TableModel): string =>
  `alter table ${tableSql(table)} add primary key (${quoteAll(table.primaryKey.map(({ name }) => name))})`;

export const addUnique = (table: TableModel, { name, columns }: ColumnList): string =>
  `alter table ${tableSql(table)} add constraint ${quote(name)} unique (${quoteAll(columns)})`;

export const createIndex = (table: TableModel, { name, columns, where }: IndexModel): string =>
  `create index ${quote(name)} on ${tableSql(table)} (${quoteAll(columns)})${where === undefined ? "" : ` where ${where}`}`;

/** The table a foreign key refers to. */
export const referredPlace = ({ references, referencedSchema }: ForeignKeyModel): TablePlace => ({
  schema: referencedSchema,
  name: references,
});

/** Of all foreign keys of tables. */
export const referredBy = (tables: readonly Pick<TableModel, "foreignKeys">[]): TablePlace[] =>
  tables.flatMap(({ foreignKeys }) => foreignKeys.map(referredPlace));

/** The same as SQL. */
export const referredTable = (key: ForeignKeyModel): string => tableSql(referredPlace(key));

/** In force for new rows at once; the rows that are there are vouched for by `validateConstraint`. */
export const addForeignKey = (table: TableModel, key: ForeignKeyModel): string =>
  `alter table ${tableSql(table)} add constraint ${quote(key.name)} foreign key (${quoteAll(key.columns)})
  references ${referredTable(key)} (${quoteAll(key.referencedColumns)}) not valid`;

/** As `addForeignKey`. */
export const addCheck = (table: TableModel, { name, sql }: CheckModel): string =>
  `alter table ${tableSql(table)} add constraint ${quote(name)} check (${sql}) not valid`;

export const validateConstraint = (table: TableModel, { name }: { readonly name: string }): string =>
  `alter table ${tableSql(table)} validate constraint ${quote(name)}`;

/** A default for the time after. May be repeated. */
export const defaultLater = (table: TableModel, { name, laterDefault }: ColumnModel): string[] =>
  setDefault(table, { name, ...(laterDefault === undefined ? {} : { laterDefault }) });

/** The default a column has when all is over. */
export function setDefault(
  table: TableModel,
  { name, laterDefault, defaultSql }: Pick<ColumnModel, "name" | "laterDefault" | "defaultSql">,
): string[] {
  const sql = laterDefault ?? defaultSql;
  return sql === undefined ? [] : [`alter table ${tableSql(table)} alter ${quote(name)} set default ${sql}`];
}

/** All of them or none: what is sent at once is one transaction. A comment at the end of one ends with its line. */
export const together = (statements: readonly string[]): string => statements.join("\n; ");

/** Who owns a table from then on, and who may use it. May be repeated. */
export function forLater(table: TableModel, { owner, grants }: AfterModel): string[] {
  const at = tableSql(table);
  const granted = grants.flatMap(({ role, privileges }) => [
    `grant usage on schema ${quote(table.schema)} to ${quote(role)}`,
    `grant ${privileges.join(", ")} on ${at} to ${quote(role)}`,
  ]);
  // A foreign key is checked with the rights of its table's owner: without the schema, no row could be deleted any more.
  const owned =
    owner === undefined
      ? []
      : [
          `grant usage on schema ${quote(table.schema)} to ${quote(owner)}`,
          `alter table ${at} owner to ${quote(owner)}`,
        ];
  return [...granted, ...owned];
}

/** Numbers for the time after, beyond the highest there is and never below 1. May be repeated. */
export function numbering(table: TableModel, column: string): string[] {
  const at = tableSql(table);
  const is = `attrelid = to_regclass(${literal(at)}) and attname = ${literal(column)} and attidentity <> ''`;
  return [
    `do $$ begin if not exists (select from pg_attribute where ${is}) then
  alter table ${at} alter ${quote(column)} add generated by default as identity; end if; end $$`,
    `select setval(pg_get_serial_sequence(${literal(at)}, ${literal(column)}), greatest(coalesce(max(${quote(column)}), 0) + 1, 1), false) from ${at}`,
  ];
}

/** Everything in the order of a run: tables before the copy, the rest after it. */
export function ddlOf({ tables, after }: Mapping): {
  readonly before: readonly string[];
  readonly after: readonly string[];
} {
  return {
    before: [...createSchemas(tables), ...tables.flatMap(createTable)],
    after: [
      ...tables.flatMap((table) => [
        ...promisedLater(table).map(({ name }) => setNotNull(table, name)),
        ...table.uniques.map((list) => addUnique(table, list)),
        ...table.indexes.map((list) => createIndex(table, list)),
        ...table.checks.flatMap((check) => [addCheck(table, check), validateConstraint(table, check)]),
      ]),
      ...tables.flatMap((table) =>
        table.foreignKeys.flatMap((key) => [addForeignKey(table, key), validateConstraint(table, key)]),
      ),
      ...tables.flatMap((table) => [
        ...table.columns.flatMap((column) => [
          ...defaultLater(table, column),
          ...(column.identity === undefined ? [] : numbering(table, column.name)),
        ]),
        ...forLater(table, after),
      ]),
    ],
  };
}

export const createSchemas = (tables: readonly Pick<TableModel, "schema">[]): string[] =>
  [...new Set(tables.map(({ schema }) => schema))]
    .filter((schema) => schema !== "public")
    .map((schema) => `create schema if not exists ${quote(schema)}`);
