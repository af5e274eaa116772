/** What the runs of this ledger made: tables, and single things on tables that were there before. All else is somebody else's. */
import type { TableModel } from "../../mapping/model.ts";
import type { Session } from "./connection.ts";
import { LEDGER, tableSql } from "./sql.ts";

type Place = Pick<TableModel, "schema" | "name">;

/** On a table that was there before: a constraint or an index by its name, the rest by the name of its column. */
export type BuiltKind = "constraint" | "index" | "not null" | "default" | "identity";

export interface Built {
  /** Whether a run made the table; then everything on it is ours. */
  created(table: Place, run?: number): boolean;
  has(table: Place, kind: BuiltKind, name: string): boolean;
  /** Names of one kind on a table that was there before; of one run, or of any. */
  names(table: Place, kind: BuiltKind, run?: number): readonly string[];
}

/** Asks the ledger; where there is none, nothing was made. */
export async function builtBy(session: Session): Promise<Built> {
  const { rows: found } = await session.query<{ there: boolean }>(
    `select to_regclass('${LEDGER}.built') is not null as there`,
  );
  const none = found[0]?.there !== true;
  const { rows: tables } = none
    ? { rows: [] }
    : await session.query<{ run: number; schema: string; name: string }>(
        `select run, schema, name from ${LEDGER}.created_table`,
      );
  const { rows: parts } = none
    ? { rows: [] }
    : await session.query<{ tbl: string; kind: string; name: string; run: number }>(`select * from ${LEDGER}.built`);
  const names = (table: Place, kind: BuiltKind, run?: number): string[] =>
    parts
      .filter((part) => part.tbl === tableSql(table) && part.kind === kind && (run ?? part.run) === part.run)
      .map(({ name }) => name);
  return {
    created: (table, run) =>
      tables.some((each) => tableSql(each) === tableSql(table) && (run ?? each.run) === each.run),
    has: (table, kind, name) => names(table, kind).includes(name),
    names,
  };
}

/** Notes something that was made on a table that was there before. Whoever made it first is the one to take it back. */
export const noteBuilt = (session: Session, run: number, table: Place, kind: BuiltKind, name: string) =>
  session.query(`insert into ${LEDGER}.built (tbl, kind, name, run) values ($1, $2, $3, $4) on conflict do nothing`, [
    tableSql(table),
    kind,
    name,
    run,
  ]);
