/**
 * I8: how much memory the largest item takes: 400 KB of a list of one letter each, every letter a row, and in every row the
 * item's key, as long as DynamoDB takes one. Written, read again unchanged, and read again with every letter changed and a
 * third of them gone. Exits 1 where one of these takes more than 400 MB.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { Random } from "../../bin/rehearse/random.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { peakOf, smallHeap } from "../support/peak.ts";

const [ELEMENTS = 130_000] = process.argv.slice(2).map(Number);
const KEY_CHARACTERS = 2_000;
const MOST_BYTES = 400e6;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

const key = new Random(1).hex(KEY_CHARACTERS);
const listOf = (elements: number, shift: number): string => {
  const L = Array.from({ length: elements }, (_, at) => ({ S: LETTERS[(at + shift) % LETTERS.length] ?? "" }));
  return `{"Item":${toDynamoDbJson({ PK: { S: `LIST#${key}` }, Letters: { L } })}}\n`;
};

await using cleanup = new AsyncDisposableStack();
const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-bench-")), (path) =>
  rm(path, { recursive: true }),
);
const postgres = cleanup.adopt(await startPostgres(), (server) => server.stop());
const file = join(folder, "items.jsonl");
const command = [
  ...["migrate", "--source", `file:${file}`, "--target", postgres.url],
  ...["--schema", resolve(import.meta.dirname, "long-list")],
];

let highest = 0;
for (const [what, text] of [
  ["written", listOf(ELEMENTS, 0)],
  ["read again", listOf(ELEMENTS, 0)],
  ["changed", listOf(Math.floor((ELEMENTS * 2) / 3), 1)],
] as const) {
  await writeFile(file, text);
  const start = performance.now();
  const peak = await peakOf(command, smallHeap(256));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${what}: ${Math.round(peak / 1e6)} MB at most, ${seconds} s\n`);
  highest = Math.max(highest, peak);
}
process.exitCode = highest <= MOST_BYTES ? 0 : 1;
