/** What the runs of this ledger made: tables, and single things on tables that were there before. All else is somebody else's. */
import { type Asking, isTable } from "../../session/catalogue.ts";
import { LEDGER, type TablePlace, tableSql } from "../../session/sql.ts";

/** A constraint, an index or a trigger by its name, the rest by the name of its column. */
export type BuiltKind = "constraint" | "index" | "not null" | "default" | "identity" | "trigger";

export interface Named {
  readonly kind: BuiltKind | "primary key";
  readonly name: string;
}

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
  created(table: TablePlace, run?: number): boolean;
  /** The tables a run made, whether or not the mapping still knows them. */
  tables(run: number): readonly TablePlace[];
  has(table: TablePlace, kind: BuiltKind, name: string): boolean;
  /** Whether a run made this very thing, or one of its schema's migrations. */
  made(table: TablePlace, thing: Named & Pick<Note, "definition">): boolean;
  readonly notes: readonly Note[];
}

interface CreatedTable extends TablePlace {
  readonly run: number;
}

/** Tables that runs have made, as the ledger remembers them. */
export async function createdTables(session: Asking): Promise<CreatedTable[]> {
  const { rows } = await session.query<{ run: number; schema: string; name: string }>(
    `select run, schema, name from ${LEDGER}.created_table order by run, schema, name`,
  );
  return rows;
}

export const noteCreated = (session: Asking, run: number, { schema, name }: TablePlace) =>
  session.query(`insert into ${LEDGER}.created_table (run, schema, name) values ($1, $2, $3) on conflict do nothing`, [
    run,
    schema,
    name,
  ]);

/** Asks the ledger; where there is none, nothing was made. */
export async function builtBy(session: Asking): Promise<Built> {
  const none = !(await isTable(session, `${LEDGER}.built`));
  const tables = none ? [] : await createdTables(session);
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

/** What a migration of a schema's own made, for whichever run. */
export const forgetMigrated = (session: Asking, tbl: string, { kind, name }: Named) =>
  session.query(`delete from ${LEDGER}.built where tbl = $1 and kind = $2 and name = $3 and version is not null`, [
    ...[tbl, kind, name],
  ]);

/** What a run has noted before it made it, and could not make. */
export const forgetUnmade = (session: Asking, run: number, tbl: string, { kind, name }: Named) =>
  session.query(
    `delete from ${LEDGER}.built where tbl = $1 and kind = $2 and name = $3 and run = $4 and version is null`,
    [...[tbl, kind, name, run]],
  );
