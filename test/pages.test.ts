/** The pages, carried out: their TypeScript is type-checked, their commands are run, what they show is what those print, and what they link to is there. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALONE } from "./support/compiling.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";
import { blocksOf, brokenLinks, isClosed, isLike, linesOf, shownIn } from "./support/documents.ts";
import { PAGES, REHEARSED, ROOT, readPage, rehearsed } from "./support/pages.ts";

const LINKED = ["bin", "lambda", "lib", "node_modules", "package.json", "schema", "test", "tsconfig.json"];
const texts = new Map(await Promise.all(PAGES.map(async (page) => [page as string, await readPage(page)] as const)));
const blocks = [...texts].flatMap(([page, text]) => blocksOf(text).map((block) => ({ page, ...block })));
const files = blocks.filter(({ title }) => title !== "");
const consoles = blocks
  .filter(({ language }) => language === "console")
  .flatMap((block) => shownIn(block).map((shown) => ({ page: block.page, ...shown })));

const elsewhere = new Set((await Promise.all(REHEARSED.map(rehearsed))).map(({ command }) => command));

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-pages-"));
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

/** As it is typed in a fresh checkout: with the machine's own Node, which is not the one in `node_modules`. */
function run(command: string) {
  const own = (process.env.PATH ?? "").split(delimiter).filter((part) => !part.endsWith("node_modules/.bin"));
  return spawnSync("bash", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: own.join(delimiter), DATABASE_URL: database.url },
  });
}

async function typeCheck(names: readonly string[]) {
  const config = { extends: "./tsconfig.json", compilerOptions: ALONE, include: [], files: names };
  await writeFile(join(folder, "tsconfig.pages.json"), JSON.stringify(config));
  return run("npx tsc --noEmit -p tsconfig.pages.json");
}

describe("the TypeScript of the pages", () => {
  const names = files.filter(({ language }) => language === "ts").map(({ title }) => title);

  it("all has a file it belongs to, and compiles", async () => {
    expect(blocks.filter(({ language, title }) => language === "ts" && title === "")).toEqual([]);
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

describe("the commands of the pages", () => {
  it("are there", () => {
    for (const page of ["README.md", "schema/README.md", "bin/README.md", "lib/README.md"])
      expect(consoles.filter((shown) => shown.page === page)).not.toEqual([]);
  });

  it.each(consoles.filter(({ command }) => !elsewhere.has(command)))("$page: $command", ({ command, output }) => {
    const { stdout } = run(command);
    expect(isLike(output, linesOf(stdout)), `it shows\n${output.join("\n")}\nand this was printed\n${stdout}`).toBe(
      true,
    );
  });

  it("print what is shown and nothing like it", () => {
    expect(isLike(["a", "...", "c 12 ms"], ["a", "b", "b", "c 7 ms"])).toBe(true);
    expect(isLike(["a", "...", "c"], ["a", "b"])).toBe(false);
    expect(isLike(["a"], ["a", "b"])).toBe(false);
    expect(isLike(["4 items"], ["5 items"])).toBe(false);
  });
});

describe("the pages", () => {
  const headings = (file: string): string | undefined => texts.get(file);

  it("link to what is there, each other and every heading", () => {
    const there = (file: string): boolean => existsSync(join(ROOT, file));
    expect([...texts].flatMap(([page, text]) => brokenLinks(page, text, there, headings))).toEqual([]);
    const planted = "[a](gone.md) [b](README.md#what-it-prints) [c](README.md#nothing) [d](https://example.org/x)";
    expect(brokenLinks("README.md", planted, there, headings)).toEqual(["gone.md", "README.md#nothing"]);
  });

  it("close every block", () => {
    for (const [page, text] of texts) expect([page, isClosed(text)]).toEqual([page, true]);
    expect(isClosed("```sh\nnpx\n")).toBe(false);
  });

  it("begin with a short one, which leads to all others", () => {
    const [front = "", ...others] = PAGES;
    expect((texts.get(front) ?? "").split("\n").length).toBeLessThanOrEqual(201);
    for (const page of others) expect(texts.get(front)).toContain(`](${page})`);
  });
});
