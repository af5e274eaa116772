/** What the runs of this ledger made: tables, and single things on tables that were there before. All else is somebody else's. */
import type { TableModel } from "../../../mapping/model.ts";
import { LEDGER, tableSql } from "../session/sql.ts";
import type { Asking, BuiltKind, Defined, Named } from "./definitions.ts";

type Place = Pick<TableModel, "schema" | "name">;

export interface Note {
  readonly tbl: string;
  readonly kind: BuiltKind;
  readonly name: string;
  readonly run: number;
  /** What stands under its name and is defined otherwise is not it. */
  readonly definition: string;
  /** The schema's own migration that made it, where one did. */
  readonly version: string | null;
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
  /** Whether a run made this very thing, or one of its schema's migrations. */
  made(table: Place, thing: Defined): boolean;
  readonly notes: readonly Note[];
}

/** Asks the ledger; where there is none, nothing was made. */
export async function builtBy(session: Asking): Promise<Built> {
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
    made: (table, { kind, name, definition }) =>
      notes.some(
        (note) =>
          note.tbl === tableSql(table) && note.kind === kind && note.name === name && note.definition === definition,
      ),
    notes,
  };
}

/** Notes something that was made. */
export const noteBuilt = (session: Asking, note: Note) =>
  session.query(
    `insert into ${LEDGER}.built (tbl, kind, name, run, definition, version, made, unmade) values ($1, $2, $3, $4, $5, $6, $7::text[], $8)
     on conflict (tbl, kind, name, run) do update set definition = excluded.definition, version = excluded.version, made = excluded.made`,
    [note.tbl, note.kind, note.name, note.run, note.definition, note.version, note.made, note.unmade],
  );

export const forgetBuilt = (session: Asking, { tbl, kind, name, run }: Pick<Note, "tbl" | "kind" | "name" | "run">) =>
  session.query(`delete from ${LEDGER}.built where tbl = $1 and kind = $2 and name = $3 and run = $4`, [
    ...[tbl, kind, name, run],
  ]);

/** Notes why something could not be made. */
export const noteUnbuilt = (session: Asking, run: number, tbl: string, { kind, name }: Named, reason: string) =>
  session.query(
    `insert into ${LEDGER}.unbuilt (tbl, kind, name, run, reason) values ($1, $2, $3, $4, $5)
     on conflict (tbl, kind, name, run) do update set reason = excluded.reason`,
    [tbl, kind, name, run, reason],
  );

/** Why things of a table could not be made. */
export async function unbuiltOn(session: Asking, run: number, tbl: string): Promise<(Named & { reason: string })[]> {
  const { rows } = await session.query<Named & { reason: string }>(
    `select kind, name, reason from ${LEDGER}.unbuilt where run = $1 and tbl = $2`,
    [run, tbl],
  );
  return rows;
}
