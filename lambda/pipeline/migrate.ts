/**
 * The whole migration, as a table of contents. Whatever was finished by an earlier invocation is not done again; whatever
 * was not is gone on with. Nothing here knows DynamoDB or Postgres.
 */
import type { ExportsAtHand } from "../domain/chain.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { partsOf } from "../domain/decode/mapping-parts.ts";
import type { Report } from "../domain/proof/report.ts";
import { isOfExports } from "../ports/exports.ts";
import type { Run } from "../ports/runs.ts";
import { type Concluding, conclude, incomplete, isToStop, stopwatch } from "./conclude.ts";
import { copy } from "./copy.ts";
import { Pace, type PaceSettings } from "./pace.ts";
import { preflight } from "./preflight.ts";
import { decideRepeats } from "./repeats.ts";

export interface Migration extends Concluding, PaceSettings {
  /** The mapping's fingerprint: a run goes on with the mapping it went by, or is told what has changed. */
  readonly fingerprint: string;
  /** Write the items of changed entities again. */
  readonly remap: boolean;
  readonly units: number;
  readonly concurrency: number;
  /** Exports behind gaps that are let go. */
  readonly acceptGaps: readonly string[];
  /** The copy stops when more items are in quarantine. */
  readonly maxQuarantine?: number;
}

/** Checks everything, begins or resumes the run, and divides what is to be read. Throws MigrationError where it is refused. */
export async function plan(migration: Migration): Promise<Run> {
  const { source, target, mapping, progress, fingerprint, remap } = migration;
  const { warnings, ...sized } = await preflight(source, target.tables, mapping);
  for (const finding of warnings) progress.tell({ kind: "warning", finding });
  if (sized.size !== undefined) progress.tell({ kind: "sized", size: sized.size });
  const exports = await exportsAtHand(migration);
  const request = {
    ...{ source: source.name, mapping: fingerprint, parts: partsOf(mapping), remap, now: migration.now() },
    ...(exports === undefined ? {} : { exports, prune: migration.prune }),
  };
  const run = await target.runs.open({ ...request, ...sized });
  return beginCopy(migration, run.phase === "ended" ? ((await nextOf(migration, run)) ?? run) : run);
}

/** Makes the tables ready, and divides what is to be read, as far as that is not done. */
export async function beginCopy(migration: Migration, run: Run): Promise<Run> {
  const { source, target, progress } = migration;
  if (run.phase !== "copy") return run;
  progress.tell({ kind: "phase", phase: "copy", run: run.id, pass: run.pass });
  await target.tables.prepare(run);
  const last = run.exports.at(-1);
  const units = isOfExports(source) && last !== undefined ? source.exports.plan(last) : source.plan(migration.units);
  await target.queue.plan(run, await units);
  return run;
}

async function exportsAtHand({ source, acceptGaps }: Migration): Promise<ExportsAtHand | undefined> {
  if (!isOfExports(source)) return undefined;
  const { named } = source.exports;
  return { atHand: await source.exports.list(), acceptGaps, ...(named === undefined ? {} : { named }) };
}

/** The run with the next window begun, where one is at hand. */
async function nextOf(migration: Migration, run: Run): Promise<Run | undefined> {
  const exports = await exportsAtHand(migration);
  return exports && migration.target.exports.next(run, exports);
}

/**
 * Goes on with the next window, once what became of all records before it is known: undefined where there is none, or it is to stop before.
 */
export async function goOn(migration: Migration, run: Run): Promise<Run | undefined> {
  const stops = () => isToStop(migration, run);
  if (!isOfExports(migration.source) || !(await decideRepeats(migration, run, stops)) || (await stops()))
    return undefined;
  const next = await nextOf(migration, run);
  return next && beginCopy(migration, next);
}

/** Runs or resumes a migration. Throws MigrationError where it is refused. */
export async function migrate(migration: Migration): Promise<Report> {
  const { source, target, mapping } = migration;
  const clock = stopwatch(migration.now);
  for (let run = await plan(migration); ; ) {
    // A repair that was interrupted has constraints to build, as a copy has.
    if (run.phase === "repair") return conclude(migration, await target.runs.enter(run, "build"), clock);
    if (run.phase === "copy") {
      const { queue } = target;
      const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
      const pace = new Pace(migration, migration.now);
      const copying = { ...migration, run, queue, decode, pace };
      if ((await clock.time("copy", () => copy(copying))) === "stopped") return incomplete(migration, run, clock);
      run = await target.runs.enter(run, "build");
    }
    const next = run.phase === "build" ? await goOn(migration, run) : undefined;
    if (next === undefined) return conclude(migration, run, clock);
    run = next;
  }
}
