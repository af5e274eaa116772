/** `npm run synth` as it is typed: no credentials, no account, and the functions bundled; and the bundles as Node loads them. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunction } from "../support/bundle.ts";
import { APP, cdkFolder, ROOT } from "../support/cdk.ts";
import { type Resource, resolved } from "./synthesized.ts";

const run = promisify(execFile);

interface Assembly extends AsyncDisposable {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly folder: string;
}

const STACK = { tableName: "legacy" };

/** Synthesizes these stacks as `npm run synth` does; returns what became of `legacy`. Throws with all that was printed. */
async function synth(stacks: unknown, command = "cdk synth --quiet"): Promise<Assembly> {
  const typed = await cdkFolder(stacks);
  const { status, output } = await typed.run(command);
  const end = () => typed[Symbol.asyncDispose]();
  if (status !== 0) {
    await end();
    throw new Error(output);
  }
  const folder = join(typed.folder, "cdk.out");
  return { resources: await resourcesOf(folder, "legacy"), folder, [Symbol.asyncDispose]: end };
}

async function resourcesOf(folder: string, stack: string): Promise<Assembly["resources"]> {
  return JSON.parse(await readFile(join(folder, `${stack}.template.json`), "utf8")).Resources;
}

/** The folder of a function's code in the assembly. */
function assetOf({ resources, folder }: Assembly, prefix: string): string {
  const [, found] =
    Object.entries(resources).find(([id, { Type }]) => Type === "AWS::Lambda::Function" && id.startsWith(prefix)) ?? [];
  return join(folder, `asset.${String(resolved(found?.Properties.Code.S3Key)).replace(".zip", "")}`);
}

describe("npm run synth", () => {
  let assembly: Assembly;
  beforeAll(async () => {
    assembly = await synth({ legacy: STACK });
  });
  afterAll(() => assembly[Symbol.asyncDispose]());

  it("works without credentials, and the npm script is that command", async () => {
    expect(Object.keys(assembly.resources).length).toBeGreaterThan(40);
    const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    expect(scripts.synth).toBe("cdk synth --quiet");
  });

  it("bundles the function as the one that is tested", async () => {
    const tested = await bundleFunction();
    const [deployed, expected] = await Promise.all(
      [assetOf(assembly, "MigratorFunction"), tested.folder].map((folder) =>
        readFile(join(folder, "index.mjs"), "utf8"),
      ),
    );
    const code = (text = ""): string => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "");
    expect(code(deployed)).toBe(code(expected));
  });

  it.each(["MigratorFunction", "DatabaseRoleFunction"])(
    "%s is a module with a handler, loaded with what Lambda has",
    async (prefix) => {
      const asset = assetOf(assembly, prefix);
      expect((await readdir(asset)).sort()).toEqual(["index.mjs", "index.mjs.map"]);
      const ask = `import(${JSON.stringify(pathToFileURL(join(asset, "index.mjs")).href)}).then((m) => console.log(typeof m.handler, m.handler.length))`;
      const { stdout } = await run(
        join(ROOT, "node_modules/.bin/node"),
        ["--no-experimental-require-module", "--no-experimental-detect-module", "-e", ask],
        { cwd: tmpdir() },
      );
      // A handler of three parameters would be refused by the runtime as one with a callback.
      expect(stdout.trim()).toMatch(/^function [12]$/);
    },
  );
});

describe("another schema folder", () => {
  let folder: string;
  beforeAll(async () => {
    // Inside the project, for its packages, and where version control does not look.
    await mkdir(join(ROOT, "cdk.out"), { recursive: true });
    folder = await mkdtemp(join(ROOT, "cdk.out/schema-"));
    await cp(join(ROOT, "schema"), folder, { recursive: true });
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith(".ts")) continue;
      const text = await readFile(join(folder, file), "utf8");
      const lambda = relative(join(folder, file, ".."), join(ROOT, "lambda"));
      await writeFile(join(folder, file), text.replaceAll(/"(\.\.\/)+lambda\//g, `"${lambda}/`));
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is what the function of its stack is bundled with, and no other's", async () => {
    const words: Record<string, string> = { legacy: "DRAWER#", other: "CUPBOARD#" };
    for (const [name, word] of Object.entries(words)) {
      await cp(folder, `${folder}-${name}`, { recursive: true });
      // Migrations need not be there.
      if (name === "other") await rm(join(`${folder}-${name}`, "migrations"), { recursive: true, force: true });
      const items = join(`${folder}-${name}`, "items.ts");
      await writeFile(items, (await readFile(items, "utf8")).replaceAll("FOLDER#", word));
    }
    const schemas = Object.keys(words).map((name) => [name, { ...STACK, schema: `${folder}-${name}` }]);
    await using assembly = await synth(Object.fromEntries(schemas), APP);
    for (const [name, word] of Object.entries(words)) {
      const asset = assetOf({ ...assembly, resources: await resourcesOf(assembly.folder, name) }, "MigratorFunction");
      const bundle = await readFile(join(asset, "index.mjs"), "utf8");
      expect([bundle.includes(word), bundle.includes("FOLDER#")]).toEqual([true, false]);
      await rm(`${folder}-${name}`, { recursive: true });
    }
  });

  it("that does not load is refused before anything is synthesized, and so is one that is not there", async () => {
    await writeFile(join(folder, "tables.ts"), "export const table = {};");
    await expect(synth({ legacy: { ...STACK, schema: folder } }, APP)).rejects.toThrow(/does not export tables/);
    await expect(synth({ legacy: { ...STACK, schema: "nowhere" } }, APP)).rejects.toThrow(/REFUSED.*nowhere/s);
  });
});

it("a wrong configuration is told without a stack trace, all of it", async () => {
  const failed: unknown = await synth({ legacy: { workers: 0, tabelName: "legacy" } }, APP).catch((error) => error);
  expect(String(failed)).toMatch(/the configuration has 3 problem/);
  expect(String(failed).split("\n").slice(1).join("\n")).not.toMatch(/^ +at /m);
});
