/**
 * What is done one by one when a run's rows are in → noted before it begins, with what came of it. Each is attempted once since the
 * run's last beginning, by however many processes: whoever goes on after one that vanished finds what has ended, and what was begun.
 */
import type { Run } from "../../../../ports/runs.ts";
import type { Asking } from "../../session/catalogue.ts";
import { UNBUILDABLE } from "../../session/errors.ts";
import { LEDGER, literal } from "../../session/sql.ts";
import type { Named } from "./built.ts";

/** Something to be built, a table's statistics, or all that becomes of the rows. */
export interface Attempted {
  /** As SQL; empty where it is about the run as a whole. */
  readonly tbl: string;
  readonly kind: Named["kind"] | "statistics" | "rows";
  readonly name: string;
}

interface Attempt extends Attempted {
  readonly ended: boolean;
}

/** Those since the run's last beginning. Earlier ones are forgotten: everything is about to be tried again. */
export async function attemptsOf(session: Asking, { id, epoch }: Run): Promise<Attempt[]> {
  await session.query(`delete from ${LEDGER}.attempt where run = $1 and epoch <> $2`, [id, epoch]);
  const { rows } = await session.query<Attempt>(
    `select tbl, kind, name, ended from ${LEDGER}.attempt where run = $1 and epoch = $2`,
    [id, epoch],
  );
  return rows;
}

export const isSame = (a: Attempted, b: Attempted): boolean =>
  a.tbl === b.tbl && a.kind === b.kind && a.name === b.name;

export const beginAttempt = (session: Asking, { id, epoch }: Run, { tbl, kind, name }: Attempted) =>
  session.query(
    `insert into ${LEDGER}.attempt (run, epoch, tbl, kind, name) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [id, epoch, tbl, kind, name],
  );

/** With the reason where it could not be done. */
export async function endAttempt(
  session: Asking,
  { id, epoch }: Run,
  { tbl, kind, name }: Attempted,
  reason: string | null = null,
): Promise<void> {
  await session.query(
    `insert into ${LEDGER}.attempt (run, epoch, tbl, kind, name, ended, reason) values ($1, $2, $3, $4, $5, true, $6)
     on conflict (tbl, kind, name, run) do update set epoch = excluded.epoch, ended = true, reason = excluded.reason`,
    [id, epoch, tbl, kind, name, reason],
  );
}

interface Noting {
  /** With it the attempt ends. */
  readonly isLast: boolean;
  /** Its failure is noted as well: the process that would be told of it may be gone, as the one before was. */
  readonly isAgain: boolean;
}

/** A statement, as one transaction with the note that it was carried out. */
export function noting(
  { id }: Pick<Run, "id">,
  { tbl, kind, name }: Attempted,
  statement: string,
  { isLast, isAgain }: Noting,
): string {
  const it = `run = ${id} and tbl = ${literal(tbl)} and kind = ${literal(kind)} and name = ${literal(name)}`;
  const ended = `update ${LEDGER}.attempt set ended = true`;
  const end = isLast ? `\n; ${ended} where ${it}` : "";
  if (!isAgain) return `${statement}${end}`;
  // What Postgres says of it is left out: nothing here can tell whether that quotes a row.
  const reason = "'it failed when nobody was there to be told why, SQLSTATE ' || sqlstate || '; a repair tells more'";
  return `do ${literal(`begin
    begin execute ${literal(statement)}; exception when others then
      if sqlstate !~ ${literal(UNBUILDABLE.source)} then raise; end if;
      ${ended}, reason = coalesce(reason, ${reason}) where ${it};
    end${end};
  end`)}`;
}

/** Why something could not be made. */
export interface Unbuilt extends Named {
  readonly reason: string;
}

/** What could not be made of tables, by the tables' names as SQL. */
export async function unbuiltOn(session: Asking, run: number): Promise<ReadonlyMap<string, readonly Unbuilt[]>> {
  const { rows } = await session.query<Unbuilt & { tbl: string }>(
    `select tbl, kind, name, reason from ${LEDGER}.attempt where run = $1 and reason is not null`,
    [run],
  );
  return Map.groupBy(rows, ({ tbl }) => tbl);
}
