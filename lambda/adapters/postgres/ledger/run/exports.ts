/** Exports of a run: which was applied, which comes next, and whether one has to be read anew. */
import { type AppliedExport, type ExportsAtHand, nextExport } from "../../../../domain/chain.ts";
import type { OpenRun, Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { moveRun } from "./phases.ts";
import { lockRun } from "./run.ts";

export interface Step {
  /** None where the run has ended, and no new pass is to begin. */
  readonly move?: "remap" | "pass" | "resume" | "rebuild";
  /** The exports that were applied before in the pass that is gone on with or begun. */
  readonly applied: readonly AppliedExport[];
  readonly next?: AppliedExport;
}

export const exportsOf = ({ applied, next }: Step): readonly AppliedExport[] =>
  next === undefined ? applied : [...applied, next];

/** What opening a run comes to. */
export async function stepOf(session: Session, run: Run, { mapping, exports, prune = false }: OpenRun): Promise<Step> {
  const { exports: applied, phase } = run;
  const isAnew = run.mapping !== mapping;
  const move = isAnew ? "remap" : phase === "ended" ? "pass" : "resume";
  if (exports === undefined) return { move, applied };
  const first = (): Step => ({ move, applied: [], ...allFollowing([], exports) });
  if (isAnew || applied.length === 0) return first();
  if (move === "resume") return { move, applied };
  // What a damaged file has left cannot be told from what others say: all of it is read anew.
  if (await isDamaged(session, run)) return first();
  const { next } = allFollowing(applied, exports);
  if (next === undefined) return prune ? { move: "rebuild", applied } : { applied };
  // What this pass goes on with is begun once the run is open: see `goOnWithNext`.
  return next.from === undefined ? { move, applied: [], next } : { applied };
}

/** The next one; throws where one of those behind it cannot be applied, before anything is written. */
function allFollowing(applied: readonly AppliedExport[], exports: ExportsAtHand): Pick<Step, "next"> {
  const first = nextExport(applied, exports);
  if (first === undefined) return {};
  const all = [...(first.from === undefined ? [] : applied), first];
  for (let next: AppliedExport | undefined = first; next !== undefined; ) {
    next = nextExport(all, exports);
    if (next !== undefined) all.push(next);
  }
  return { next: first };
}

/** The next window, while the run stays where it was looked at; undefined where none follows, or something is wrong with one before. */
export async function goOnWithNext(session: Session, run: Run, exports: ExportsAtHand): Promise<Run | undefined> {
  const now = await lockRun(session, run.id);
  if (now?.epoch !== run.epoch || (await isDamaged(session, now))) return undefined;
  const next = nextExport(now.exports, exports);
  if (next?.from === undefined) return undefined;
  const values = [JSON.stringify([...now.exports, next]), JSON.stringify([...new Set([...now.places, next.place])])];
  // What ended some time ago begins again.
  const set = `exports = $3, places = $4${now.phase === "ended" ? ", started_at = clock_timestamp()" : ""}`;
  const moved = await moveRun(session, run.id, "next", { since: run, set, values });
  return { ...moved, stops: run.stops };
}

/** Whether a file that this pass has read was not what its manifest says, or an export has none that was. */
async function isDamaged(session: Session, { id, pass }: Run): Promise<boolean> {
  const units = `from ${LEDGER}.unit u where u.run = $1 and u.pass = $2`;
  const { rows } = await session.query(
    `select ${units} and fault is not null
     union all select from ${LEDGER}.run r cross join lateral jsonb_array_elements(r.exports) with ordinality e(export, number)
     where r.id = $1 and (e.export ->> 'records')::bigint > 0 and not exists (select ${units} and u."window" = e.number - 1) limit 1`,
    [id, pass],
  );
  return rows.length > 0;
}
