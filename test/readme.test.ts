/** The README, carried out: its TypeScript is type-checked, its commands are run, and what it shows is what they print. */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALONE } from "./support/compiling.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";
import { blocksOf, isLike, shownIn } from "./support/documents.ts";

const ROOT = resolve(import.meta.dirname, "..");
const LINKED = ["bin", "lambda", "lib", "node_modules", "package.json", "schema", "test", "tsconfig.json"];
const README = blocksOf(await readFile(join(ROOT, "README.md"), "utf8"));
const files = README.filter(({ title }) => title !== "");
const consoles = README.filter(({ language }) => language === "console").flatMap(shownIn);

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-readme-"));
  for (const name of LINKED) await symlink(join(ROOT, name), join(folder, name));
  for (const { title, text } of files) {
    await mkdir(dirname(join(folder, title)), { recursive: true });
    await writeFile(join(folder, title), text);
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

function run(command: string) {
  const PATH = `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`;
  return spawnSync("bash", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH, DATABASE_URL: database.url },
  });
}

async function typeCheck(names: readonly string[]) {
  const config = { extends: "./tsconfig.json", compilerOptions: ALONE, include: [], files: names };
  await writeFile(join(folder, "tsconfig.readme.json"), JSON.stringify(config));
  return run("tsc --noEmit -p tsconfig.readme.json");
}

describe("the TypeScript of the README", () => {
  const names = files.filter(({ language }) => language === "ts").map(({ title }) => title);

  it("all has a file it belongs to, and compiles", async () => {
    expect(README.filter(({ language, title }) => language === "ts" && title === "")).toEqual([]);
    expect(names.length).toBeGreaterThan(2);
    const { status, stdout } = await typeCheck(names);
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  it("would not compile with a mistake in it", async () => {
    const [name = ""] = names.filter((file) => file.endsWith("items.ts"));
    const file = join(folder, dirname(name), "mistaken.ts");
    const text = await readFile(join(folder, name), "utf8");
    await writeFile(file, text.replace("key.userId", "key.usrId"));
    const { status, stdout } = await typeCheck([join(dirname(name), "mistaken.ts")]);
    expect(stdout).toMatch(/usrId/);
    expect(status).not.toBe(0);
  });
});

describe("the commands of the README", () => {
  it("are there", () => expect(consoles.length).toBeGreaterThan(4));

  it.each(consoles)("$command", ({ command, output }) => {
    const { stdout } = run(command);
    const real = stdout.split("\n").filter((line) => line !== "");
    expect(isLike(output, real), `it shows\n${output.join("\n")}\nand this was printed\n${stdout}`).toBe(true);
  });

  it("print what is shown and nothing like it", () => {
    expect(isLike(["a", "...", "c 12 ms"], ["a", "b", "b", "c 7 ms"])).toBe(true);
    expect(isLike(["a", "...", "c"], ["a", "b"])).toBe(false);
    expect(isLike(["a"], ["a", "b"])).toBe(false);
    expect(isLike(["4 items"], ["5 items"])).toBe(false);
  });
});
