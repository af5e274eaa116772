/** Processes → the processor seconds they have taken and the most memory they held, as the kernel counts them. Linux. */
import { readFileSync } from "node:fs";

/** What `/proc` counts in, on every Linux. */
const TICKS_A_SECOND = 100;

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended: its parent has its time.
    return "";
  }
};

/** Of a process itself, and of those of its children that have ended and were waited for. */
function secondsOf(pid: number | "self"): { readonly own: number; readonly children: number } {
  // The name, in brackets, may hold anything.
  const [, fields = ""] = /^.*\) (.*)$/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  const ticks = fields.split(" ").slice(11, 15).map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = ticks;
  return { own: (user + system) / TICKS_A_SECOND, children: (childUser + childSystem) / TICKS_A_SECOND };
}

const all = (pid: number): number => {
  const { own, children } = secondsOf(pid);
  return own + children;
};

const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);

/** Of a process and all its descendants, those that have ended among them. */
export const treeSeconds = (pid: number): number =>
  childrenOf(pid).reduce((sum, child) => sum + treeSeconds(child), all(pid));

/** Of all children of this process that have ended. */
export const endedSeconds = (): number => secondsOf("self").children;

/** The most memory a process has held so far, in megabytes; undefined once it has ended. */
export function peakOf(pid: number): number | undefined {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6;
}
