/** What a bench has found, as it is written for machines. Fields are added, never renamed. */
import { cpus, release, totalmem } from "node:os";
import type { Written } from "./measure/written.ts";
import type { Costs, Ratios } from "./ratios.ts";

export interface Results {
  readonly machine: string;
  readonly date: string;
  readonly items: number;
  readonly rounds: number;
  /** Medians: seconds, megabytes. */
  readonly contestants: Costs;
  /** Megabytes, by version of the largest item. */
  readonly monster: Readonly<Record<string, number>>;
  readonly secondPassWrote: Written;
  /** Contestants that could not be run, and why. */
  readonly skipped: readonly string[];
  /** By the clock. */
  readonly ratios: Ratios;
  readonly processorRatios: Ratios;
}

export function machineOf(postgres: string): string {
  const [first] = cpus();
  const memory = `${Math.round(totalmem() / 1e9)} GB`;
  return `${cpus().length} × ${first?.model.trim() ?? "unknown"}, ${memory}, Linux ${release()}, Node ${process.versions.node}, ${postgres}`;
}
