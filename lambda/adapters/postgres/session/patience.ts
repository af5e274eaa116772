/** Work that failed for a reason that passes (a cut connection, a failover, a database that resumes) → done a moment later. */
import { setTimeout as sleep } from "node:timers/promises";
import { contended, isContention, isPassing } from "./errors.ts";

/** Longer than a failover or a resume from zero takes; a lambda that waits it out is killed at worst, and resumed. */
const PATIENCE_MS = 90_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** Tries until the work is done, fails for a reason that stays, or patience ends. Work must be fit to be done again. */
export async function patiently<T>(work: () => Promise<T>, mayWait: () => boolean = () => true): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || !mayWait()) throw error;
      if (Date.now() + wait > end) throw isContention(error) ? contended(error) : error;
      // Full jitter: workers that were cut off together do not come back together.
      await sleep(Math.random() * wait);
    }
  }
}
