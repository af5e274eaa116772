/**
 * A `migrate` command → the same command killed outright again and again, then left to end. When to kill is read from the
 * ledger, never from a clock, so that each kill lands in the middle of the copy on any machine.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { progressOf } from "../../lambda/adapters/postgres/ledger/passes/units.ts";
import { allRuns } from "../../lambda/adapters/postgres/ledger/run/run.ts";
import { connect, type Session } from "../../lambda/adapters/postgres/session/connection.ts";
import { EXIT } from "../terminal/exit.ts";

/** What the ledger held when a process was gone. */
export interface Landing {
  readonly pages: number;
  readonly done: number;
  readonly units: number;
  readonly items: number;
}

export interface KilledCopy {
  /** Arguments of the command line. */
  readonly command: readonly string[];
  readonly url: string;
  readonly units: number;
  readonly kills: number;
  /** Kills the process at hand, and the wait for it ends in an AbortError. */
  readonly signal: AbortSignal;
}

const CLI = join(import.meta.dirname, "../cli.ts");
const NOWHERE = { pages: 0, done: 0, units: 0, items: 0 } satisfies Landing;

/** Yields where each kill landed; returns when the last process has ended by itself. Throws where one of them fails. */
export async function* killedCopy({ command, url, units, kills, signal }: KilledCopy): AsyncGenerator<Landing, void> {
  // A server that has gone is not waited for: whoever ends this may have ended it, too.
  await using ledger = await connect(url, "rehearse");
  let landing: Landing = NOWHERE;
  for (let left = kills; left > 0; left -= 1) {
    const goal = landing.pages + Math.max(1, Math.floor((units - landing.pages) / (left + 1)));
    const copy = start(command, signal);
    while ((await standing(ledger)).pages < goal && !copy.ended()) await sleep(4);
    if (copy.ended()) return await copy.end;
    copy.child.kill("SIGKILL");
    await copy.end;
    landing = await standing(ledger);
    yield landing;
  }
  await start(command, signal).end;
}

function start(command: readonly string[], signal: AbortSignal) {
  const child = spawn(process.execPath, [...process.execArgv, CLI, ...command], {
    stdio: ["ignore", "ignore", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  const end = ending(child);
  // Met by whoever awaits it; until then it must not count as unhandled.
  end.catch(() => undefined);
  return { child, end, ended: () => child.exitCode !== null || child.signalCode !== null };
}

/** Resolves when the process was killed or has come to a verdict over all data, whichever. */
async function ending(child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(child, "close");
  if (code !== null && code > EXIT.discrepant) throw new Error(`the copy ended with exit status ${code}: ${said}`);
}

async function standing(ledger: Session): Promise<Landing> {
  const [run] = await allRuns(ledger);
  if (run === undefined) return NOWHERE;
  const { read: items, ...landing } = await progressOf(ledger, run);
  return { ...landing, items };
}
