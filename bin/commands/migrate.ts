/** `migrate`, `verify`, `repair`: what ends with a proof. */
import type { Edge, Proven } from "../../lambda/compose.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { optionsAmong } from "../../lambda/options.ts";
import { runMigration } from "../../lambda/verbs/migrate.ts";
import { runRepair } from "../../lambda/verbs/repair.ts";
import { runVerify } from "../../lambda/verbs/verify.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { show, writeJson } from "./answer.ts";
import { command } from "./command.ts";
import { keepUntilStopped, openDatabase } from "./database.ts";
import { pageWriter } from "./page.ts";

/** One source into one database, resumed where an earlier invocation stopped. */
export const migrate = command("migrate", async (given) => {
  const { source, json, keep } = given;
  const signal = stopSignal();
  const writePage = pageWriter(given);
  const schema = await readSchema(given.schema);
  if (keep === true && given.target !== "embedded") {
    const remedy = "leave --keep out: your own database stays; or try the mapping with --target embedded --keep";
    throw new MigrationError("settings", "--keep is for a database that would go with the command", remedy);
  }
  await using database = await openDatabase(given.target);
  await proven({ json, writePage }, (edge) =>
    runMigration({ source, target: database.url, schema, options: optionsAmong(given) }, edge),
  );
  if (keep === true && !signal.aborted) await keepUntilStopped(database);
});

export const verify = command("verify", async (given) => {
  const { target, json } = given;
  const task = { target, options: optionsAmong(given), schema: await readSchema(given.schema) };
  await proven({ json }, (edge) => runVerify(task, edge));
});

export const repair = command("repair", async (given) => {
  const { target, force, json } = given;
  const task = { target, options: optionsAmong(given), schema: await readSchema(given.schema), force: force === true };
  await proven({ json }, (edge) => runRepair(task, edge));
});

interface Wanted {
  readonly json: string | undefined;
  readonly writePage?: ReturnType<typeof pageWriter>;
}

async function proven({ json, writePage }: Wanted, work: (edge: Edge) => Promise<Proven>): Promise<void> {
  const progress = terminalProgress();
  try {
    const found = await work({ progress, signal: stopSignal() });
    const { report } = found;
    await writeJson(json, report);
    if (report.verdict === "verified") progress.done();
    else progress.leave();
    show(report);
    await writePage?.(found);
  } finally {
    progress.leave();
  }
}
