/** Runs in the ledger: begun, resumed, ended. The pass and its phase stand in one row, so they change together. */

import { MigrationError } from "../../domain/migration-error.ts";
import { must } from "../../domain/must.ts";
import type { Report } from "../../domain/report.ts";
import type { OpenRun, Phase, Run, RunStore } from "../../ports/runs.ts";
import { type Session, transaction } from "./connection.ts";
import { migrateLedger } from "./ledger.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER } from "./sql.ts";

interface RunRow {
  readonly id: number;
  readonly source: string;
  readonly mapping: string;
  readonly expired_at: string;
  readonly pass: number;
  readonly phase: Phase;
  readonly started_at: Date;
  readonly report: string | null;
  readonly log_key: string;
}

const COLUMNS = "id, source, mapping, expired_at, pass, phase, started_at, report, log_key";

function runOf(row: RunRow): Run {
  const run: Run = {
    id: row.id,
    pass: row.pass,
    phase: row.phase,
    source: row.source,
    mapping: row.mapping,
    expiredAt: BigInt(row.expired_at),
    startedAt: row.started_at,
    logKey: row.log_key,
  };
  if (row.report === null) return run;
  const report: Report = JSON.parse(row.report);
  return { ...run, report };
}

const PHASES: readonly Phase[] = ["copy", "build", "verify", "ended"];

const movedOn = ({ id, pass }: Run): MigrationError =>
  new MigrationError(
    "moved-on",
    `another process has ended pass ${pass} of run ${id} and begun the next`,
    "ask `status` and `report` what it found",
  );

export function runStore(url: string, sessions: Sessions): RunStore {
  return {
    open: async (request) => {
      await migrateLedger(url);
      return sessions.use((session) => transaction(session, () => open(session, request)));
    },
    enter: (run, phase, report) =>
      sessions.use(async (session) => {
        // Another process may be further: its phase stands, and so does its report.
        await session.query(
          `update ${LEDGER}.run set phase = $3, report = coalesce($4, report)
           where id = $1 and pass = $2 and array_position($5::text[], phase) < array_position($5::text[], $3::text)`,
          [run.id, run.pass, phase, report === undefined ? null : JSON.stringify(report), PHASES],
        );
        const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run where id = $1`, [run.id]);
        const now = runOf(must(rows[0], "a run that was opened stays in the ledger"));
        if (now.pass !== run.pass) throw movedOn(run);
        return now;
      }),
    list: () =>
      sessions.use(async (session) => {
        const { rows: found } = await session.query<{ ledger: string | null }>(
          `select to_regclass('${LEDGER}.run')::text as ledger`,
        );
        if (found[0]?.ledger === null) return [];
        const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run order by id desc`);
        return rows.map(runOf);
      }),
  };
}

async function open(session: Session, { source, mapping, now }: OpenRun): Promise<Run> {
  const expiredAt = Math.floor(now.getTime() / 1000);
  await session.query(
    `insert into ${LEDGER}.run (source, mapping, expired_at, started_at) values ($1, $2, $3, $4) on conflict (source) do nothing`,
    [source, mapping, expiredAt, now],
  );
  const { rows } = await session.query<RunRow>(`select ${COLUMNS} from ${LEDGER}.run where source = $1 for update`, [
    source,
  ]);
  const row = must(rows[0], "the run was just inserted, or was there");
  if (row.mapping !== mapping) {
    throw new MigrationError(
      "mapping-changed",
      `run ${row.id} of ${source} began with another mapping`,
      "finish the run with the schema it began with, or begin anew in an empty database",
    );
  }
  if (row.phase !== "ended") return runOf(row);
  const { rows: next } = await session.query<RunRow>(
    `update ${LEDGER}.run set pass = pass + 1, phase = 'copy', started_at = $2 where id = $1 returning ${COLUMNS}`,
    [row.id, now],
  );
  return runOf(must(next[0], "the run was just read"));
}
