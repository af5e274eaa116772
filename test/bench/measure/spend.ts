/** A command → what it took in a process of its own, from outside: it runs as its user would run it. One at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { must } from "../../../lambda/domain/must.ts";
import type { Seconds } from "./cost.ts";
import type { Engine } from "./engine.ts";
import { endedSeconds, peakOf, treeSeconds } from "./processor.ts";

const LOOK_EVERY_MS = 50;
/** Backends outlive their client for a moment. */
const BACKENDS_END_MS = 250;

export interface Spent extends Seconds {
  readonly peak: number;
  readonly stdout: string;
  /** What was spent until then, in milliseconds since 1970. */
  until(at: number): Seconds;
}

/** One of the programs that are measured, with the words after it. */
export const program = (name: string, ...args: readonly string[]) =>
  [name.endsWith(".sh") ? "bash" : process.execPath, join(import.meta.dirname, "../programs", name), ...args] as const;

type Look = Seconds & { readonly at: number };

/** Throws where the command fails, with what it said. An engine is not given by what uses none. */
export async function spend(command: readonly [string, ...string[]], engine?: Pick<Engine, "seconds">): Promise<Spent> {
  const [program, ...args] = command;
  const [ended, served] = [endedSeconds(), engine?.seconds() ?? 0];
  const start = Date.now();
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, AWS_ACCESS_KEY_ID: "embedded", AWS_SECRET_ACCESS_KEY: "embedded", AWS_REGION: "local" },
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const pid = must(child.pid, `${program} can be started`);
  let peak = 0;
  const looks: Look[] = [{ at: start, wall: 0, client: 0, postgres: 0 }];
  const look = (client: number): Look => {
    const at = Date.now();
    return { at, wall: (at - start) / 1000, client, postgres: (engine?.seconds() ?? 0) - served };
  };
  const looking = setInterval(() => {
    peak = Math.max(peak, peakOf(pid) ?? 0);
    looks.push(look(treeSeconds(pid)));
  }, LOOK_EVERY_MS);
  const [status] = await once(child, "exit");
  clearInterval(looking);
  const { wall, at } = look(0);
  const [stdout, stderr] = await said;
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  await sleep(BACKENDS_END_MS);
  const { client, postgres } = look(endedSeconds() - ended);
  // The last looks at a process that ends find none of it.
  const known = looks.filter((each, index) => index === 0 || each.client > 0);
  known.push({ at, wall, client, postgres });
  return { wall, client, postgres, peak, stdout, until: (moment) => between(known, moment) };
}

/** On the straight line between two looks. */
function between(looks: readonly Look[], moment: number): Seconds {
  const after = looks.find(({ at }) => at >= moment) ?? must(looks.at(-1), "the start is one");
  const before = looks.findLast(({ at }) => at <= moment) ?? after;
  const share = after.at === before.at ? 0 : (moment - before.at) / (after.at - before.at);
  const at = (what: keyof Seconds): number => before[what] + (after[what] - before[what]) * share;
  return { wall: at("wall"), client: at("client"), postgres: at("postgres") };
}
