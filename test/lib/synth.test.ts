/** `npm run synth` as it is typed: no credentials, no account, and the functions bundled; and the bundles as Node loads them. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunction } from "../support/bundle.ts";
import { type Resource, resolved } from "./synthesized.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const cdk = join(root, "node_modules/.bin/cdk");
const made: string[] = [];

interface Assembly {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly folder: string;
}

/** A machine that has never heard of AWS. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|VITEST)/.test(name))),
  PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  CDK_DISABLE_CLI_TELEMETRY: "true",
});

/** What the command does with a folder for its output, and the assembly that is there afterwards. */
async function assembled(command: (folder: string) => Promise<unknown>): Promise<Assembly> {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-cdk-"));
  made.push(folder);
  await command(folder);
  const template = JSON.parse(await readFile(join(folder, "DynamoDbToPostgres.template.json"), "utf8"));
  return { resources: template.Resources, folder };
}

const synth = (...settings: readonly string[]): Promise<Assembly> =>
  assembled((folder) => {
    const words = ["synth", "--quiet", "--no-notices", "--output", folder, ...settings.flatMap((each) => ["-c", each])];
    return run(cdk, words, { cwd: root, env: environment() });
  });

/** The app as the command runs it, without the command, which takes as long again. */
const app = (settings: Readonly<Record<string, string>>): Promise<Assembly> =>
  assembled(async (folder) => {
    const { context } = JSON.parse(await readFile(join(root, "cdk.json"), "utf8"));
    const told = { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...settings }) };
    await run(process.execPath, ["bin/app.ts"], { cwd: root, env: { ...environment(), ...told } });
  });

afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/** The folder of a function's code in the assembly. */
function assetOf({ resources, folder }: Assembly, prefix: string): string {
  const [, found] =
    Object.entries(resources).find(([id, { Type }]) => Type === "AWS::Lambda::Function" && id.startsWith(prefix)) ?? [];
  return join(folder, `asset.${String(resolved(found?.Properties.Code.S3Key)).replace(".zip", "")}`);
}

describe("npm run synth", () => {
  let assembly: Assembly;
  beforeAll(async () => {
    assembly = await synth("tableName=legacy");
  });

  it("works without credentials, and the npm script is that command", async () => {
    expect(Object.keys(assembly.resources).length).toBeGreaterThan(40);
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(scripts.synth).toBe("cdk synth --quiet -c tableName=legacy");
  });

  it("bundles the function as the one that is tested", async () => {
    await using tested = await bundleFunction();
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
        join(root, "node_modules/.bin/node"),
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
    await mkdir(join(root, "cdk.out"), { recursive: true });
    folder = await mkdtemp(join(root, "cdk.out/schema-"));
    made.push(folder);
    await cp(join(root, "schema"), folder, { recursive: true });
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith(".ts")) continue;
      const text = await readFile(join(folder, file), "utf8");
      const lambda = relative(join(folder, file, ".."), join(root, "lambda"));
      await writeFile(join(folder, file), text.replaceAll(/"(\.\.\/)+lambda\//g, `"${lambda}/`));
    }
  });

  it("is what the function is bundled with, without migrations where it has none", async () => {
    await rm(join(folder, "migrations"), { recursive: true });
    const items = join(folder, "items.ts");
    await writeFile(items, (await readFile(items, "utf8")).replaceAll("FOLDER#", "DRAWER#"));
    const bundle = await readFile(
      join(assetOf(await app({ tableName: "legacy", schema: folder }), "MigratorFunction"), "index.mjs"),
      "utf8",
    );
    expect(bundle).toContain("DRAWER#");
    expect(bundle).not.toContain("FOLDER#");
  });

  it("that does not load is refused before anything is synthesized, and so is one that is not there", async () => {
    await writeFile(join(folder, "tables.ts"), "export const table = {};");
    await expect(app({ tableName: "legacy", schema: folder })).rejects.toThrow(/does not export tables/);
    await expect(app({ tableName: "legacy", schema: "nowhere" })).rejects.toThrow(/REFUSED.*nowhere/s);
  });
});

it("a wrong configuration is told without a stack trace, all of it", async () => {
  const failed = await synth("workers=0", "tabelName=legacy").catch((error: { stderr: string }) => error.stderr);
  expect(failed).toMatch(/the configuration has 3 problem/);
  expect(failed).not.toMatch(/^ +at /m);
});
