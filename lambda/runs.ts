/** Which run is meant: the one of a number, the newest of a mapping, the only one there is. */
import { load, NO_MAPPING, openTarget, type Schema } from "./compose.ts";
import { mappingFingerprint } from "./domain/decode/fingerprint.ts";
import { numbersOf } from "./domain/decode/mapping-parts.ts";
import { untilItEnds } from "./domain/leads-on.ts";
import { MigrationError } from "./domain/migration-error.ts";
import type { Report } from "./domain/proof/report.ts";
import { loadMapping } from "./mapping/load.ts";
import type { Mapping } from "./mapping/model.ts";
import type { Target } from "./pipeline/conclude.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";

/** Of all runs in a database, the newest first. */
export async function runsAt(url: string, progress?: Progress): Promise<readonly Run[]> {
  await using target = openTarget(url, NO_MAPPING, { progress });
  return await target.runs.list();
}

/** The run of that number, or the newest. */
export async function runOfNumber({ runs }: Pick<Target, "runs">, id: number | undefined): Promise<Run> {
  const all = await runs.list();
  const run = id === undefined ? all[0] : all.find((each) => each.id === id);
  if (run !== undefined) return run;
  if (all.length === 0) throw noRun();
  throw new MigrationError("no-run", `there is no run ${id} in this database`, `these are there: ${runsIn(all)}`);
}

/** The newest run that was made with this very schema. */
export function runOfSchema(runs: readonly Run[], schema: Schema): Run {
  const run = newestOf(runs, load(schema).identity);
  if (run !== undefined) return run;
  if (runs.length === 0) throw noRun();
  const problem = `none of the runs here goes by this mapping: ${runsIn(runs)}`;
  const remedy = "name the schema it goes by: --schema DIR; or migrate with this one";
  throw new MigrationError("mapping-changed", problem, remedy);
}

/** The only run there is, or the newest one of this schema, which may be gone or not even load. */
export function runToTakeBack(runs: readonly Run[], schema: Schema | undefined): Run {
  const [run] = runs;
  if (run === undefined) throw noRun();
  const loaded = schema && loadMapping(schema.tables, schema.items);
  const fitting = loaded && "mapping" in loaded ? newestOf(runs, loaded.mapping.identity) : undefined;
  const found = runs.length === 1 ? run : fitting;
  if (found !== undefined) return found;
  const problem = `there are several runs here, and none goes by this mapping: ${runsIn(runs)}`;
  throw new MigrationError("mapping-changed", problem, `say which is meant: rollback --run ${run.id}`);
}

function newestOf(runs: readonly Run[], identity: string): Run | undefined {
  const fingerprint = mappingFingerprint(identity);
  return runs.find(({ mapping }) => mapping === fingerprint);
}

/** A schema with the numbers that a run's ledger goes by: tables and entities are numbers there. */
export const numbered = (schema: Schema, { parts }: Run): Mapping => load(schema, numbersOf(parts));

export function reportIn(run: Run): Report {
  if (run.report !== undefined) return run.report;
  throw new MigrationError("no-run", `run ${run.id} has no report yet`, untilItEnds(run));
}

const runsIn = (runs: readonly Run[]): string => runs.map(({ id, source }) => `${id} of ${source}`).join(", ");

const noRun = (): MigrationError =>
  new MigrationError("no-run", "there is no migration in this database", "run migrate first, or correct the target");
