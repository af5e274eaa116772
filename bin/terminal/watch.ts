/** How far a run is, again and again until it has ended: on one line that moves, or in a plain line every ten seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { farText, type Status } from "../../lambda/adapters/report/status-text.ts";
import { terminalProgress } from "./progress.ts";
import { stopSignal } from "./stop.ts";

/** Each look is a query or two. */
const LOOK_AGAIN_MS = 2_000;

/** Gives what it was last, ended or not: who watches may stop watching. */
export async function watched<S extends Status>(first: S, look: () => Promise<S>, window?: number): Promise<S> {
  const signal = stopSignal();
  const progress = terminalProgress();
  let now = first;
  try {
    while (now.is.phase !== "ended" && !signal.aborted) {
      progress.step(farText(now, window));
      await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) now = await look();
    }
    if (now.is.phase === "ended") progress.done();
    return now;
  } finally {
    progress.leave();
  }
}
