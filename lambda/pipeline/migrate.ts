/**
 * The whole migration, as a table of contents. Whatever was finished by an earlier invocation is not done again; whatever
 * was not is gone on with. Nothing here knows DynamoDB or Postgres.
 */
import { decoder } from "../domain/decode/decoder.ts";
import { partsOf } from "../domain/decode/mapping-parts.ts";
import type { Report } from "../domain/proof/report.ts";
import type { Run } from "../ports/runs.ts";
import { type Concluding, conclude, incomplete, stopwatch } from "./conclude.ts";
import { copy } from "./copy.ts";
import { Pace, type PaceSettings } from "./pace.ts";
import { preflight } from "./preflight.ts";

export interface Migration extends Concluding, PaceSettings {
  /** The mapping's fingerprint: a run goes on with the mapping it went by, or is told what has changed. */
  readonly fingerprint: string;
  /** Write the items of changed entities again. */
  readonly remap: boolean;
  readonly units: number;
  readonly concurrency: number;
  /** The copy stops when more items are in quarantine. */
  readonly maxQuarantine?: number;
}

/** Checks everything, begins or resumes the run, and divides what is to be read. Throws MigrationError where it is refused. */
export async function plan(migration: Migration): Promise<Run> {
  const { source, target, mapping, progress, fingerprint, remap } = migration;
  const { warnings, ...sized } = await preflight(source, target.tables, mapping);
  for (const finding of warnings) progress.tell({ kind: "warning", finding });
  if (sized.size !== undefined) progress.tell({ kind: "sized", size: sized.size });
  const request = { source: source.name, mapping: fingerprint, parts: partsOf(mapping), remap, now: migration.now() };
  const run = await target.runs.open({ ...request, ...sized });
  if (run.phase !== "copy") return run;
  progress.tell({ kind: "phase", phase: "copy", run: run.id, pass: run.pass });
  await target.tables.prepare(run);
  await target.queue.plan(run, await source.plan(migration.units));
  return run;
}

/** Runs or resumes a migration. Throws MigrationError where it is refused. */
export async function migrate(migration: Migration): Promise<Report> {
  const { source, target, mapping } = migration;
  const run = await plan(migration);
  const clock = stopwatch(migration.now);
  const build = () => target.runs.enter(run, "build");
  // A repair that was interrupted has constraints to build, as a copy has.
  if (run.phase === "repair") return conclude(migration, await build(), clock);
  if (run.phase !== "copy") return conclude(migration, run, clock);

  const { queue } = target;
  const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
  const pace = new Pace(migration, migration.now);
  const end = await clock.time("copy", () => copy({ ...migration, run, queue, decode, pace }));
  if (end === "stopped") return incomplete(migration, run, clock);
  return conclude(migration, await build(), clock);
}
