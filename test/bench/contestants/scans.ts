/** A file of lines → a DynamoDB table in a process of its own, and who reads it: ours, and the SDK's client alone. */
import type { Inputs } from "../inputs/sample.ts";
import { type Cost, costOf } from "../measure/cost.ts";
import { startEngine } from "../measure/engine.ts";
import { stagesIn } from "../measure/marks.ts";
import { program, spend } from "../measure/spend.ts";
import { migrate } from "./migrate.ts";
import { type Served, served } from "./served.ts";

/** As `migrate` divides a table, where nothing else is said. */
const SEGMENTS = 16;
const AT_ONCE = 4;

export const cannedTable = (lines: string): Promise<Served> => served("canned-table.ts", lines);

/** The table, as `migrate` is told it. */
export const sourceAt = ({ endpoint }: Pick<Served, "endpoint">): string =>
  `dynamodb:sample?endpoint=${endpoint}&region=local`;

/** Reads the same pages twice, from one server. */
export async function scans({ lines, items }: Inputs): Promise<{ rawRead: Cost; fromScan: Cost }> {
  await using table = await cannedTable(lines);
  const raw = await spend(program("raw-read.ts", table.endpoint, "sample", String(SEGMENTS), String(AT_ONCE)));
  const read = Number(raw.stdout.trim().split("\n").at(-1));
  if (read !== items) throw new Error(`the client read ${read} items of ${items}`);
  await using engine = await startEngine();
  const fromScan = await migrate(engine, sourceAt(table));
  return { rawRead: { ...costOf(raw, { items, rows: 0 }), stages: stagesIn(raw) }, fromScan };
}
