/** A filled source and an empty database → a story in two acts, told as it happens: a copy that is killed five times, and a proof that is lied to three times. */
import pg from "pg";
import { keyText, rowKeyText } from "../../lambda/adapters/report/key-text.ts";
import type { Schema } from "../../lambda/compose.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { runReport } from "../../lambda/verbs/report.ts";
import { runVerify } from "../../lambda/verbs/verify.ts";
import { killedCopy } from "./kills.ts";
import { TAMPERINGS, type Tampered, type Tampering } from "./tampering.ts";

const SILENT = { tell: () => undefined };

export interface Stage {
  /** Arguments of the `migrate` that is killed, without `--units`. */
  readonly command: readonly string[];
  readonly url: string;
  readonly schema: Schema;
  /** At least this many parts, whatever was asked for: a kill needs a page to land on. */
  readonly units: number | undefined;
  readonly items: number;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
}

const KILLS = 5;
/** About ten pages from one kill to the next. */
const LEAST_UNITS = 64;

const count = (value: number): string => value.toLocaleString("en-US");

/** Tells the story. True where every kill landed in the middle, the copy was verified all the same, and every lie was caught. */
export async function sabotage(stage: Stage): Promise<boolean> {
  const survived = await firstAct(stage);
  const caught = await secondAct(stage);
  stage.print(
    survived && caught
      ? "\nNothing was lost, nothing was written twice, and no change went unseen."
      : "\nNOT EVERYTHING WAS CAUGHT: this is a fault of the migration. Each line above that says MISSED tells where.",
  );
  return survived && caught;
}

async function firstAct({ command, url, schema, items, signal, print, ...stage }: Stage): Promise<boolean> {
  const units = Math.max(LEAST_UNITS, stage.units ?? 0);
  print(`1  Killed ${KILLS} times\n`);
  print(`   The copy runs in a process of its own, which is killed outright (SIGKILL) wherever it happens to be.`);
  print("   Then the same command is started again. What was committed says where to go on.\n");
  const landings = killedCopy({ command: [...command, "--units", String(units)], url, units, kills: KILLS, signal });
  let [kills, before] = [0, 0];
  for await (const { pages, done, units, items: read } of landings) {
    const begun = kills === 0 ? "started" : "resumed";
    print(
      `   ${begun}   killed after ${String(pages).padStart(3)} pages: ${done} of ${units} units done, ${count(read)} of ${count(items)} items read`,
    );
    if (pages > before && done < units) kills += 1;
    before = pages;
  }
  const { report } = await runReport(url);
  print(`   ${kills === 0 ? "started" : "resumed"}   ended ${verdictOf(report)}`);
  print(`\n   ${counted(report)}`);
  if (kills < KILLS) print(`   MISSED: only ${kills} of ${KILLS} kills landed between the first page and the last.`);
  return kills === KILLS && report.verdict === "verified" && report.items.read === items;
}

async function secondAct({ url, schema, signal, print }: Stage): Promise<boolean> {
  print("\n2  Lied to three times\n");
  print("   Somebody changes the database behind the migration's back, and every check of the proof is made again.");
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  // The checks over all data have to see it, not the luck of a sample.
  const prove = async () =>
    (await runVerify({ target: url, schema, options: { sample: 0 } }, { progress: SILENT, signal })).report;
  try {
    let missed = 0;
    for (const tampering of TAMPERINGS) {
      signal.throwIfAborted();
      if (!(await lie(tampering, client, prove, print))) missed += 1;
    }
    return missed === 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function lie(
  { title, tamper }: Tampering,
  client: pg.Client,
  prove: () => Promise<Report>,
  print: Stage["print"],
): Promise<boolean> {
  const tampered = await tamper(client);
  print(`\n   ${title}: ${tampered.done.replaceAll("\n", "\n     ")}`);
  const said = naming(await prove(), tampered);
  for (const line of said) print(`     ${line}`);
  if (said.length === 0) print("     MISSED: the proof does not name the row.");
  await tampered.undo();
  const after = await prove();
  print(`     undone: ${verdictOf(after)}`);
  return said.length > 0 && after.verdict === "verified";
}

/** What the proof said about the row that was touched, with its table, its key and the item it came from. */
function naming(report: Report, { table, key }: Tampered): string[] {
  if (report.verdict !== "discrepant") return [];
  return report.discrepancies.flatMap(({ check, subject, problem, examples }) =>
    examples
      .filter((example) => example.table === table && example.key?.join() === key.join())
      .flatMap(({ source }) => [
        `${verdictOf(report)}: ${check}: ${subject}: ${problem}`,
        `  ${table} ${rowKeyText(key)}${source === undefined ? "" : ` from ${keyText(source)}`}`,
      ]),
  );
}

const verdictOf = ({ verdict }: Report): string => verdict.toUpperCase();

const counted = ({ items, tables }: Report): string =>
  `${count(items.read)} items read, each counted once: ${count(items.migrated)} migrated, ${count(items.expired)} expired. ` +
  `${count(tables.reduce((sum, { actualRows }) => sum + actualRows, 0))} rows in ${tables.length} tables, every column as it was decoded.`;
