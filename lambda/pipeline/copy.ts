/**
 * The units of a pass → rows. Workers claim units until none is left; each writes a page while the next one is being
 * read, and nothing else is ever buffered (I8). Time running out is a normal end: the cursors say where to go on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isComparable, windowIn } from "../domain/chain.ts";
import type { Decode } from "../domain/decode/decode.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { isOfExports } from "../ports/exports.ts";
import type { Progress } from "../ports/progress.ts";
import type { Run } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";
import type { PageWrite, UnitClaim, UnitProgress, UnitQueue } from "../ports/units.ts";
import type { Pace } from "./pace.ts";
import { changeWrite, pageWrite, type Written } from "./page-write.ts";

/** How often a worker without a unit looks whether the others have ended, and progress is told. */
const LOOK_AGAIN_MS = 250;

export interface Copy {
  readonly run: Run;
  readonly source: ItemSource;
  readonly queue: UnitQueue;
  readonly decode: Decode;
  readonly progress: Progress;
  readonly concurrency: number;
  /** The copy stops when more items than this are in quarantine: the mapping is plainly not what the source needs. */
  readonly maxQuarantine?: number;
  readonly pace: Pace;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** What is between a copy and its workers: each reads and writes until the signal aborts, for whichever reason. */
interface Working extends Copy {
  /** Ends the copy as time running out does. */
  readonly halt: () => void;
  readonly losses: Losses;
}

/** Copies until every unit of the pass is done, here or elsewhere, the signal aborts, or somebody wants it to stop. Tells which. */
export const copy = (task: Copy): Promise<"done" | "stopped"> => copying(task, waitForOthers);

/** Copies until no unit is left that nobody holds: others may still be at work on theirs. `stopped` as `copy` has it. */
export const copyShare = (task: Copy): Promise<"done" | "stopped"> =>
  copying(task, async (working) => {
    const progress = await working.queue.progress(working.run);
    tell(working, progress);
    const excess = tooMany(working, progress);
    if (excess !== undefined) throw excess;
    return working.signal.aborted ? "stopped" : "done";
  });

async function copying(
  task: Copy,
  end: (working: Working) => Promise<"done" | "stopped">,
): Promise<"done" | "stopped"> {
  // One worker's failure stops the others at their next page: they would only repeat it.
  const failure = new AbortController();
  const halted = new AbortController();
  const signal = AbortSignal.any([task.signal, failure.signal, halted.signal]);
  const working = { ...task, signal, halt: () => halted.abort(), losses: { inARow: 0 } };
  const telling = tellProgress(working, failure);
  const workers = Array.from({ length: task.concurrency }, () =>
    work(working).catch((error: unknown) => {
      failure.abort();
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  telling.stop();
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  if (failure.signal.aborted) throw failure.signal.reason;
  return end(working);
}

/** A unit that is lost with its connection is claimed again, for each worker so often without a page in between: its cursor says what was committed. */
const LOSSES = 10;

/** Losses since a page was last committed, over all workers of this process. */
interface Losses {
  inARow: number;
}

async function work(task: Working): Promise<void> {
  const { losses } = task;
  while (!task.signal.aborted) {
    const claim = await task.queue.claim(task.run);
    if (claim === undefined) return;
    const commit = async (page: PageWrite): Promise<void> => {
      await claim.commit(page);
      losses.inARow = 0;
    };
    try {
      await copyUnit(task, { ...claim, commit });
    } catch (error) {
      losses.inARow += 1;
      const isLost = error instanceof MigrationError && error.code === "target-lost";
      if (!isLost || losses.inARow > LOSSES * task.concurrency) throw error;
    } finally {
      await claim.release();
    }
  }
}

async function copyUnit(task: Working, claim: UnitClaim): Promise<void> {
  const { signal, pace, now, halt } = task;
  const pages = writesOf(task, claim);
  try {
    let reading = pages.next();
    for (let since = now(); ; since = now()) {
      const { value: write, done } = await reading;
      if (!pace.hasTime()) halt();
      if (done === true || signal.aborted) return;
      reading = pages.next();
      // Its failure is met by the await above, on the next turn; until then it must not count as unhandled.
      reading.catch(() => undefined);
      await claim.commit(write);
      pace.wrote(write.written(), since);
      await pace.wait(signal);
    }
  } finally {
    await pages.return(undefined);
  }
}

/** What is to be written of a unit, page by page: items, or the changes of a window. */
async function* writesOf({ source, run, decode, signal }: Working, claim: UnitClaim): AsyncGenerator<Written> {
  const window = windowIn(run);
  if (window === undefined || !isOfExports(source)) {
    for await (const page of source.read(claim.unit, claim.cursor, signal)) yield pageWrite(page, decode);
    return;
  }
  const isKnown = isComparable(run.exports.slice(0, -1), window);
  for await (const page of source.exports.changes(claim.unit, claim.cursor, signal))
    yield changeWrite(page, decode, isKnown);
}

/** Units may be in the hands of other processes: they end, or free what they hold when they vanish. */
async function waitForOthers(task: Working): Promise<"done" | "stopped"> {
  for (;;) {
    const progress = await task.queue.progress(task.run);
    tell(task, progress);
    const excess = tooMany(task, progress);
    if (excess !== undefined) throw excess;
    if (progress.done === progress.units) return "done";
    if (progress.stopping) task.halt();
    if (task.signal.aborted) return "stopped";
    await sleep(LOOK_AGAIN_MS);
    await work(task);
  }
}

function tell({ progress, run, source: { spent } }: Working, copied: UnitProgress): void {
  progress.tell({
    kind: "copied",
    run: run.id,
    pass: run.pass,
    progress: copied,
    ...(spent === undefined ? {} : { spent }),
  });
}

function tellProgress(task: Working, failure: AbortController): { stop(): void } {
  const { queue, run, signal, halt } = task;
  let telling = false;
  const timer = setInterval(() => {
    if (telling || signal.aborted) return;
    telling = true;
    queue
      .progress(run)
      .then((now) => {
        tell(task, now);
        if (now.stopping) halt();
        const excess = tooMany(task, now);
        if (excess !== undefined) failure.abort(excess);
      })
      // Progress is told for comfort: where it cannot be had, the copy itself will say why.
      .catch(() => undefined)
      .finally(() => {
        telling = false;
      });
  }, LOOK_AGAIN_MS);
  return { stop: () => clearInterval(timer) };
}

function tooMany({ maxQuarantine }: Copy, { quarantined }: UnitProgress): MigrationError | undefined {
  if (maxQuarantine === undefined || quarantined <= maxQuarantine) return undefined;
  return new MigrationError(
    "too-many-quarantined",
    `${quarantined} items are in quarantine, more than the ${maxQuarantine} that were allowed`,
    "see with `check` what the mapping does not cover; mend it, and begin anew in an empty database",
  );
}
