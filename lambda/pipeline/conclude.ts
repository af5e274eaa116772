/** Rows that are all in → constraints, proof, report: how a pass ends, and how a repair does. */
import { decoder } from "../domain/decode/decoder.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { type Report, type ReportHeader, sealing } from "../domain/proof/report.ts";
import { incompleteReport } from "../domain/proof/report-of.ts";
import type { Mapping } from "../mapping/model.ts";
import type { ExportLedger } from "../ports/exports.ts";
import type { Progress } from "../ports/progress.ts";
import type { TargetProof } from "../ports/proof.ts";
import type { Quarantine } from "../ports/quarantine.ts";
import type { Repeats } from "../ports/repeats.ts";
import type { Run, RunStore } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";
import type { SpotRows } from "../ports/spot-rows.ts";
import type { TargetTables } from "../ports/tables.ts";
import type { UnitQueue } from "../ports/units.ts";
import { decideRepeats } from "./repeats.ts";
import { verify } from "./verify.ts";

export interface Target {
  /** Where it is, as a report says it: without user and password. */
  readonly place: string;
  readonly runs: RunStore;
  readonly exports: ExportLedger;
  readonly queue: UnitQueue;
  readonly repeats: Repeats;
  readonly tables: TargetTables;
  readonly proof: TargetProof;
  readonly spots: SpotRows;
  readonly quarantine: Quarantine;
}

export interface Concluding {
  readonly source: ItemSource;
  readonly target: Target;
  readonly mapping: Mapping;
  /** Draws the sample of the spot checks. */
  readonly seed: number;
  /** Items of each entity that are read again. */
  readonly sample: number;
  readonly recount: boolean;
  /** Nothing at all may be what the source holds. */
  readonly allowEmpty: boolean;
  /** Remove what the source no longer gives. */
  readonly prune: boolean;
  readonly progress: Progress;
  /** Aborts when time is running out; the report is then `incomplete`. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Of the tool, for the report. */
  readonly version: string;
}

/** Does what a run whose rows are in still needs: all of it, or what an earlier invocation left. */
export async function conclude(
  task: Concluding,
  begun: Run,
  clock: Stopwatch,
  more: Pick<Report, "repaired"> = {},
): Promise<Report> {
  let run = begun;
  if (run.phase === "build") {
    if (await isToStop(task, run)) return { ...(await incomplete(task, run, clock)), ...more };
    const built = await clock.time("build", () => buildUp(task, begun));
    if (built === undefined) return { ...(await incomplete(task, run, clock)), ...more };
    run = built;
  }
  if (await isToStop(task, run)) return { ...(await incomplete(task, run, clock)), ...more };
  const report = await prove(task, run, clock, more);
  // To its end, so that the next invocation reads the source again, and finds everything built.
  if (report.verdict !== "incomplete" && report.items.read === 0 && !task.allowEmpty) throw nothingRead(task.source);
  return report;
}

/**
 * Settles, builds, and moves the run on to be proven; undefined where it is to stop before, or time runs out. Where nothing was read, nothing is
 * taken for gone.
 */
export async function buildUp(task: Concluding, run: Run): Promise<Run | undefined> {
  const { target, prune, progress, allowEmpty, signal } = task;
  // Each time it is gone on with: whoever looks sees that it is at work.
  progress.tell({ kind: "phase", phase: "build", run: run.id, pass: run.pass });
  if (!(await decideRepeats(task, run, () => isToStop(task, run)))) return undefined;
  const { read } = await target.queue.progress(run);
  if (!(await target.tables.complete(run, prune && (read > 0 || allowEmpty), signal))) return undefined;
  return target.runs.enter(run, "verify");
}

const nothingRead = (source: ItemSource): MigrationError =>
  new MigrationError(
    "nothing-read",
    `${source.name} holds no item`,
    "check the table's name, region and account; say --allow-empty if it is meant to be empty",
  );

/** Makes every check, and keeps the report as the newest proof. */
export async function prove(
  task: Concluding,
  run: Run,
  clock: Stopwatch,
  more: Pick<Report, "repaired"> = {},
): Promise<Report> {
  const { source, target, mapping, progress } = task;
  progress.tell({ kind: "phase", phase: "verify", run: run.id, pass: run.pass });
  const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
  const header = () => headerOf(task, run, clock);
  const proven = await clock.time("verify", () => verify({ ...task, run, decode, header }));
  if (proven === undefined) return { ...(await incomplete(task, run, clock)), ...more };
  const report = { ...proven, ...more, timings: clock.timings() };
  await target.runs.enter(run, "ended", report);
  progress.tell({ kind: "phase", phase: "ended", run: run.id, pass: run.pass });
  return report;
}

/** Time has run out, or somebody wants the run to stop. */
export const isToStop = async ({ signal, target }: Pick<Concluding, "signal" | "target">, run: Run): Promise<boolean> =>
  signal.aborted || (await target.queue.progress(run)).stopping;

export async function incomplete(task: Concluding, run: Run, clock: Stopwatch): Promise<Report> {
  return incompleteReport(task.mapping, headerOf(task, run, clock), await task.target.queue.tally(run));
}

function headerOf({ target, version, now }: Concluding, run: Run, clock: Stopwatch): ReportHeader {
  const finishedAt = now();
  return {
    run: run.id,
    pass: run.pass,
    source: run.source,
    consistency: consistencyOf(run),
    target: target.place,
    mapping: run.mapping,
    toolVersion: version,
    startedAt: run.startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    ...sealing(run),
    phases: phasesOf(run, clock, finishedAt),
    timings: clock.timings(),
  };
}

function consistencyOf({ exports }: Run): ReportHeader["consistency"] {
  const last = exports.at(-1);
  return last === undefined ? { kind: "as read" } : { kind: "point-in-time", at: last.to.toISOString() };
}

/** As the ledger knows them. A proof that is made again is no phase of the run, and has its own time. */
function phasesOf({ entered, phase: now }: Run, clock: Stopwatch, end: Date): ReportHeader["phases"] {
  const anew = now === "ended" ? [{ phase: "verify" as const, at: clock.begun }] : [];
  const all = [...entered, ...anew];
  return all.flatMap(({ phase, at }, index) => {
    if (phase === "ended" || phase === "rollback") return [];
    const next = all[index + 1]?.at ?? end;
    return [{ phase, startedAt: at.toISOString(), finishedAt: (next < at ? at : next).toISOString() }];
  });
}

export interface Stopwatch {
  /** When this invocation's work began. */
  readonly begun: Date;
  timings(): Record<string, number>;
  time<T>(phase: string, work: () => Promise<T>): Promise<T>;
}

export function stopwatch(now: () => Date): Stopwatch {
  const timings: Record<string, number> = {};
  return {
    begun: now(),
    timings: () => ({ ...timings }),
    time: async (phase, work) => {
      const start = now().getTime();
      const result = await work();
      timings[phase] = (timings[phase] ?? 0) + now().getTime() - start;
      return result;
    },
  };
}
