/** The command line, as its user runs it → how it ended, what it said, and what it took. One at a time. Linux. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { endedSeconds } from "../measure/processor.ts";
import { ROOT } from "./cases.ts";

export interface Ended {
  readonly status: number | null;
  readonly said: string;
  /** Of its processors, without those of a server it talks to. */
  readonly seconds: number;
}

/** One of the project's own programs, in its folder. */
export function run(program: string, ...words: readonly string[]): Ended {
  const before = endedSeconds();
  const { status, stdout, stderr } = spawnSync(join(ROOT, program), words, { cwd: ROOT, encoding: "utf8" });
  return { status, said: `${stderr}${stdout}`.trim(), seconds: endedSeconds() - before };
}

export const ddb2pg = (...words: readonly string[]): Ended => run("bin/ddb2pg", ...words);
