/** A mapping → the tables it means, as a report has them: what a person draws a picture of. */
import { sqlType } from "../../mapping/kinds.ts";
import type { Mapping } from "../../mapping/model.ts";

export interface TableShape {
  readonly name: string;
  /** The Postgres schema it is in. */
  readonly schema: string;
  readonly comment?: string;
  /** `type` as SQL spells it. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly references: string;
    readonly referencedColumns: readonly string[];
  }[];
  readonly uniques: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly indexes: readonly { readonly name: string; readonly columns: readonly string[]; readonly where?: string }[];
  readonly checks: readonly { readonly name: string; readonly sql: string }[];
}

export const shapeOf = ({ tables }: Mapping): TableShape[] =>
  tables.map(({ name, schema, comment, columns, primaryKey, foreignKeys, uniques, indexes, checks }) => ({
    ...{ name, schema },
    ...(comment === undefined ? {} : { comment }),
    columns: columns.map((column) => ({
      ...{ name: column.name, type: sqlType(column.type), nullable: column.nullable },
    })),
    primaryKey: primaryKey.map((column) => column.name),
    foreignKeys: foreignKeys.map((key) => ({
      ...{ name: key.name, columns: key.columns, references: key.references },
      referencedColumns: key.referencedColumns,
    })),
    uniques: uniques.map((unique) => ({ name: unique.name, columns: unique.columns })),
    indexes: indexes.map(({ name: index, columns: of, where }) => ({
      ...{ name: index, columns: of },
      ...(where === undefined ? {} : { where }),
    })),
    checks: checks.map((check) => ({ name: check.name, sql: check.sql })),
  }));
