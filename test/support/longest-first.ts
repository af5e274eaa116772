/** The files that take longest begin first, so that none of them is still at work when all others have ended. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = resolve(import.meta.dirname, "..");
/** Where nothing is known of an earlier run they are taken by their sizes, and the smallest of these would come last. */
const LONGEST = [
  "crash/postgres-faults",
  "bin/stopping",
  "lib/chain",
  "lib/function",
  "lib/typed",
  "e2e/repeated-keys-interrupted",
  "crash/dynamodb-faults",
  "pages",
  "adapters/postgres/session/waits",
  "e2e/sabotage",
  "crash/kill",
  "bench/bench",
  "e2e/repeated-keys-fuzz",
  "e2e/dirty",
  "e2e/finalize",
  "embedded",
  "lib/synth",
  "lib/invoke",
].map((name) => resolve(ROOT, `${name}.test.ts`));

const place = ({ moduleId }: TestSpecification): number =>
  LONGEST.includes(moduleId) ? LONGEST.indexOf(moduleId) : LONGEST.length;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = LONGEST.find((file) => !existsSync(file));
    if (gone !== undefined) throw new Error(`${gone} is not there: correct the list of the longest`);
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
