/** What others do with the same items: each with its own cluster, the tables made for it, and a look at whether it did all of its work. */
import { type Floor, tablesOf } from "../inputs/floor.ts";
import { type Contents, contentsOf, type Relation, rowsIn } from "../inputs/relations.ts";
import { type Inputs, TENTH } from "../inputs/sample.ts";
import { type Cost, costOf, scaledUp } from "../measure/cost.ts";
import { ask, startEngine } from "../measure/engine.ts";
import { stagesIn } from "../measure/marks.ts";
import { program, type Spent, spend } from "../measure/spend.ts";

/** What the contestants beside ours are measured with. */
export interface Ground {
  readonly inputs: Inputs;
  readonly shapes: readonly Relation[];
  readonly floor: Floor;
  /** What has to be there at the end: of all items, and of a tenth of them. */
  readonly whole: Contents;
  readonly tenth: Contents;
}

/** A command that fills tables that are there already, and what is in them then. */
async function filling(
  shapes: readonly Relation[],
  tables: readonly string[],
  command: (url: string) => readonly [string, ...string[]],
  expected: Contents,
): Promise<{ readonly spent: Spent; readonly rows: number }> {
  await using engine = await startEngine();
  for (const statement of tablesOf(shapes, tables)) await ask(engine.url, statement);
  const spent = await spend(command(engine.url), engine);
  return { spent, rows: rowsIn(await contentsOf(engine.url), expected) };
}

/** Rows first, then the ledger's lines. */
export async function bareCopy(ground: Ground): Promise<Cost> {
  const { floor, inputs } = ground;
  const tables = [...floor.rowTables, ...floor.auditTables];
  const command = (url: string) => program("bare-copy.ts", url, floor.folder);
  const { spent, rows } = await filling(ground.shapes, tables, command, ground.whole);
  return { ...costOf(spent, { items: inputs.items, rows }), stages: stagesIn(spent) };
}

/** The script at its best. */
export async function script(ground: Ground): Promise<Cost> {
  const { lines, items } = ground.inputs;
  const command = (url: string) => program("upsert.ts", url, lines, "500", "4");
  const { spent, rows } = await filling(ground.shapes, ground.floor.rowTables, command, ground.whole);
  return costOf(spent, { items, rows });
}

/** The same, one row in each statement, one statement after the other. */
export const rowAtATime = (ground: Ground): Promise<Cost> =>
  ofTenth(ground, (url) => program("upsert.ts", url, ground.inputs.tenth, "1", "1"));

/** By the tools a shell has. Which of its processes holds how much memory is not asked. */
export const gunzipJqCopy = async (ground: Ground): Promise<Cost> => ({
  ...(await ofTenth(ground, (url) => program("gunzip-jq-copy.sh", url, ground.inputs.tenthGzip))),
  peak: null,
});

async function ofTenth(ground: Ground, command: (url: string) => readonly [string, ...string[]]): Promise<Cost> {
  const { spent, rows } = await filling(ground.shapes, ground.floor.rowTables, command, ground.tenth);
  return scaledUp(costOf(spent, { items: Math.ceil(ground.inputs.items / TENTH), rows }), TENTH);
}
