/** Drafts of real public tables: formatted as they stand, sound to the compiler, and reading all there is. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../bin/terminal/exit.ts";
import { readSchema } from "../../bin/terminal/schema-folder.ts";
import { takeCensus } from "../support/census.ts";
import { ALONE } from "../support/compiling.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CASES = resolve(ROOT, "../shared/cases");
const NAMES = ["all-types", "battle-royale", "elearning", "electrodb-taskmanager", "online-shop", "social-network"];
const sourceOf = (name: string): string => `file:${join(CASES, name, "items.ddb.jsonl")}`;

const draft = (...words: readonly string[]) =>
  spawnSync(process.execPath, ["bin/cli.ts", "draft", ...words], { cwd: ROOT, encoding: "utf8" });

describe.skipIf(!existsSync(CASES))("a draft of a public table", () => {
  let folder: string;
  const texts = new Map<string, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-drafts-"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    for (const name of NAMES) {
      const schema = join(folder, name);
      expect(draft("--source", sourceOf(name), "--schema", schema)).toMatchObject({ status: EXIT.verified });
      for (const file of ["tables.ts", "items.ts"])
        texts.set(`${name}/${file}`, await readFile(join(schema, file), "utf8"));
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is as the formatter leaves it", () => {
    const biome = join(ROOT, "node_modules/.bin/biome");
    const formatted = (text: string): string =>
      spawnSync(biome, ["check", "--write", "--stdin-file-path=draft.ts"], { cwd: ROOT, input: text, encoding: "utf8" })
        .stdout;
    for (const [name, text] of texts) expect(`${name}\n${formatted(text)}`).toBe(`${name}\n${text}`);
    const text = texts.get("all-types/tables.ts") ?? "";
    expect(formatted(text.replace("    id:", "  id:"))).toBe(text);
  });

  it("compiles, and no longer does with a capture misspelt", async () => {
    const compile = async (files: readonly string[]) => {
      const config = join(folder, "tsconfig.json");
      const extended = join(ROOT, "tsconfig.json");
      await writeFile(
        config,
        JSON.stringify({
          extends: extended,
          compilerOptions: { ...ALONE, typeRoots: [join(ROOT, "node_modules/@types")] },
          include: [],
          exclude: [],
          files,
        }),
      );
      return spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["--noEmit", "-p", config], { encoding: "utf8" });
    };
    const wrong = join(folder, "battle-royale/wrong.ts");
    await writeFile(wrong, (texts.get("battle-royale/items.ts") ?? "").replace("key.username", "key.usrname"));
    const { stdout } = await compile([...[...texts.keys()].map((name) => join(folder, name)), wrong]);
    const complaints = stdout.split("\n").filter((line) => line.includes("error"));
    expect(complaints).toEqual([expect.stringMatching(/wrong\.ts.*usrname/)]);
  });

  it.each(NAMES)("reads all of %s", async (name) => {
    const { checked } = await takeCensus(sourceOf(name), { schema: await readSchema(join(folder, name)) });
    const { shapes, failures, unmapped, conflicts } = checked;
    expect({ shapes, failures, unmapped, conflicts }).toEqual({
      shapes: [],
      failures: [],
      unmapped: [],
      conflicts: [],
    });
    expect(checked.entities.reduce((sum, { count }) => sum + count, 0)).toBe(checked.read);
    expect(checked.entities.map((entity) => entity.name)).not.toContain("Other");
  });
});

it("an empty table is told, and nothing is written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-empty-"));
  try {
    await writeFile(join(folder, "items.jsonl"), "");
    const file = `file:${join(folder, "items.jsonl")}`;
    const { status, stdout } = draft("--source", file, "--schema", join(folder, "schema"), "--keys", "PK,SK");
    expect({ status, stdout }).toEqual({
      status: EXIT.discrepant,
      stdout: expect.stringMatching(/^EMPTY {2}0 items read/),
    });
    expect(existsSync(join(folder, "schema"))).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
