/**
 * I8: how much memory the largest item takes, in a small heap: written, read again unchanged, and read again with every letter
 * changed and a third of them gone. Exits 1 where one of these takes more than 256 MB.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { peakOf, smallHeap } from "../support/peak.ts";
import { MONSTER_SCHEMA, MOST_ELEMENTS, monster } from "./inputs/monster.ts";

const [ELEMENTS = MOST_ELEMENTS] = process.argv.slice(2).map(Number);
const MOST_BYTES = 256e6;

await using cleanup = new AsyncDisposableStack();
const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-bench-")), (path) =>
  rm(path, { recursive: true }),
);
const postgres = cleanup.adopt(await startPostgres(), (server) => server.stop());
const file = join(folder, "items.jsonl");
const command = ["migrate", "--source", `file:${file}`, "--target", postgres.url, "--schema", MONSTER_SCHEMA];

let highest = 0;
for await (const what of monster(file, ELEMENTS)) {
  const start = performance.now();
  const peak = await peakOf(command, smallHeap(256));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${what}: ${Math.round(peak / 1e6)} MB at most, ${seconds} s\n`);
  highest = Math.max(highest, peak);
}
process.exitCode = highest <= MOST_BYTES ? 0 : 1;
