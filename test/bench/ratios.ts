/** Medians of the contestants → the figures that goals are set in. */
import { type Cost, NOTHING, processorSeconds, type Seconds } from "./measure/cost.ts";

/** In the order of a round. */
export const CONTESTANTS = [
  "tenth",
  "fromLines",
  "secondPass",
  "bareCopy",
  "script",
  "fromGzip",
  "rawRead",
  "fromScan",
  "fromExport",
  "fromExportHttp",
  "rowAtATime",
  "gunzipJqCopy",
  "entities4",
  "entities40",
] as const;

export type Contestant = (typeof CONTESTANTS)[number];

export type Costs = Readonly<Partial<Record<Contestant, Cost>>>;

/** What was not run has none. */
export interface Ratios {
  /** Speeds: the copy's against bare COPY's, the whole run's against the script's, a live scan's against the slower of its two ends. */
  readonly copyToBareCopy: number | null;
  readonly wholeToScript: number | null;
  readonly scanToSlower: number | null;
  /** The copy's speed from an export, in files and over HTTP, against that from lines: what is unpacked and summed besides is to cost no time. */
  readonly exportToLines: number | null;
  readonly exportHttpToLines: number | null;
  /** Processor seconds of an unchanged second pass against the first's. */
  readonly secondToFirst: number | null;
  /** The most of all runs, in megabytes; and of ten times the items against that of one. */
  readonly peakRssMb: number | null;
  readonly memoryGrowth: number | null;
  readonly proofShare: number | null;
  /** The copy's speed with 40 entities against that with 4. */
  readonly entities40to4: number | null;
}

const OURS = [
  "fromLines",
  "secondPass",
  "fromGzip",
  "fromScan",
  "fromExport",
  "fromExportHttp",
  "tenth",
] as const satisfies readonly Contestant[];

const divided = (a: number | undefined, b: number | undefined): number | null =>
  a === undefined || b === undefined || b === 0 ? null : Number((a / b).toFixed(3));

const staged = (cost: Cost | undefined): Seconds | undefined =>
  cost &&
  Object.values(cost.stages).reduce<Seconds>(
    (sum, { wall, client, postgres }) => ({
      wall: sum.wall + wall,
      client: sum.client + client,
      postgres: sum.postgres + postgres,
    }),
    NOTHING,
  );

/** By the clock, or by processor seconds, which do not depend on what else the machine does. */
export function ratiosOf(costs: Costs, monster: readonly number[], by: "clock" | "processor"): Ratios {
  const measure = by === "clock" ? ({ wall }: Seconds) => wall : processorSeconds;
  const of = (seconds: Seconds | undefined) => seconds && measure(seconds);
  const stage = (name: Contestant, which: string) => of(costs[name]?.stages[which]);
  const { bareCopy, rawRead, script, fromLines, secondPass, tenth } = costs;
  const ends = [of(staged(bareCopy)), of(staged(rawRead))].filter((each) => each !== undefined);
  const [first, second] = [staged(fromLines), staged(secondPass)];
  const peaks = [...OURS.flatMap((name) => costs[name]?.peak ?? []), ...monster];
  return {
    copyToBareCopy: divided(of(staged(bareCopy)), stage("fromLines", "copy")),
    wholeToScript: divided(of(script), of(fromLines)),
    scanToSlower: ends.length < 2 ? null : divided(Math.max(...ends), stage("fromScan", "copy")),
    exportToLines: divided(stage("fromLines", "copy"), stage("fromExport", "copy")),
    exportHttpToLines: divided(stage("fromLines", "copy"), stage("fromExportHttp", "copy")),
    secondToFirst: divided(second && processorSeconds(second), first && processorSeconds(first)),
    peakRssMb: peaks.length === 0 ? null : Math.round(Math.max(...peaks)),
    memoryGrowth: divided(fromLines?.peak ?? undefined, tenth?.peak ?? undefined),
    proofShare: divided(stage("fromLines", "verify"), of(first)),
    entities40to4: divided(stage("entities4", "copy"), stage("entities40", "copy")),
  };
}
