/** A question on a terminal → whether the answer was yes. */
import { createInterface } from "node:readline/promises";

/** Whether there is anybody to ask. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks on standard error. Nothing but a yes is one, and Ctrl-D is none; to stop is no answer, and thrown. */
export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is in a mode of its own while it is asked: what is pressed there is no signal.
  asking.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // A question whose input has ended is never answered.
  const ended = new Promise<string>((resolve) => asking.once("close", () => resolve("")));
  const answered = asking.question(`${question} [y/N] `, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    // Where the answer would stand, what is told next would.
    process.stderr.write("\n");
    return "";
  });
  try {
    return /^y(es)?$/i.test((await Promise.race([answered, ended])).trim());
  } finally {
    asking.close();
  }
}
