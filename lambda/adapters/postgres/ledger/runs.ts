/** Runs in the ledger: begun, resumed, ended. The pass and its phase stand in one row, so they change together. */

import { type MappingParts, mappingChanges, numbersAgree } from "../../../domain/decode/mapping-parts.ts";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { must } from "../../../domain/must.ts";
import type { Report } from "../../../domain/proof/report.ts";
import type { OpenRun, Phase, Run, RunStore } from "../../../ports/runs.ts";
import { type Session, transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { LEDGER } from "../session/sql.ts";
import { migrateLedger } from "./ledger.ts";
import { lockRuns, refuseWhileUsed } from "./locks.ts";
import { ownedByOthers } from "./owned.ts";

interface RunRow {
  readonly id: number;
  readonly source: string;
  readonly mapping: string;
  readonly parts: string;
  readonly expired_at: string;
  readonly pass: number;
  readonly phase: Phase;
  readonly started_at: Date;
  readonly report: string | null;
  readonly log_key: string;
  readonly sealed_at: string | null;
  readonly epoch: string | null;
  readonly stops_seen: string | null;
}

/** Of `run r`. What a ledger from before does not have reads as NULL. */
const COLUMNS = `r.id, r.source, r.mapping, r.parts, r.expired_at, r.pass, r.phase, r.started_at, r.report, r.log_key,
  to_jsonb(r) ->> 'sealed_at' as sealed_at, to_jsonb(r) ->> 'epoch' as epoch, to_jsonb(r) ->> 'stops_seen' as stops_seen`;

function runOf(row: RunRow): Run {
  const report: Report | null = row.report === null ? null : JSON.parse(row.report);
  const parts: MappingParts = JSON.parse(row.parts);
  return {
    id: row.id,
    pass: row.pass,
    epoch: Number(row.epoch ?? 0),
    stops: Number(row.stops_seen ?? 0),
    phase: row.phase,
    source: row.source,
    mapping: row.mapping,
    parts,
    expiredAt: BigInt(row.expired_at),
    startedAt: row.started_at,
    logKey: row.log_key,
    ...(report === null ? {} : { report }),
    ...(row.sealed_at === null ? {} : { sealedAt: new Date(row.sealed_at) }),
  };
}

/** From where a phase is entered. */
const BEFORE: Readonly<Record<"build" | "verify" | "ended", readonly Phase[]>> = {
  build: ["copy", "repair"],
  verify: ["build"],
  ended: ["verify", "ended"],
};

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

/** A run as it is now, held until the transaction ends; undefined where it is gone. */
export async function lockRun(session: Session, id: number): Promise<Run | undefined> {
  const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run r where id = $1 for update`, [id]);
  return rows[0] && runOf(rows[0]);
}

/** Moves a run on, and returns what it is then. */
export async function updateRun(session: Session, id: number, set: string, values: readonly unknown[] = []) {
  const { rows } = await session.query<RunRow>(`update ${LEDGER}.run r set ${set} where id = $1 returning ${COLUMNS}`, [
    id,
    ...values,
  ]);
  return runOf(must(rows[0], "a run that was opened stays in the ledger"));
}

export function runStore(sessions: Sessions): RunStore {
  return {
    open: async (request) => {
      await migrateLedger(sessions);
      return sessions.use((session) => transaction(session, () => open(session, request)));
    },
    enter: (run, phase, report) =>
      sessions.use(async (session) => {
        // Only from the phase before, and only while nothing else was begun: a proof of before a repair is none.
        const { rowCount } = await session.query(
          `update ${LEDGER}.run set phase = $3, report = coalesce($4, report)
           where id = $1 and epoch = $2 and phase = any($5::text[]) and sealed_at is null`,
          [run.id, run.epoch, phase, report === undefined ? null : JSON.stringify(report), BEFORE[phase]],
        );
        const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run r where id = $1`, [run.id]);
        const now = rows[0] && runOf(rows[0]);
        if (now === undefined || now.phase === "rollback") throw rolledBack(run);
        // Another process may have done the same step: then its phase stands. A sealed run can still be proven.
        const isSealedProof = phase === "ended" && now.sealedAt !== undefined && now.phase === "ended";
        if (now.epoch !== run.epoch || (rowCount === 0 && phase === "ended" && !isSealedProof)) throw movedOn(run);
        return { ...now, stops: run.stops };
      }),
    list: () =>
      sessions.use(async (session) => {
        const { rows: found } = await session.query<{ ledger: string | null }>(
          `select to_regclass('${LEDGER}.run')::text as ledger`,
        );
        if (found[0]?.ledger === null) return [];
        const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run r order by id desc`);
        return rows.map(runOf);
      }),
  };
}

async function open(session: Session, request: OpenRun): Promise<Run> {
  const { source, mapping, parts, now } = request;
  const expiredAt = Math.floor(now.getTime() / 1000);
  // Two runs that begin at once would each find the tables unmade.
  await lockRuns(session);
  const findings = await ownedByOthers(session, source, parts.tables);
  if (findings.length > 0) {
    const problem = "another source's run has begun with the same tables";
    throw new MigrationError("preflight", problem, "see each finding", { findings });
  }
  await session.query(
    `insert into ${LEDGER}.run (source, mapping, parts, expired_at, started_at) values ($1, $2, $3, $4, $5) on conflict (source) do nothing`,
    [source, mapping, JSON.stringify(parts), expiredAt, now],
  );
  const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run r where source = $1 for update`, [
    source,
  ]);
  const run = runOf(must(rows[0], "the run was just inserted, or was there"));
  if (run.sealedAt !== undefined) throw sealed(run.id);
  if (run.phase === "rollback") throw rolledBack(run);
  if (!numbersAgree(run.parts, parts)) {
    const problem = `another process has given new parts of the mapping of run ${run.id} their numbers`;
    throw new MigrationError("moved-on", problem, "run the same command again");
  }
  if (run.mapping !== mapping) {
    await acceptChanges(session, run, request);
    return nextPass(session, run, request);
  }
  return run.phase === "ended" ? nextPass(session, run, request) : updateRun(session, run.id, "stops_seen = stops");
}

async function nextPass(session: Session, { id }: Run, { mapping, parts, now }: OpenRun): Promise<Run> {
  const set =
    "pass = pass + 1, epoch = epoch + 1, phase = 'copy', started_at = $2, mapping = $3, parts = $4, stops_seen = stops";
  return updateRun(session, id, set, [now, mapping, JSON.stringify(parts)]);
}

/** Goes on only where every row that was written can still be told, by number and by meaning. */
async function acceptChanges(session: Session, run: Run, { parts, remap }: OpenRun): Promise<void> {
  const { refused, gone, changed: entities } = mappingChanges(run.parts, parts, run.id);
  const findings: Finding[] = [...refused];
  for (const { kind, number, where, problem, remedy } of gone) {
    const { rows } = await session.query(
      `select from ${LEDGER}.${kind === "entity" ? "item where entity" : "line where tbl"} = $1 and run = ${run.id} limit 1`,
      [number],
    );
    if (rows.length > 0) findings.push({ where, problem, remedy });
  }
  if (!remap) {
    for (const name of entities) {
      const problem = "its items would give other rows than those that were written";
      findings.push({ where: `item ${name}`, problem, remedy: "undo it, or write its items again (migrate --remap)" });
    }
  }
  if (findings.length > 0) {
    const problem = `run ${run.id} of ${run.source} began with another mapping`;
    throw new MigrationError("mapping-changed", problem, "see each finding", { findings });
  }
  // Its pages would go on meaning what the mapping meant before.
  await refuseWhileUsed(session, run.id);
}
