/** `estimate`: what a migration will take and cost, before there is anything of it. */
import { z } from "zod";
import { type Estimate, estimateOf, type Size } from "../domain/estimate/estimate.ts";
import { PRICES } from "../domain/estimate/prices.ts";
import { type Finding, MigrationError } from "../domain/migration-error.ts";
import type { Options } from "../options.ts";
import type { Progress } from "../ports/progress.ts";
import { parse, parseSource } from "../settings.ts";
import { sizeOfTable, USUAL_LIMIT } from "../sources.ts";
import type { Verb } from "../verb.ts";

export const estimate = {
  says: "what a migration will take and cost: capacity, time, window and price, from what an item took when it was measured",
  needs: [],
  takes: ["source", "items", "bytes", "sample", "maxReadUnits", "changed", "prices", "json"],
  meaning: {
    source: "dynamodb:TABLE, which is asked for its size; without it say --items and --bytes",
    items: "so many items; of a table, instead of what it says",
    sample: "items that are read, by one request, to know their size (default: 1,000)",
    maxReadUnits: "the limit the migration is to have; default the one it has where nobody says",
  },
  ends: "0 told; 3 refused",
} as const satisfies Verb;

/** Items of a table that are looked at. */
const SAMPLE = 1_000;
/** Where nobody says how many change. */
const CHANGED_PERCENT = 1;

const price = z.number().nonnegative().exactOptional();
const text = z.string().exactOptional();
const pricesSchema = z.strictObject({
  region: text,
  date: text,
  millionReadUnits: price,
  provisionedReadUnitHour: price,
  exportGigabyte: price,
  recoveryGigabyteMonth: price,
  acuHour: price,
  gigabyteMonth: price,
  millionInputsOutputs: price,
  lambdaGigabyteSecond: price,
  alarmMonth: price,
  dashboardMonth: price,
  secretMonth: price,
});

export interface EstimateTask {
  readonly source?: string | undefined;
  readonly items?: number | undefined;
  readonly bytes?: number | undefined;
  /** Of a hundred items, before the window. */
  readonly changed?: number | undefined;
  /** What a file of prices holds. */
  readonly prices?: unknown;
  readonly options: Pick<Options, "sample" | "maxReadUnits">;
}

export async function runEstimate(task: EstimateTask, progress?: Progress): Promise<Estimate> {
  const given = parse(pricesSchema, task.prices ?? {}, "the prices");
  const { usual, ...size } = await sizeOf(task, progress);
  const { maxReadUnits = usual } = task.options;
  const limit = typeof maxReadUnits === "number" ? { unitsPerSecond: maxReadUnits } : maxReadUnits;
  // Prices of one's own are of no region and day that is known here, where they do not say.
  const own = task.prices === undefined ? {} : { region: "your own", date: "as given" };
  const share = (task.changed ?? CHANGED_PERCENT) / 100;
  return estimateOf(size, limit === "none" ? undefined : limit, { ...PRICES, ...own, ...given }, share);
}

async function sizeOf({ source, items, bytes, options: { sample = SAMPLE } }: EstimateTask, progress?: Progress) {
  if (source === undefined) return { ...sizeSaid({ items, bytes }), usual: USUAL_LIMIT };
  const setting = parseSource(source);
  if (setting.kind !== "dynamodb") {
    const problem = "only a table can be asked for its size";
    throw new MigrationError("settings", problem, "say --items and --bytes, or name a table: --source dynamodb:TABLE");
  }
  const table = await sizeOfTable(setting, sample, progress);
  const size = { ...table, items: items ?? table.items, bytes: bytes ?? table.bytes };
  if (size.items > 0 && size.bytes > 0) return size;
  const problem = `${source} says that it holds nothing; what it says may be six hours old`;
  throw new MigrationError("settings", problem, "say --items and --bytes");
}

function sizeSaid({ items, bytes }: Pick<EstimateTask, "items" | "bytes">): Size {
  if (items !== undefined && bytes !== undefined) return { items, bytes, of: "as it was said" };
  const findings = Object.entries({ items, bytes }).flatMap(([where, value]): Finding[] => {
    const remedy = `say --${where}, or name a table: --source dynamodb:TABLE`;
    return value === undefined ? [{ where, problem: "is not said", remedy }] : [];
  });
  throw new MigrationError("settings", "nothing is known of the size", "see each finding", { findings });
}
