/** `status`, `report`, `list-quarantine`: what a database holds of a migration, asked without changing anything. */
import { acceptCommand } from "../../lambda/adapters/report/key-text.ts";
import { pendingText } from "../../lambda/adapters/report/pending-text.ts";
import { statusText } from "../../lambda/adapters/report/status-text.ts";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { keyedHash } from "../../lambda/domain/decode/fingerprint.ts";
import { isOpen, openIn, type Pending } from "../../lambda/domain/proof/pending.ts";
import { runListQuarantine } from "../../lambda/verbs/list-quarantine.ts";
import { runPlainSql, runReport } from "../../lambda/verbs/report.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { EXIT } from "../terminal/exit.ts";
import { print, tell } from "../terminal/print.ts";
import { waits } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { watched } from "../terminal/watch.ts";
import { writeJson, writeJsonList } from "./answer.ts";
import { command } from "./command.ts";
import { exportItems, refuseToPipe, showItems } from "./kept-items.ts";
import { pageWriter } from "./page.ts";

export const status = command("status", async ({ target, run: number, window, watch, json }) => {
  let told = await runStatus(target, number, window, waits);
  if (watch === true && told.is.phase !== "ended")
    told = await watched(told, () => runStatus(target, number, window, waits), window);
  await writeJson(json, { ...told.is, ...told.left });
  tell(statusText(told, window));
});

/** Shows what the newest proof found when it was made. */
export const report = command("report", async ({ target, run, schema, sql, json, ...wanted }) => {
  const writePage = pageWriter(wanted);
  if (sql === true) {
    print(await runPlainSql({ target, schema: await readSchema(schema) }, waits));
    return;
  }
  const { report: found, logKey } = await runReport(target, run, waits);
  await writeJson(json, found);
  tell(reportText(found));
  await writePage({ report: found, logKey });
});

export const listQuarantine = command("list-quarantine", async ({ target, schema, limit, bodies, json, ...given }) => {
  if (bodies === true) refuseToPipe();
  const named = (logKey: string) => (source: string) => `#${keyedHash(logKey, source)}`;
  const { groups, logKey } = await runListQuarantine({
    ...{ target, schema: await readSchema(schema), limit, progress: waits },
    take: async ({ run, pass, groups: all, logKey: secret, each, kept }) => {
      if (given.export !== undefined) await exportItems(given.export, kept);
      if (bodies === true) await showItems(kept);
      const commandOf = (pending: Pending) =>
        isOpen(pending) ? { accept: acceptCommand(pending.source, named(secret)) } : {};
      await writeJsonList(json, { run, pass, groups: all }, "items", (take) =>
        each((some) => take(some.map((pending) => ({ ...pending, ...commandOf(pending) })))),
      );
    },
  });
  tell(pendingText(groups, named(logKey)));
  process.exitCode = groups.every((group) => openIn(group) === 0) ? EXIT.verified : EXIT.discrepant;
});
