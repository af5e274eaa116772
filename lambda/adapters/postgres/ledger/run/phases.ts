/** The life of a run: one table of what may be done in which phase and leads to which, and what moves a run along it or refuses. */
import { MigrationError } from "../../../../domain/migration-error.ts";
import { must } from "../../../../domain/must.ts";
import type { Phase, Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { lockRun, updateRun } from "./run.ts";

interface MoveModel {
  readonly from: readonly Phase[];
  /** The run stays where it is where there is none. */
  readonly to?: Phase;
  /** Something begins by it: what was begun before may end nothing any more. */
  readonly begins?: true;
}

const MOVES = {
  /** The pass goes on. */
  resume: { from: ["copy", "repair", "build", "verify"] },
  /** A new pass over the source. */
  pass: { from: ["ended"], to: "copy", begins: true },
  /** The same by another mapping, however far the last pass has come. */
  remap: { from: ["copy", "repair", "build", "verify", "ended"], to: "copy", begins: true },
  /** The next export, once it is known what became of all records of those before. */
  next: { from: ["build", "verify", "ended"], to: "copy", begins: true },
  build: { from: ["copy", "repair"], to: "build" },
  /** What is left to remove is removed. */
  rebuild: { from: ["ended"], to: "build", begins: true },
  /** What was read once more of the source is read anew. */
  reread: { from: ["build"], begins: true },
  verify: { from: ["build"], to: "verify" },
  /** A proof counts, also one that is made again. */
  end: { from: ["verify", "ended"], to: "ended" },
  repair: { from: ["repair", "build", "verify", "ended"], to: "repair", begins: true },
  /** What waits for a decision is known when all is settled. */
  accept: { from: ["verify", "ended"] },
  seal: { from: ["ended"] },
  rollback: { from: ["copy", "repair", "build", "verify", "ended", "rollback"], to: "rollback", begins: true },
} satisfies Readonly<Record<string, MoveModel>>;

export type Move = keyof typeof MOVES;

/** Where a move leads from a phase; undefined where it may not be made there. */
export function phaseAfter(move: Move, phase: Phase): Phase | undefined {
  const { from, to = phase }: MoveModel = MOVES[move];
  return from.includes(phase) ? to : undefined;
}

export interface Moving {
  /** The run as it was looked at: nothing may have begun since. */
  readonly since?: Run;
  /** Why the run may not be moved from where it is, in the words of what was to be done. */
  readonly refusal?: (now: Run) => MigrationError;
  /** What is written down with it: columns, with values from `$3` on. */
  readonly set?: string;
  readonly values?: readonly unknown[];
}

const ENTRY = "jsonb_build_array(jsonb_build_object('phase', $2::text, 'at', clock_timestamp()))";

/** A pass begins with its copy, which is one, also where windows follow one after the other. */
const ENTERED = {
  first: `entered = ${ENTRY}`,
  next: `entered = entered || ${ENTRY}`,
  again: "entered = entered - -1",
} as const;

/**
 * Moves a run along, which then stays there until the transaction ends. What it is now decides, not what it was when it was looked
 * at. Throws MigrationError `moved-on` where something else has begun since, `sealed`, or what `refusal` says.
 */
export async function moveRun(session: Session, id: number, move: Move, how: Moving = {}): Promise<Run> {
  const { since, refusal, set, values = [] } = how;
  const now = await lockRun(session, id);
  if (since !== undefined && now?.epoch !== since.epoch) throw movedOn(since);
  const to = checkMove(must(now, "a run that was found stays in the ledger"), move, refusal);
  const { begins }: MoveModel = MOVES[move];
  const isAgain = move === "next" && now?.phase === "build";
  const sets = [
    "phase = $2",
    ...(begins === true ? ["epoch = epoch + 1"] : []),
    ...(isAgain
      ? [ENTERED.again]
      : to === "copy" && begins === true
        ? [ENTERED.first]
        : to === now?.phase
          ? []
          : [ENTERED.next]),
    ...(set === undefined ? [] : [set]),
  ];
  return updateRun(session, id, sets.join(", "), [to, ...values]);
}

/** Where a move would lead; throws as `moveRun` does. */
export function checkMove(now: Run, move: Move, refusal: (now: Run) => MigrationError = refused): Phase {
  if (now.sealedAt !== undefined && move !== "seal") throw sealed(now.id);
  const to = phaseAfter(move, now.phase);
  if (to === undefined) throw refusal(now);
  return to;
}

/**
 * Whether a run is in a phase still, nothing having begun since; `held` until the transaction ends: nobody begins anything else
 * meanwhile.
 */
export async function isInPhase(session: Session, { id, epoch }: Run, phase: Phase, held?: "held"): Promise<boolean> {
  const { rows } = await session.query(
    `select from ${LEDGER}.run where id = $1 and epoch = $2 and phase = $3 and sealed_at is null ${held === undefined ? "" : "for share"}`,
    [id, epoch, phase],
  );
  return rows.length > 0;
}

const refused = (now: Run): MigrationError => (now.phase === "rollback" ? rolledBack(now) : movedOn(now));

export const movedOn = ({ id, pass }: Pick<Run, "id" | "pass">): MigrationError =>
  new MigrationError(
    "moved-on",
    `another process has gone on with run ${id} since pass ${pass} was looked at`,
    "ask `status` and `report` what it found",
  );

export const sealed = (id: number): MigrationError =>
  new MigrationError(
    "sealed",
    `run ${id} is sealed: its rows belong to the application`,
    "nothing is to be done; what the source holds by now is no longer migrated",
  );

export const rolledBack = ({ id }: Pick<Run, "id">): MigrationError =>
  new MigrationError("in-use", `run ${id} is being rolled back`, "run rollback until it ends, then migrate anew");
