/** `check`: what a source holds and what a mapping makes of it, before anything is written. */
import { readdir } from "node:fs/promises";
import { checkText } from "../../lambda/adapters/report/check-text.ts";
import type { Schema } from "../../lambda/compose.ts";
import { optionsAmong } from "../../lambda/options.ts";
import { runCheck } from "../../lambda/verbs/check.ts";
import { EXIT } from "../terminal/exit.ts";
import { print, tell } from "../terminal/print.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { writeJson } from "./answer.ts";
import { command } from "./command.ts";

export const check = command("check", async (given, _, isSaid) => {
  const { source, keys, attributes, ddl: onlyDdl, json } = given;
  const schema = await schemaOf(given.schema);
  const signal = stopSignal();
  const progress = terminalProgress();
  try {
    const { checked, ddl, mapped, foreign, clean } = await runCheck(
      { source, schema, isDefault: !isSaid("schema"), keys: keys?.split(","), options: optionsAmong(given) },
      {
        onProgress: (read) => progress.step(`reading: ${read.toLocaleString("en-US")} items`),
        signal,
        progress,
      },
    );
    if (signal.aborted) progress.leave();
    else progress.done();
    await writeJson(json, { ...checked, ...(mapped ? { schema: given.schema } : {}), ddl });
    // What is piped into psql is not broken into lines.
    if (onlyDdl === true) print(ddl.map((statement) => `${statement};`).join("\n\n"));
    else tell(checkText(checked, { mapped, schema: given.schema, foreign, attributes: attributes === true }));
    process.exitCode = !clean ? EXIT.discrepant : signal.aborted ? EXIT.incomplete : EXIT.verified;
  } finally {
    progress.leave();
  }
});

/** A folder in which neither file is there yet is where a mapping begins. */
async function schemaOf(folder: string): Promise<Schema | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined || names.some((name) => name === "tables.ts" || name === "items.ts"))
    return readSchema(folder);
  // Whoever mistook the folder should not wonder where the entities are.
  if (names.length > 0)
    process.stderr.write(`${folder} holds no tables.ts and no items.ts: this is the source without a mapping\n`);
  return undefined;
}
