/** `rehearse`: a whole migration on engines of its own, from an empty machine to three answers in SQL. */
import { join } from "node:path";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { z } from "zod";
import { grid } from "../../lambda/adapters/report/text.ts";
import type { Task } from "../../lambda/compose.ts";
import { optionsAmong, within } from "../../lambda/options.ts";
import { parse } from "../../lambda/settings.ts";
import { runMigration } from "../../lambda/verbs/migrate.ts";
import { items } from "../../schema/items.ts";
import * as migrations from "../../schema/migrations/index.ts";
import { type Database, tables } from "../../schema/tables.ts";
import { startDynamoDb } from "../embedded/dynamodb.ts";
import { startPostgres } from "../embedded/postgres.ts";
import { DIRT } from "../rehearse/dirt.ts";
import { askQuestions } from "../rehearse/questions.ts";
import { sabotage } from "../rehearse/sabotage.ts";
import { EXIT } from "../terminal/exit.ts";
import { print } from "../terminal/print.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { stopSignal } from "../terminal/stop.ts";
import { show, writeJson } from "./answer.ts";
import { command } from "./command.ts";
import { keepUntilStopped } from "./database.ts";
import { pageWriter } from "./page.ts";

const TABLE = "files";
const SCHEMA = join(import.meta.dirname, "../../schema");

const rehearseSchema = z
  .object({
    // Fewer are not enough for one of every kind and a tree of folders.
    items: within(60, 10_000_000).default(20_000),
    seed: within(0, 0xffff_ffff).default(1),
    dirty: z.boolean().default(false),
    sabotage: z.boolean().default(false),
    keep: z.boolean().default(false),
    json: z.string().optional(),
    html: z.string().optional(),
    hashKeys: z.boolean().optional(),
  })
  .refine(({ dirty, sabotage }) => !(dirty && sabotage), {
    error: "--dirty and --sabotage are two rehearsals: faulty data can never end verified; run one, then the other",
  });

type RehearseSettings = z.infer<typeof rehearseSchema>;

export const rehearse = command("rehearse", async (raw) => {
  const signal = stopSignal();
  const settings = parse(rehearseSchema, raw, "the command line");
  const options = optionsAmong(raw);
  const writePage = pageWriter(settings);
  const progress = terminalProgress();
  progress.step("starting PostgreSQL and a DynamoDB-compatible server");
  await using engines = new AsyncDisposableStack();
  try {
    const postgres = engines.adopt(await startPostgres(), (server) => server.stop());
    signal.throwIfAborted();
    const dynamo = engines.adopt(await startDynamoDb(), (server) => server.stop());
    progress.step("filling the sample table");
    // With the SDK that fills it: who does not rehearse can do without.
    const { fill } = await import("../rehearse/fill.ts");
    await fill({ ...dynamo, table: TABLE }, settings, signal, (done, total) =>
      progress.step(
        `filling the sample table: ${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} items`,
      ),
    );
    signal.throwIfAborted();
    const source = `dynamodb:${TABLE}?${new URLSearchParams({ endpoint: dynamo.endpoint, region: dynamo.region })}`;
    const task = { source, target: postgres.url, schema: { tables, items, migrations }, options };
    if (settings.sabotage) {
      progress.done();
      await perform(task, settings, signal);
    } else {
      const found = await runMigration(task, { progress, signal });
      const { report } = found;
      await writeJson(settings.json, report);
      if (report.verdict === "verified") progress.done();
      else progress.leave();
      show(report);
      await writePage(found);
      if (settings.dirty) listDirt();
      else if (!signal.aborted) await answer(postgres.url);
    }
    if (settings.keep && !signal.aborted) await keepUntilStopped(postgres);
  } finally {
    progress.leave();
  }
});

/** Tells the story of a sabotage and sets the exit status. The killed process is this command line's own `migrate`. */
async function perform(task: Task, settings: RehearseSettings, signal: AbortSignal): Promise<void> {
  const { concurrency, maxReadUnits, units } = task.options;
  const { json, html, hashKeys } = settings;
  const given = { json, html, concurrency, "max-read-units": maxReadUnits };
  const command = [
    ...["migrate", "--source", task.source, "--target", task.target, "--schema", SCHEMA],
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
    ...(hashKeys === true ? ["--hash-keys"] : []),
  ];
  const { target: url, schema } = task;
  const caught = await sabotage({ command, url, schema, units, items: settings.items, signal, print });
  process.exitCode = caught ? EXIT.verified : EXIT.discrepant;
}

function listDirt(): void {
  print("What was planted, and the words by which the report names it");
  for (const line of grid(
    ["", ""],
    DIRT.map(({ fault, reason }) => [fault, reason]),
  ).slice(1))
    print(line);
}

async function answer(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  // A pool that has ended does not wait for its connection to close; the server may be stopped before it has.
  pool.on("error", () => undefined);
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
  });
  try {
    print("Three questions the single table could not answer");
    for (const { question, columns, rows, milliseconds } of await askQuestions(db)) {
      print(`\n  ${question}  (${milliseconds.toFixed(0)} ms)`);
      for (const line of grid(columns, rows)) print(`  ${line}`);
    }
  } finally {
    await db.destroy();
  }
}
