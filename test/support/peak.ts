/** A command of the command line → the highest memory its process took, in bytes. Linux. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const CLI = resolve(import.meta.dirname, "../../bin/ddb2pg");
/**
 * Told by the process itself when it ends, in KB. Not by getrusage: there a process starts with the peak of the one that
 * spawned it.
 */
const TELL_PEAK = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync, writeFileSync } from "node:fs";
   process.on("exit", () => {
     const [, peak] = /^VmHWM:\\s*(\\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
     writeFileSync(process.env.PEAK_FILE, peak);
   });`,
)}`;

/** A small heap shows what is really held. */
export const smallHeap = (megabytes: number): readonly string[] => [`--max-old-space-size=${megabytes}`];

/** Runs one command in a process of its own, as it is typed; `node` are more options of Node. Throws where it ends with none of `statuses`. */
export async function peakOf(
  command: readonly string[],
  node: readonly string[] = [],
  statuses: readonly number[] = [0],
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-peak-"));
  try {
    const PEAK_FILE = join(folder, "peak");
    const NODE_OPTIONS = [...node, `--import=${TELL_PEAK}`].join(" ");
    const runner = spawn(CLI, command, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, NODE_OPTIONS, PEAK_FILE },
    });
    const [status] = await once(runner, "exit");
    if (!statuses.includes(status)) throw new Error(`${command[0]} ended with ${status}`);
    return Number(await readFile(PEAK_FILE, "utf8")) * 1024;
  } finally {
    await rm(folder, { recursive: true });
  }
}
