/** `accept`, `stop`, `seal`, `rollback`, `drop-ledger`: an operator decides what becomes of a run. */
import { acceptedText } from "../../lambda/adapters/report/accepted-text.ts";
import { counted } from "../../lambda/domain/proof/discrepancy.ts";
import { letGoText } from "../../lambda/domain/proof/pending.ts";
import { runAccept, runDropLedger, runRollback, runSeal, runStop } from "../../lambda/operate.ts";
import { print } from "../terminal/print.ts";
import { terminalProgress, waits } from "../terminal/progress.ts";
import { readSchema, readSchemaIfAny } from "../terminal/schema-folder.ts";
import type { Action } from "./given.ts";
import { saidOptions, writeJson } from "./run.ts";

export const accept: Action = async (given, key) => {
  const { reason = "", reasonCode, entity, all } = saidOptions(given);
  const { target, json } = given;
  const place = { target, schema: await readSchema(given.schema), progress: waits };
  const { logKey: _, ...accepted } = await runAccept({ ...place, key, all, reasonCode, entity, reason });
  await writeJson(json, accepted);
  print(acceptedText(accepted));
};

export const stop: Action = async ({ target, json, ...given }) => {
  const { run } = await runStop({ target, run: saidOptions(given).run, progress: waits });
  await writeJson(json, { run });
  print(`STOPPING  run ${run}: its workers end at their next page. Run migrate to go on.`);
};

export const seal: Action = async ({ target, json, ...given }) => {
  const { run: number, force } = saidOptions(given);
  const { run, letGo } = await runSeal({ target, run: number, force: force === true, progress: waits });
  await writeJson(json, letGo.length === 0 ? { run } : { run, letGo });
  print(`SEALED  run ${run}: its rows belong to the application from now on.`);
  if (letGo.length > 0) print(`  let go before: ${letGoText(letGo)}`);
};

export const rollback: Action = async ({ target, schema: folder, json, ...given }) => {
  const { run, force } = saidOptions(given);
  const schema = await readSchemaIfAny(folder);
  const progress = terminalProgress();
  const undone = await runRollback({ target, schema, run, force: force === true, progress });
  await writeJson(json, undone);
  print(`ROLLED BACK  run ${undone.run} of ${undone.source}`);
  if (undone.dropped.length > 0) print(`  tables dropped: ${undone.dropped.join(", ")}`);
  for (const [table, rows] of Object.entries(undone.removed)) {
    print(`  ${table}: ${rows.toLocaleString("en-US")} rows removed, those of others kept`);
  }
  for (const [table, rows] of Object.entries(undone.left)) {
    print(`  ${table}: ${rows.toLocaleString("en-US")} rows left, changed by others since or kept by a trigger`);
  }
  if (undone.kept.length > 0)
    print(`  schema migrations that no down is known of, with what they made: ${undone.kept.join(", ")}`);
};

export const dropLedger: Action = async ({ target, json }) => {
  const { runs } = await runDropLedger({ target, progress: waits });
  await writeJson(json, { runs });
  print(
    runs === 0 ? "There is no ledger here." : `DROPPED  the ledger of ${counted(runs, "run", "runs")}. The rows stay.`,
  );
};
