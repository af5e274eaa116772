/** `accept`, `stop`, `seal`, `rollback`, `drop-ledger`: an operator decides what becomes of a run. */
import { acceptedText } from "../../lambda/adapters/report/accepted-text.ts";
import { rollbackPlanText, rolledBackText } from "../../lambda/adapters/report/rollback-text.ts";
import { agoText } from "../../lambda/adapters/report/time-text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { counted } from "../../lambda/domain/proof/discrepancy.ts";
import { letGoText } from "../../lambda/domain/proof/pending.ts";
import { optionsAmong } from "../../lambda/options.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runDropLedger } from "../../lambda/verbs/drop-ledger.ts";
import { planRollback, runRollback } from "../../lambda/verbs/rollback.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { ask, canAsk } from "../terminal/ask.ts";
import { EXIT } from "../terminal/exit.ts";
import { note, print, tell } from "../terminal/print.ts";
import { terminalProgress, waits } from "../terminal/progress.ts";
import { readSchema, readSchemaIfAny } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { writeJson } from "./answer.ts";
import { command } from "./command.ts";

export const accept = command("accept", async (given, key) => {
  const { target, reason, reasonCode, entity, all, json } = given;
  const place = { target, schema: await readSchema(given.schema), progress: waits };
  const { logKey: _, ...accepted } = await runAccept({ ...place, key, all, reasonCode, entity, reason });
  await writeJson(json, accepted);
  tell(acceptedText(accepted));
});

export const stop = command("stop", async ({ target, json, ...given }) => {
  const { run } = await runStop({ target, run: given.run, progress: waits });
  await writeJson(json, { run });
  print(`STOPPING  run ${run}: its workers end at their next page. Run migrate to go on.`);
});

export const seal = command("seal", async ({ target, run: number, force, withoutProof, json, ...given }) => {
  const progress = terminalProgress();
  try {
    const edge = { progress, signal: stopSignal() };
    const proving =
      withoutProof === true
        ? undefined
        : { schema: await readSchema(given.schema), options: optionsAmong(given), edge };
    const sealed = await runSeal({ target, run: number, force: force === true, progress, proving });
    progress.done();
    const { letGo, ...told } = sealed;
    await writeJson(json, letGo.length === 0 ? told : sealed);
    tellSealed(sealed);
  } finally {
    progress.leave();
  }
});

function tellSealed({ run, provenAt, letGo }: Awaited<ReturnType<typeof runSeal>>): void {
  print(`SEALED  run ${run}: its rows belong to the application from now on.`);
  if (provenAt !== undefined) print(`  the proof that counts is of ${agoText(provenAt)}`);
  if (letGo.length > 0) print(`  let go before: ${letGoText(letGo)}`);
}

export const rollback = command("rollback", async ({ target, run, force, dryRun, yes, json, ...given }) => {
  const schema = await readSchemaIfAny(given.schema);
  const task = { target, schema, run };
  if (dryRun === true) {
    const plan = await planRollback({ ...task, progress: waits });
    await writeJson(json, plan);
    tell(rollbackPlanText(plan));
    // What needs the tables may go with a migration that is taken back; nothing else takes it away.
    const isFree = plan.dependents.length === 0 || plan.reverts.length > 0;
    process.exitCode = isFree && (plan.inTheWay.length === 0 || force === true) ? EXIT.verified : EXIT.refused;
    return;
  }
  if (yes !== true && !(await isWanted(task))) return;
  const progress = terminalProgress();
  const undone = await runRollback({ ...task, force: force === true, progress });
  progress.done();
  await writeJson(json, undone);
  tell(rolledBackText(undone));
});

/** What it would do is shown before it is asked for. */
async function isWanted(task: Parameters<typeof planRollback>[0]): Promise<boolean> {
  if (!canAsk()) {
    const problem = "a rollback asks before it does anything, and there is no terminal to ask on";
    throw new MigrationError("settings", problem, "see what it would do with --dry-run, and say --yes");
  }
  const plan = await planRollback({ ...task, progress: waits });
  tell(rollbackPlanText(plan));
  if (await ask(`Take run ${plan.run} back?`, stopSignal())) return true;
  note("Nothing was done.");
  process.exitCode ??= EXIT.refused;
  return false;
}

export const dropLedger = command("drop-ledger", async ({ target, json }) => {
  const { runs } = await runDropLedger({ target, progress: waits });
  await writeJson(json, { runs });
  print(
    runs === 0 ? "There is no ledger here." : `DROPPED  the ledger of ${counted(runs, "run", "runs")}. The rows stay.`,
  );
});
