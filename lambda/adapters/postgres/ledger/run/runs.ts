/** Runs in the ledger: begun, resumed, ended. The pass and its phase stand in one row, so they change together. */
import { mappingChanges, numbersAgree } from "../../../../domain/decode/mapping-parts.ts";
import { type Finding, MigrationError } from "../../../../domain/migration-error.ts";
import { must } from "../../../../domain/must.ts";
import type { OpenRun, Run, RunStore } from "../../../../ports/runs.ts";
import { type Session, transaction } from "../../session/connection.ts";
import type { Sessions } from "../../session/sessions.ts";
import { LEDGER } from "../../session/sql.ts";
import { migrateLedger } from "../ledger.ts";
import { exportsOf, stepOf } from "./exports.ts";
import { forgetLaps } from "./laps.ts";
import { lockRuns, refuseWhileUsed } from "./locks.ts";
import { ownedByOthers } from "./owned.ts";
import { checkMove, type Move, moveRun, phaseAfter, rolledBack } from "./phases.ts";
import { allRuns, lockRun, lockRunOf, updateRun } from "./run.ts";

const ENTERING = { build: "build", verify: "verify", ended: "end" } as const satisfies Record<string, Move>;

export function runStore(sessions: Sessions): RunStore {
  return {
    open: async (request) => {
      await migrateLedger(sessions);
      return sessions.use((session) => transaction(session, () => open(session, request)));
    },
    enter: (run, phase, report) =>
      sessions.use((session) =>
        transaction(session, async () => {
          const now = await lockRun(session, run.id);
          if (now === undefined || now.phase === "rollback") throw rolledBack(run);
          // Another process may have done the same step: then its phase stands. A sealed run can still be proven.
          const isDone =
            phase === "ended"
              ? now.sealedAt !== undefined && now.phase === "ended"
              : now.sealedAt !== undefined || phaseAfter(ENTERING[phase], now.phase) === undefined;
          // The newest proof counts, also of what belongs to the application: whoever asks is told what was found last.
          if (isDone && phase === "ended" && report !== undefined && now.epoch === run.epoch)
            return updateRun(session, run.id, "report = $2", [JSON.stringify(report)]);
          if (isDone && now.epoch === run.epoch) return { ...now, stops: run.stops };
          const [set, values] = [
            "report = coalesce($3, report)",
            [report === undefined ? null : JSON.stringify(report)],
          ];
          const moved = await moveRun(session, run.id, ENTERING[phase], { since: run, set, values });
          if (phase === "ended") await forgetLaps(session, run);
          return { ...moved, stops: run.stops };
        }),
      ),
    list: () => sessions.use(allRuns),
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
    `insert into ${LEDGER}.run (source, mapping, parts, expired_at, started_at, entered)
     values ($1, $2, $3, $4, $5, jsonb_build_array(jsonb_build_object('phase', 'copy', 'at', clock_timestamp())))
     on conflict (source) do nothing`,
    [source, mapping, JSON.stringify(parts), expiredAt, now],
  );
  const run = must(await lockRunOf(session, source), "the run was just inserted, or was there");
  const step = await stepOf(session, run, request);
  const { move } = step;
  checkMove(run, move ?? "pass");
  if (!numbersAgree(run.parts, parts)) {
    const problem = `another process has given new parts of the mapping of run ${run.id} their numbers`;
    throw new MigrationError("moved-on", problem, "run the same command again");
  }
  if (move === "remap") await acceptChanges(session, run, request);
  const exports = exportsOf(step);
  const places = new Set([...run.places, ...exports.map(({ place }) => place)]);
  const set = "stops_seen = stops, size = $3, exports = $4, places = $5";
  const size = request.size === undefined ? null : JSON.stringify(request.size);
  const values = [size, JSON.stringify(exports), JSON.stringify([...places])];
  if (move === undefined) return updateRun(session, run.id, "stops_seen = stops");
  if (move === "resume" || move === "rebuild") return moveRun(session, run.id, move, { set, values });
  return moveRun(session, run.id, move, {
    set: `${set}, pass = pass + 1, started_at = $6, mapping = $7, parts = $8`,
    values: [...values, now, mapping, JSON.stringify(parts)],
  });
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
