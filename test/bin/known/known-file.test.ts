/** `--from FILE`: in which forms a model may stand in a file, and what is said where there is none. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKnownModel } from "../../../bin/known/known-file.ts";
import { MigrationError } from "../../../lambda/domain/migration-error.ts";

const root = resolve(import.meta.dirname, "../../..");
const models = join(import.meta.dirname, "models");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-known-"));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};
const JUST_KEYS = {
  version: "1",
  indexes: { primary: { hash: "pk" } },
  models: { A: { pk: { type: "string", value: "A#${a}" } } },
};

describe("a model", () => {
  it.each<[how: string, name: string, text: string]>([
    ["the default export", "default.mjs", `export default ${JSON.stringify(JUST_KEYS)};`],
    [
      "an export of any name, in an object of others",
      "named.mjs",
      `export const all = { one: ${JSON.stringify(JUST_KEYS)} };`,
    ],
    ["what a CommonJS module exports", "old.cjs", `module.exports = { schema: ${JSON.stringify(JUST_KEYS)} };`],
    [
      "a module of types and imports",
      "typed.mts",
      `const version: string = "1"; export const a = { ...${JSON.stringify(JUST_KEYS)}, version };`,
    ],
    ["the JSON of a schema", "schema.json", JSON.stringify(JUST_KEYS)],
  ])("may be %s", async (_, name, text) => {
    const { entities, keys } = await readKnownModel(await written(name, text));
    expect(keys).toEqual({ pk: "pk" });
    expect(entities[0]).toMatchObject({ name: "A", pk: "A#{a}" });
    expect(entities[0]).not.toHaveProperty("sk");
  });

  it("is not looked for in what a library has made", async () => {
    const hidden = `class Made { constructor() { this.one = ${JSON.stringify(JUST_KEYS)}; } }; export const a = new Made();`;
    await expect(readKnownModel(await written("hidden.mjs", hidden))).rejects.toThrow("holds no model that is known");
  });

  it("of the Workbench may be one of several tables: the one that is called as the source is", async () => {
    const drawn = JSON.parse(await readFile(join(models, "online-shop.json"), "utf8"));
    const [table] = drawn.DataModel;
    const two = { ...drawn, DataModel: [{ ...table, TableName: "Other", TableFacets: [] }, table] };
    const file = await written("two.json", JSON.stringify(two));
    expect((await readKnownModel(file, "OnlineShop")).entities).toHaveLength(4);
    expect((await readKnownModel(file, "Other")).entities.map(({ name }) => name)).toEqual(["Other"]);
    await expect(readKnownModel(file)).rejects.toThrow("holds several tables: Other, OnlineShop");
  });
});

describe("what is no model is refused with what was expected", () => {
  const refusal = async (file: string): Promise<string> => {
    const error = await readKnownModel(file).catch((thrown: unknown) => thrown);
    if (!(error instanceof MigrationError)) throw error;
    return `${error.message} → ${error.findings[0]?.remedy}`;
  };

  it.each<[name: string, text: string | undefined, said: string, remedy: string]>([
    ["model.yaml", "a: 1", "is no module and no .json", "a model of NoSQL Workbench (.json)"],
    ["empty.mjs", "export const a = 1;", "holds no model that is known", "entities or a service of ElectroDB"],
    ["other.json", '{"DataModel":[]}', "holds no model that is known", "name a module"],
    ["cut.json", '{"DataModel":', "is no JSON", "export the model again"],
    ["gone.json", undefined, "cannot be read: ENOENT", "correct the path"],
    ["thrown.mjs", 'throw new Error("no table name\\nat all");', "cannot be loaded: no table name →", "correct it"],
    [
      "lacking.mjs",
      'import "no-such-package";',
      "Cannot find package 'no-such-package'",
      "install the packages it imports",
    ],
  ])("%s", async (name, text, said, remedy) => {
    const file = text === undefined ? join(folder, name) : await written(name, text);
    const told = await refusal(file);
    expect(told).toContain(said);
    expect(told).toContain(remedy);
  });

  // The test runner compiles what it imports: only a Node of its own refuses.
  it("and so is what Node cannot strip of its types, with another build that gives a module that is taken", async () => {
    const model = JSON.stringify(JUST_KEYS).replace('"A#${a}"', "Key.A");
    const file = await written("built.ts", `enum Key { A = "A#\${a}" }\nexport const schema = ${model};`);
    const told = inNode(file);
    expect(told).toContain("TypeScript enum is not supported");
    const [, command = "", bundled = ""] = /(npx esbuild .* --outfile=(\S+)),/.exec(told) ?? [];
    const there = join(folder, bundled);
    const typed = command.replace(bundled, there).replace("npx esbuild", join(root, "node_modules/.bin/esbuild"));
    expect(spawnSync("/bin/sh", ["-c", typed], { cwd: root, encoding: "utf8" }).stderr).toContain("Done");
    expect(inNode(there)).toBe("A#{a}");
  });

  const inNode = (file: string): string => {
    const known = JSON.stringify(join(root, "bin/known/known-file.ts"));
    const text = `import { readKnownModel } from ${known};
      await readKnownModel(${JSON.stringify(file)}).then(
        ({ entities }) => console.log(entities[0].pk),
        (error) => console.log(error.message, error.findings[0].remedy),
      );`;
    return spawnSync(process.execPath, ["--input-type=module", "-e", text], { encoding: "utf8" }).stdout.trim();
  };
});
