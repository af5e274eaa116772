/**
 * The whole migration, as a table of contents. Whatever was finished by an earlier invocation is not done again; whatever
 * was not is gone on with. Nothing here knows DynamoDB or Postgres.
 */
import { decoder } from "../domain/decode.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { incompleteReport, type Report, type ReportHeader } from "../domain/report.ts";
import type { Mapping } from "../mapping/model.ts";
import type { Progress } from "../ports/progress.ts";
import type { TargetProof } from "../ports/proof.ts";
import type { Phase, Run, RunStore } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";
import type { SpotRows } from "../ports/spot-rows.ts";
import type { TargetTables } from "../ports/tables.ts";
import type { UnitQueue } from "../ports/units.ts";
import { copy } from "./copy.ts";
import { preflight } from "./preflight.ts";
import { verify } from "./verify.ts";

export interface Target {
  readonly runs: RunStore;
  readonly queue: UnitQueue;
  readonly tables: TargetTables;
  readonly proof: TargetProof;
  readonly spots: SpotRows;
}

export interface Migration {
  readonly source: ItemSource;
  readonly target: Target;
  readonly mapping: Mapping;
  /** The mapping's fingerprint, which a run is bound to. */
  readonly fingerprint: string;
  readonly units: number;
  readonly concurrency: number;
  readonly allowEmpty: boolean;
  /** Draws the sample of the spot checks. */
  readonly seed: number;
  /** Items of each entity that are read again. */
  readonly sample: number;
  readonly recount: boolean;
  /** Remove what the source no longer gives. */
  readonly prune: boolean;
  /** The copy stops when more items are in quarantine. */
  readonly maxQuarantine?: number;
  readonly progress: Progress;
  /** Aborts when time is running out; the report is then `incomplete`. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** Runs or resumes a migration. Throws MigrationError where it is refused. */
export async function migrate(migration: Migration): Promise<Report> {
  const { source, target, mapping, progress, signal } = migration;
  await preflight(source, target.tables, mapping);
  let run = await target.runs.open({ source: source.name, mapping: migration.fingerprint, now: migration.now() });
  const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
  const clock = stopwatch(migration.now);
  const header = (): ReportHeader => headerOf(run, migration.now(), clock.timings());
  const enter = async (phase: Phase, report?: Report): Promise<void> => {
    run = await target.runs.enter(run, phase, report);
    progress.tell({ kind: "phase", phase, run: run.id, pass: run.pass });
  };

  if (run.phase === "copy") {
    progress.tell({ kind: "phase", phase: "copy", run: run.id, pass: run.pass });
    await target.tables.prepare(run);
    await target.queue.plan(run, await source.plan(migration.units));
    const { queue } = target;
    const end = await clock.time("copy", () => copy({ ...migration, run, queue, decode }));
    const { tally } = await queue.progress(run);
    if (end === "stopped") return incompleteReport(mapping, header(), tally);
    if (tally.read === 0 && !migration.allowEmpty) {
      // Ended, so that the next invocation reads the source again instead of resuming a pass that is over.
      await enter("ended");
      throw nothingRead(source);
    }
    await enter("build");
  }
  if (run.phase === "build") {
    if (signal.aborted) return incomplete(migration, run, header());
    await clock.time("build", () => target.tables.complete(run, migration.prune));
    await enter("verify");
  }
  if (signal.aborted) return incomplete(migration, run, header());
  const report = await clock.time("verify", () => verify({ ...migration, run, decode, header }));
  await enter("ended", { ...report, timings: clock.timings() });
  return { ...report, timings: clock.timings() };
}

async function incomplete({ mapping, target }: Migration, run: Run, header: ReportHeader): Promise<Report> {
  return incompleteReport(mapping, header, (await target.queue.progress(run)).tally);
}

const nothingRead = (source: ItemSource): MigrationError =>
  new MigrationError(
    "nothing-read",
    `${source.name} holds no item`,
    "check the table's name, region and account; say --allow-empty if it is meant to be empty",
  );

export function headerOf(run: Run, now: Date, timings: Readonly<Record<string, number>>): ReportHeader {
  return {
    run: run.id,
    pass: run.pass,
    source: run.source,
    startedAt: run.startedAt.toISOString(),
    finishedAt: now.toISOString(),
    timings,
  };
}

function stopwatch(now: () => Date) {
  const timings: Record<string, number> = {};
  return {
    timings: () => ({ ...timings }),
    time: async <T>(phase: string, work: () => Promise<T>): Promise<T> => {
      const start = now().getTime();
      const result = await work();
      timings[phase] = now().getTime() - start;
      return result;
    },
  };
}
