/**
 * `npm run bench:draft`: how much of the mappings of the public cases that were written by hand `draft` finds by itself, told by
 * what the columns hold. Each case is drafted, type-checked and migrated unaided. Exits 1 where a goal is missed. Linux.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isThere, PUBLIC_CASES, ROOT } from "./draft/cases.ts";
import { run } from "./draft/command.ts";
import { type CaseResult, missedBy, missingIn, tableOf } from "./draft/goals.ts";
import { compareCase, type Drafted, draftCase } from "./draft/trial.ts";
import { startEngine } from "./measure/engine.ts";

const { values: given } = parseArgs({ options: { case: { type: "string" }, json: { type: "string" } } });
const wanted = PUBLIC_CASES.filter((name) => given.case === undefined || name === given.case);
if (wanted.length === 0) {
  tell(`${given.case} is no case; there are ${PUBLIC_CASES.join(", ")}`);
  process.exit(1);
}
const there = wanted.filter(isThere);
for (const name of wanted.filter((each) => !there.includes(each))) tell(`skipped: ${name}, whose items are not here`);
if (there.length === 0) process.exit(1);

const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-draft-"));
try {
  const drafts = new Map(there.map((name) => [name, draftCase(name, join(folder, name))] as const));
  const complaints = await typeCheck([...drafts.values()]);
  await using engine = await startEngine();
  const results: CaseResult[] = [];
  for (const [name, { failure, draft, check, folder: schema }] of drafts) {
    const typed = complaints.filter((line) => line.includes(`${schema}/`));
    const [first] = typed;
    const wrong = first === undefined ? [] : [`does not type-check, ${typed.length} complaints: ${first}`];
    const failures = failure === undefined ? wrong : [failure];
    const seconds = check === 0 ? {} : { timesCheck: draft / check };
    try {
      const outcome = failure === undefined ? await compareCase(name, schema, engine.url, folder) : {};
      results.push({ name, failures, ...seconds, ...outcome });
    } catch (error) {
      results.push({ name, ...seconds, failures: [...failures, error instanceof Error ? error.message : `${error}`] });
    }
  }
  const missed = missedBy(results);
  tell(
    ["", tableOf(results), "", ...results.flatMap(missingIn), ...missed.map((each) => `MISSED  ${each}`)].join("\n"),
  );
  if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify({ results, missed }, undefined, 2)}\n`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** All drafts in one program: what the compiler says of them. */
async function typeCheck(drafts: readonly Drafted[]): Promise<string[]> {
  const folders = drafts.filter(({ failure }) => failure === undefined).map((each) => each.folder);
  if (folders.length === 0) return [];
  const compilerOptions = {
    ...{ incremental: false, tsBuildInfoFile: null, types: ["node"] },
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const config = join(folder, "tsconfig.json");
  const files = folders.flatMap((each) => [join(each, "tables.ts"), join(each, "items.ts")]);
  await writeFile(
    config,
    JSON.stringify({ extends: join(ROOT, "tsconfig.json"), compilerOptions, include: [], files }),
  );
  const { said, status } = run("node_modules/.bin/tsc", "--noEmit", "--pretty", "false", "-p", config);
  const lines = said.split("\n").filter((line) => line.includes("error TS"));
  if (status !== 0 && lines.length === 0) throw new Error(`the compiler ended with ${status}: ${said}`);
  return lines;
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
