/** Read capacity units a second → a pause before the next request. Shared by every reader of one process. */
import { setTimeout as sleep } from "node:timers/promises";
import { Budget } from "../../domain/budget.ts";

export interface ReadBudget {
  /** Waits until there is something left to spend, or the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** Takes what a request consumed, known only afterwards. */
  spend(units: number): void;
  /** The table was throttled: others use it too, and this reader gives way. */
  throttled(): void;
}

export function readBudget(unitsPerSecond: number | undefined): ReadBudget {
  if (unitsPerSecond === undefined)
    return { wait: async () => undefined, spend: () => undefined, throttled: () => undefined };
  const budget = new Budget(unitsPerSecond, performance.now());
  return {
    wait: async (signal) => {
      for (
        let ms = budget.missing(performance.now());
        ms > 0 && !signal.aborted;
        ms = budget.missing(performance.now())
      )
        await sleep(ms, undefined, { signal }).catch(() => undefined);
    },
    spend: (units) => budget.spend(units, performance.now()),
    throttled: () => budget.refused(performance.now()),
  };
}
