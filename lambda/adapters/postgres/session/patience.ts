/** Work that failed for a reason that passes (a cut connection, a failover, a database that resumes) → done a moment later. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Pauses, pauseMs } from "../../../domain/pause.ts";
import { contended, isContention, isPassing } from "./errors.ts";

/** Longer than a failover or a resume from zero takes; a lambda that waits it out is killed at worst, and resumed. */
const PATIENCE_MS = 90_000;
const PAUSES: Pauses = { firstMs: 100, longestMs: 5_000 };

export interface Patience {
  /** What is worth another try: all that passes, where nothing is said. */
  readonly passes?: (error: unknown) => boolean;
  readonly mayWait?: () => boolean;
  readonly attempts?: number;
}

/** Tries until the work is done, fails for a reason that stays, or patience ends. Work must be fit to be done again, and is told whether it is. */
export async function patiently<T>(
  work: (isAgain: boolean) => Promise<T>,
  { passes = isPassing, mayWait = () => true, attempts = Number.POSITIVE_INFINITY }: Patience = {},
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (let retries = 0; ; retries += 1) {
    try {
      return await work(retries > 0);
    } catch (error) {
      if (!passes(error) || !mayWait()) throw error;
      const pause = pauseMs(PAUSES, retries);
      if (retries + 1 >= attempts || Date.now() + pause > end) throw isContention(error) ? contended(error) : error;
      await sleep(pause);
    }
  }
}
