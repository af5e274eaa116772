/** One run in the ledger: its line read, held and changed. */
import type { AppliedExport } from "../../../../domain/chain.ts";
import type { MappingParts } from "../../../../domain/decode/mapping-parts.ts";
import { must } from "../../../../domain/must.ts";
import type { Report } from "../../../../domain/proof/report.ts";
import type { Phase, Run } from "../../../../ports/runs.ts";
import type { SourceSize } from "../../../../ports/source.ts";
import { isTable } from "../../session/catalogue.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";

/** As JSON has it. */
interface StoredExport extends Omit<AppliedExport, "from" | "to" | "gap"> {
  readonly from?: string;
  readonly to: string;
  readonly gap?: { readonly from: string; readonly to: string };
}

const exportOf = ({ from, to, gap, ...facts }: StoredExport): AppliedExport => ({
  ...facts,
  to: new Date(to),
  ...(from === undefined ? {} : { from: new Date(from) }),
  ...(gap === undefined ? {} : { gap: { from: new Date(gap.from), to: new Date(gap.to) } }),
});

interface RunRow {
  readonly id: number;
  readonly source: string;
  readonly mapping: string;
  readonly parts: string;
  readonly expired_at: string;
  readonly pass: number;
  readonly epoch: number;
  readonly phase: Phase;
  readonly started_at: Date;
  readonly entered: readonly { readonly phase: Phase; readonly at: string }[];
  readonly size: SourceSize | null;
  readonly exports: readonly StoredExport[];
  readonly places: readonly string[];
  readonly report: string | null;
  readonly log_key: string;
  readonly sealed_at: Date | null;
  readonly stops_seen: number;
}

function runOf(row: RunRow): Run {
  const report: Report | null = row.report === null ? null : JSON.parse(row.report);
  const parts: MappingParts = JSON.parse(row.parts);
  return {
    id: row.id,
    pass: row.pass,
    epoch: row.epoch,
    stops: row.stops_seen,
    phase: row.phase,
    source: row.source,
    mapping: row.mapping,
    parts,
    expiredAt: BigInt(row.expired_at),
    startedAt: row.started_at,
    entered: row.entered.map(({ phase, at }) => ({ phase, at: new Date(at) })),
    logKey: row.log_key,
    exports: row.exports.map(exportOf),
    places: row.places,
    ...(row.size === null ? {} : { size: row.size }),
    ...(report === null ? {} : { report }),
    ...(row.sealed_at === null ? {} : { sealedAt: row.sealed_at }),
  };
}

/** A run as it is now, held until the transaction ends; undefined where it is gone. */
export const lockRun = (session: Session, id: number): Promise<Run | undefined> => lock(session, "id", id);

/** The run of a source, in the same way. */
export const lockRunOf = (session: Session, source: string): Promise<Run | undefined> =>
  lock(session, "source", source);

async function lock(session: Session, by: "id" | "source", value: unknown): Promise<Run | undefined> {
  const { rows } = await session.query<RunRow>(`select * from ${LEDGER}.run where ${by} = $1 for update`, [value]);
  return rows[0] && runOf(rows[0]);
}

/** Changes a run's line, and returns what it is then. */
export async function updateRun(
  session: Session,
  id: number,
  set: string,
  values: readonly unknown[] = [],
): Promise<Run> {
  const { rows } = await session.query<RunRow>(`update ${LEDGER}.run set ${set} where id = $1 returning *`, [
    id,
    ...values,
  ]);
  return runOf(must(rows[0], "a run that was opened stays in the ledger"));
}

/** Newest first; none where there is no ledger. */
export async function allRuns(session: Session): Promise<Run[]> {
  if (!(await isTable(session, `${LEDGER}.run`))) return [];
  const { rows } = await session.query<RunRow>(`select * from ${LEDGER}.run order by id desc`);
  return rows.map(runOf);
}
