/**
 * `npm run bench`: one command, one machine, the same items, in interleaved rounds; what each way of moving them takes, and what
 * follows from it. Each contestant has a cluster of its own, started as the rehearsal starts one: without fsync,
 * synchronous_commit and full_page_writes, with 2 GB of WAL before a checkpoint, all else PostgreSQL's own. Linux.
 */
import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CONTESTANTS } from "./ratios.ts";
import { bench, type Settings } from "./rounds.ts";
import { pageOf } from "./text.ts";

function wholeNumber(text: string, option: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${option} is a whole number from 1 on, not "${text}"`);
}

const { values: given } = parseArgs({
  options: {
    items: { type: "string", default: "200000" },
    rounds: { type: "string", default: "3" },
    /** Contestants, with commas between them; ours from lines, twice and with a tenth of the items, always are. */
    only: { type: "string", default: "" },
    json: { type: "string" },
    page: { type: "string" },
  },
});
const settings: Settings = {
  items: wholeNumber(given.items, "--items"),
  rounds: wholeNumber(given.rounds, "--rounds"),
  only: given.only.split(",").filter((name) => name !== ""),
};
const unknown = settings.only.filter((name) => !CONTESTANTS.some((each) => each === name));
if (unknown.length > 0) throw new Error(`${unknown.join(", ")} is no contestant: ${CONTESTANTS.join(", ")}`);
const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-bench-"));
// What the bench has started ends with it, by itself; its files do not.
process.once("SIGINT", () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
});
try {
  const results = await bench(folder, settings);
  const page = pageOf(results);
  if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (given.page !== undefined) await writeFile(given.page, page);
  process.stdout.write(`${page}\n${JSON.stringify(results.ratios)}\n`);
} finally {
  await rm(folder, { recursive: true });
}
