/** What of a proof is computed already, while the rest is not yet: each kept with the versions of the rows it was computed from. */
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, literal, rowVersions } from "../../session/sql.ts";

export interface Lap {
  readonly content: string;
  readonly versions: string;
}

/** Longer than this between two laps, and a proof is a new one: it is never an old one. */
const LONGEST_PAUSE = "interval '30 minutes'";

/** What earlier invocations of this very proof have computed, by what it is. It is gone on with, so all of it lasts longer. */
export async function keptLaps(session: Session, { id, epoch }: Run): Promise<Map<string, Lap>> {
  const { rows } = await session.query<Lap & { what: string }>(
    `update ${LEDGER}.lap set at = now() where run = $1 and epoch = $2 and at > now() - ${LONGEST_PAUSE} returning what, content, versions`,
    [id, epoch],
  );
  return new Map(rows.map(({ what, ...lap }) => [what, lap]));
}

/** Notes that a part of a proof begins. Says whether it was begun before, and came to no end: then it is gone on with. */
export async function goesOn(session: Session, { id, epoch }: Run, part: string): Promise<boolean> {
  const { rows } = await session.query(
    `insert into ${LEDGER}.lap (run, epoch, what, content, versions) values ($1, $2, $3, '', '')
     on conflict (run, what) do update set epoch = excluded.epoch, at = now()
       where lap.epoch <> excluded.epoch or lap.at <= now() - ${LONGEST_PAUSE} returning what`,
    [id, epoch, `${part} begun`],
  );
  return rows.length === 0;
}

const KEEP =
  "on conflict (run, what) do update set epoch = excluded.epoch, content = excluded.content, versions = excluded.versions, at = excluded.at";

export const keepLap = (session: Session, { id, epoch }: Run, what: string, { content, versions }: Lap) =>
  session.query(`insert into ${LEDGER}.lap (run, epoch, what, content, versions) values ($1, $2, $3, $4, $5) ${KEEP}`, [
    id,
    epoch,
    what,
    content,
    versions,
  ]);

/** One statement that computes a lap and keeps it, as of one moment. What is computed are expressions of type text. */
export const computingLap = ({ id, epoch }: Run, what: string, { content, versions }: Lap): string =>
  `insert into ${LEDGER}.lap (run, epoch, what, content, versions, at)
   select ${id}, ${epoch}, ${literal(what)}, ${content}, ${versions}, clock_timestamp() ${KEEP}`;

/** A proof has come to its end. */
export const forgetLaps = (session: Session, { id }: Pick<Run, "id">) =>
  session.query(`delete from ${LEDGER}.lap where run = $1`, [id]);

/** As an expression: what changes when anything is written to the lines the ledger has, of a table or of all. */
export function lineVersions({ id }: Pick<Run, "id">, table?: { readonly index: number }): string {
  const of = table === undefined ? "" : ` and v.tbl = ${table.index}`;
  const lines = (name: string) => `(select ${rowVersions("v")} from ${LEDGER}.${name} v where v.run = ${id}${of})`;
  return `${lines("line")} || ' ' || ${lines("parked")}`;
}

/** The same of what a pass has met. */
export function passVersions({ id }: Pick<Run, "id">): string {
  const all = ["item", "seen"].map(
    (name) => `(select ${rowVersions("v")} from ${LEDGER}.${name} v where v.run = ${id})`,
  );
  return all.join(" || ' ' || ");
}
