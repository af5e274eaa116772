/** What a mapping of 40 kinds of items and 60 tables asks of the type checker: bounded, and not growing faster than the mapping. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ALONE } from "../support/compiling.ts";
import { largeMapping } from "../support/large-mapping.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Type instantiations, counted by the compiler. */
async function instantiations(entities: number): Promise<number> {
  const folder = await mkdtemp(join(ROOT, "test/mapping-large-"));
  folders.push(folder);
  const { tables, items } = largeMapping(entities, "../../lambda/mapping/index.ts");
  await writeFile(join(folder, "tables.ts"), tables);
  await writeFile(join(folder, "items.ts"), items);
  const config = { extends: "../../tsconfig.json", compilerOptions: ALONE, include: ["*.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder, "--noEmit", "--extendedDiagnostics"],
    { encoding: "utf8" },
  );
  expect(status, stdout).toBe(0);
  return Number(/^Instantiations:\s*(\d+)$/m.exec(stdout)?.[1]);
}

it("forty kinds of items and sixty tables are checked within bounds", async () => {
  const [two, four, forty] = [await instantiations(2), await instantiations(4), await instantiations(40)];
  expect(forty - four).toBeLessThan(75_000);
  expect((forty - four) / 36).toBeLessThan(((four - two) / 2) * 1.5);
});
