/** `estimate`: what a migration will take and cost, before there is anything of it. */
import { readFile } from "node:fs/promises";
import { estimateText } from "../../lambda/adapters/report/estimate-text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { optionsAmong } from "../../lambda/options.ts";
import { runEstimate } from "../../lambda/verbs/estimate.ts";
import { tell } from "../terminal/print.ts";
import { waits } from "../terminal/progress.ts";
import { writeJson } from "./answer.ts";
import { command } from "./command.ts";

export const estimate = command("estimate", async ({ source, items, bytes, changed, prices, json, ...given }) => {
  const options = optionsAmong(given);
  const found = await runEstimate(
    { source, items, bytes, changed, prices: prices && (await readPrices(prices)), options },
    waits,
  );
  await writeJson(json, found);
  tell(estimateText(found));
});

async function readPrices(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    const problem = `no prices can be read from ${file}`;
    throw new MigrationError("settings", problem, 'name a file of JSON: {"acuHour":0.14}', { cause });
  }
}
