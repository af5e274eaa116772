/** Read capacity units a second → a pause before the next request. Shared by every reader of one process. */
import { setTimeout as sleep } from "node:timers/promises";

export interface ReadBudget {
  /** Waits until there is something left to spend, or the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** Takes what a request consumed, known only afterwards. */
  spend(units: number): void;
}

/** A bucket that fills at `unitsPerSecond` and holds one second's worth. A request may overdraw it; the next one waits. */
export function readBudget(unitsPerSecond: number | undefined): ReadBudget {
  if (unitsPerSecond === undefined) return { wait: async () => undefined, spend: () => undefined };
  let balance = unitsPerSecond;
  let filled = performance.now();
  const fill = (): void => {
    const now = performance.now();
    balance = Math.min(unitsPerSecond, balance + ((now - filled) / 1000) * unitsPerSecond);
    filled = now;
  };
  return {
    wait: async (signal) => {
      for (fill(); balance <= 0 && !signal.aborted; fill()) {
        const missing = (-balance / unitsPerSecond) * 1000;
        await sleep(Math.max(1, missing), undefined, { signal }).catch(() => undefined);
      }
    },
    spend: (units) => {
      fill();
      balance -= units;
    },
  };
}
