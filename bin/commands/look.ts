/** `status`, `report`, `list-quarantine`: what a database holds of a migration, asked without changing anything. */
import { acceptCommand } from "../../lambda/adapters/report/key-text.ts";
import { pendingText } from "../../lambda/adapters/report/pending-text.ts";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { agoText } from "../../lambda/adapters/report/time-text.ts";
import { keyedHash } from "../../lambda/domain/decode/fingerprint.ts";
import { isOpen, openIn, type Pending } from "../../lambda/domain/proof/pending.ts";
import { runListQuarantine } from "../../lambda/verbs/list-quarantine.ts";
import { runPlainSql, runReport } from "../../lambda/verbs/report.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { EXIT } from "../terminal/exit.ts";
import { print } from "../terminal/print.ts";
import { waits } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { writeJson, writeJsonList } from "./answer.ts";
import { command } from "./command.ts";
import { exportItems, refuseToPipe, showItems } from "./kept-items.ts";

export const status = command("status", async ({ target, run: number, window, json }) => {
  const { is, share, left } = await runStatus(target, number, window, waits);
  const { run, pass, phase, source, units, done, pages, read, stopping, verdict, provenAt, sealedAt } = is;
  await writeJson(json, { ...is, ...left });
  const proof = provenAt === undefined ? "nothing was read" : `${verdict}, as of ${agoText(provenAt)}`;
  const ended = `ended: ${proof}${sealedAt === undefined ? "" : `; sealed ${agoText(sealedAt)}`}`;
  print(`run ${run}, pass ${pass}, ${source}`);
  print(phase === "ended" ? ended : `in phase ${phase}${stopping ? ", and asked to stop: migrate goes on" : ""}`);
  print(`${read.toLocaleString("en-US")} items read in ${pages} pages, ${done} of ${units} units done`);
  const { minutesLeft, fits } = left;
  if (minutesLeft === undefined) return;
  const fitting =
    fits === undefined
      ? ""
      : fits
        ? `, within the window of ${window} minutes`
        : `: NOT within the window of ${window} minutes`;
  print(`${(share * 100).toFixed(0)} % copied, about ${Math.ceil(minutesLeft)} minutes left${fitting}`);
});

/** Shows what the newest proof found when it was made. */
export const report = command("report", async ({ target, run, schema, sql, json }) => {
  if (sql === true) {
    print(await runPlainSql({ target, schema: await readSchema(schema) }, waits));
    return;
  }
  const { report: found } = await runReport(target, run, waits);
  await writeJson(json, found);
  print(reportText(found));
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
  print(pendingText(groups, named(logKey)));
  process.exitCode = groups.every((group) => openIn(group) === 0) ? EXIT.verified : EXIT.discrepant;
});
