/** What the runs of this ledger made: tables, and single things on tables that were there before. All else is somebody else's. */
import type { TableModel } from "../../mapping/model.ts";
import type { Session } from "./connection.ts";
import { LEDGER, tableSql } from "./sql.ts";

type Place = Pick<TableModel, "schema" | "name">;

/** A constraint or an index by its name, the rest by the name of its column. */
export type BuiltKind = "constraint" | "index" | "not null" | "default" | "identity";

export interface Note {
  readonly tbl: string;
  readonly kind: BuiltKind;
  readonly name: string;
  readonly run: number;
  /** The statements that make it; what the data breaks, later ones refuse. */
  readonly made: readonly string[];
  readonly unmade: string;
}

export interface Built {
  /** Whether a run made the table; then no row in it is anybody else's business. */
  created(table: Place, run?: number): boolean;
  /** The tables a run made, whether or not the mapping still knows them. */
  tables(run: number): readonly Place[];
  has(table: Place, kind: BuiltKind, name: string): boolean;
  readonly notes: readonly Note[];
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
        `select run, schema, name from ${LEDGER}.created_table order by run, schema, name`,
      );
  const { rows: notes } = none ? { rows: [] } : await session.query<Note>(`select * from ${LEDGER}.built`);
  return {
    created: (table, run) =>
      tables.some((each) => tableSql(each) === tableSql(table) && (run ?? each.run) === each.run),
    tables: (run) => tables.filter((each) => each.run === run),
    has: (table, kind, name) =>
      notes.some((note) => note.tbl === tableSql(table) && note.kind === kind && note.name === name),
    notes,
  };
}

/** Notes something that was made. */
export const noteBuilt = (session: Session, { tbl, kind, name, run, made, unmade }: Note) =>
  session.query(
    `insert into ${LEDGER}.built (tbl, kind, name, run, made, unmade) values ($1, $2, $3, $4, $5::text[], $6)
     on conflict (tbl, kind, name, run) do update set made = excluded.made`,
    [tbl, kind, name, run, made, unmade],
  );
