/** Ctrl-C, SIGTERM and SIGHUP → an AbortSignal, and an end that is never far: the work in flight ends at its next page, and what has none is not waited for. */
import { setImmediate as turn } from "node:timers/promises";
import { EXIT } from "./exit.ts";
import { note } from "./print.ts";

/**
 * A page takes milliseconds. What takes longer, an index, a server that does not answer, is left where it is: what was not
 * committed is not there, and the engines of this process end with it.
 */
const GRACE_MS = 1_500;
/** npm hands on what the terminal has sent to everybody already: that is one Ctrl-C, not two. */
const ECHO_MS = 300;

const stopping = new AbortController();
let stoppedAt: number | undefined;
/** There is work that ends by itself when it is asked to. */
let isHeard = false;
/** The work is done, and a signal is all that is waited for. */
let isAwaited = false;

/** To be called before anything is begun. */
export function endOnSignals(): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop(name));
}

/** Aborts on the first signal. The second one ends the process at once, and so does time. */
export function stopSignal(): AbortSignal {
  isHeard = true;
  return stopping.signal;
}

/** Waits for a signal, which then stops nothing that was not done. */
export async function untilStopped(): Promise<void> {
  isAwaited = true;
  const { promise, resolve } = Promise.withResolvers<void>();
  const asleep = setInterval(() => undefined, 2 ** 31 - 1);
  stopping.signal.addEventListener("abort", () => resolve());
  if (stopping.signal.aborted) resolve();
  await promise;
  clearInterval(asleep);
}

/** Whether a signal has come, also one that is just being delivered: a program that was run for us may have got it first. */
export async function wasStopped(): Promise<boolean> {
  await turn();
  return stopping.signal.aborted;
}

export function tellStopped(how: string): void {
  note(`INCOMPLETE  ${how}\n  → run the same command again: what was committed is not done twice`);
  process.exitCode = EXIT.incomplete;
}

function stop(name: string): void {
  if (stoppedAt !== undefined) {
    if (performance.now() - stoppedAt > ECHO_MS) end(`ended at once by ${name}`);
    return;
  }
  stoppedAt = performance.now();
  if (!isHeard) end(`ended by ${name}`);
  if (!isAwaited) note("stopping after this page… press again to end at once");
  stopping.abort();
  setTimeout(end, GRACE_MS, `ended by ${name}`).unref();
}

/** Nothing more is waited for; what was told already is not told again. */
function end(how: string): never {
  if (process.exitCode === undefined) tellStopped(how);
  process.exit();
}
