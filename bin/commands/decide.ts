/** `accept`, `stop`, `seal`, `rollback`, `drop-ledger`: an operator decides what becomes of a run. */
import { acceptedText } from "../../lambda/adapters/report/accepted-text.ts";
import { counted } from "../../lambda/domain/proof/discrepancy.ts";
import { letGoText } from "../../lambda/domain/proof/pending.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runDropLedger } from "../../lambda/verbs/drop-ledger.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { print } from "../terminal/print.ts";
import { terminalProgress, waits } from "../terminal/progress.ts";
import { readSchema, readSchemaIfAny } from "../terminal/schema-folder.ts";
import { writeJson } from "./answer.ts";
import { command } from "./command.ts";

export const accept = command("accept", async (given, key) => {
  const { target, reason, reasonCode, entity, all, json } = given;
  const place = { target, schema: await readSchema(given.schema), progress: waits };
  const { logKey: _, ...accepted } = await runAccept({ ...place, key, all, reasonCode, entity, reason });
  await writeJson(json, accepted);
  print(acceptedText(accepted));
});

export const stop = command("stop", async ({ target, json, ...given }) => {
  const { run } = await runStop({ target, run: given.run, progress: waits });
  await writeJson(json, { run });
  print(`STOPPING  run ${run}: its workers end at their next page. Run migrate to go on.`);
});

export const seal = command("seal", async ({ target, run: number, force, json }) => {
  const { run, letGo } = await runSeal({ target, run: number, force: force === true, progress: waits });
  await writeJson(json, letGo.length === 0 ? { run } : { run, letGo });
  print(`SEALED  run ${run}: its rows belong to the application from now on.`);
  if (letGo.length > 0) print(`  let go before: ${letGoText(letGo)}`);
});

export const rollback = command("rollback", async ({ target, run, schema: folder, force, json }) => {
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
});

export const dropLedger = command("drop-ledger", async ({ target, json }) => {
  const { runs } = await runDropLedger({ target, progress: waits });
  await writeJson(json, { runs });
  print(
    runs === 0 ? "There is no ledger here." : `DROPPED  the ledger of ${counted(runs, "run", "runs")}. The rows stay.`,
  );
});
