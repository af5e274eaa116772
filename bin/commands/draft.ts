/** `draft`: a mapping that writes itself as far as it can, for a person to go on with. */
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { draftText } from "../../lambda/adapters/report/draft-text.ts";
import { itemsText } from "../../lambda/domain/draft/text/items-text.ts";
import { tablesText } from "../../lambda/domain/draft/text/tables-text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { shell } from "../../lambda/domain/typed.ts";
import { optionsAmong } from "../../lambda/options.ts";
import { parseSource } from "../../lambda/settings.ts";
import { runDraft } from "../../lambda/verbs/draft.ts";
import { readKnownModel } from "../known/known-file.ts";
import { EXIT } from "../terminal/exit.ts";
import { tell } from "../terminal/print.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { writable, writeJson } from "./answer.ts";
import { command } from "./command.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FILES = ["tables.ts", "items.ts"] as const;

export const draft = command("draft", async (given) => {
  const { source, schema: folder, from, keys, force, json } = given;
  if (force !== true) await refuseToOverwrite(folder, source);
  const setting = parseSource(source);
  const table = setting.kind === "dynamodb" ? setting.table : undefined;
  const known = from === undefined ? {} : { known: await readKnownModel(from, table) };
  const signal = stopSignal();
  const progress = terminalProgress();
  try {
    const drafted = await runDraft(
      { source, keys: keys?.split(","), ...known, options: optionsAmong(given) },
      {
        onProgress: (read) => progress.step(`reading: ${read.toLocaleString("en-US")} items`),
        signal,
        progress,
      },
    );
    const { model, tryOut, ...counts } = drafted;
    if (signal.aborted) progress.leave();
    else progress.done();
    if (model.kinds.length > 0) await write(folder, drafted);
    const notDecoded = model.kinds.length > 0 ? tryOut(await readSchema(folder)) : [];
    await writeJson(json, { ...counts, model, notDecoded });
    tell(draftText({ ...counts, model, notDecoded, folder, given: source }));
    const isDone = model.kinds.length > 0 && notDecoded.length === 0;
    process.exitCode = !isDone ? EXIT.discrepant : signal.aborted ? EXIT.incomplete : EXIT.verified;
  } finally {
    progress.leave();
  }
});

async function refuseToOverwrite(folder: string, source: string): Promise<void> {
  const paths = FILES.map((name) => join(folder, name));
  const there = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        () => path,
        () => undefined,
      ),
    ),
  );
  const found = there.filter((path) => path !== undefined);
  if (found.length === 0) return;
  const elsewhere = shell("draft", "--source", source, "--schema", `${folder.replace(/\/+$/, "")}-draft`);
  throw new MigrationError(
    "settings",
    `${found.join(" and ")} ${found.length === 1 ? "is" : "are"} there already`,
    `name another folder: bin/ddb2pg ${elsewhere}; or say --force to write over what is there`,
  );
}

async function write(
  folder: string,
  { model, read, whole, source }: Awaited<ReturnType<typeof runDraft>>,
): Promise<void> {
  const language = relative(resolve(folder), join(ROOT, "lambda/mapping/index.ts")).replaceAll("\\", "/");
  const from = language.startsWith(".") ? language : `./${language}`;
  const seen = `${read.toLocaleString("en-US")} ${read === 1 ? "item" : "items"}${whole ? "" : ", a sample,"} of ${source}${model.known === undefined ? "" : `, with ${model.known.origin}`}`;
  const texts = {
    "tables.ts": tablesText(model, from, `Tables drafted from ${seen}.`),
    "items.ts": itemsText(model, from, `How items become rows, drafted from ${seen}.`),
  };
  for (const name of FILES) {
    const file = join(folder, name);
    await writable(file, async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(file, texts[name]);
    });
  }
}
