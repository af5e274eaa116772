/** `export`: exports of a table are asked for and followed until they are there. AWS makes them, followed or not. */
import { setTimeout as sleep } from "node:timers/promises";
import { exportedText, leftText, waitingText } from "../../lambda/adapters/report/export-text.ts";
import { exportFolder } from "../../lambda/domain/bucket.ts";
import { shell } from "../../lambda/domain/typed.ts";
import { withExports } from "../../lambda/verbs/export.ts";
import { EXIT } from "../terminal/exit.ts";
import { note, tell } from "../terminal/print.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { stopSignal } from "../terminal/stop.ts";
import { writeJson } from "./answer.ts";
import { command, NAME } from "./command.ts";

/** Between two looks: soon at first, as what was asked for before may be there. */
const FIRST_LOOK_MS = 500;
const LOOK_AGAIN_MS = 20_000;

export const exporting = command("export", async ({ json, until, ...task }) => {
  // AWS takes the variable for nothing; the command line takes it where a database is needed.
  const target = task.target ?? (process.env.DATABASE_URL || undefined);
  const signal = stopSignal();
  const progress = terminalProgress();
  const folder = exportFolder(task.bucket);
  try {
    progress.step("asking for exports");
    const found = await withExports({ ...task, target }, progress, async (ask) => {
      const own = new Set<string>();
      let asked = await ask({ until: until === undefined ? undefined : new Date(until), isOwn: () => false });
      for (let look = FIRST_LOOK_MS; !asked.isThere; look = Math.min(2 * look, LOOK_AGAIN_MS)) {
        for (const { id } of asked.asked) own.add(id);
        progress.step(waitingText(asked, new Date()));
        await sleep(look, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) break;
        asked = await ask({ until: asked.until, isOwn: ({ id }) => own.has(id) });
      }
      return asked;
    });
    await writeJson(json, {
      until: found.until,
      leadsTo: found.leadsTo,
      exports: found.exports,
      isThere: found.isThere,
    });
    if (found.isThere) {
      progress.done();
      tell(exportedText(found, folder));
      return;
    }
    progress.leave();
    note(leftText(found, `follow it again: ${NAME} ${typedAgain(task, found)}`));
    process.exitCode = EXIT.incomplete;
  } finally {
    progress.leave();
  }
});

interface Typed {
  readonly source: string;
  readonly bucket: string;
  readonly full?: boolean | undefined;
  readonly newImages?: boolean | undefined;
  readonly kmsKey?: string | undefined;
}

interface Said {
  readonly since?: Date;
  readonly until: Date;
}

/** For the same time: what was asked for is found, and nothing more is. The database is not repeated, as its URL may hold a password: what was applied is. */
function typedAgain({ source, bucket, full, newImages, kmsKey }: Typed, { since, until }: Said): string {
  const given = { source, bucket, since: since?.toISOString(), until: until.toISOString(), "kms-key": kmsKey };
  const yes = { full, "new-images": newImages };
  return shell(
    "export",
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...Object.entries(yes).flatMap(([name, value]) => (value === true ? [`--${name}`] : [])),
  );
}
