/** Folders and patterns of files: which are read, in which order, and how they are named. */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { fileSource } from "../../../../lambda/adapters/file/plain/source.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { describeItemSource } from "../../../contracts/describe-item-source.ts";
import type { Fill } from "../../../contracts/item-source.ts";
import { itemFolder, itemLines } from "../../../support/item-folder.ts";

const folder = itemFolder();
const { put } = folder;
const line = (id: string): string => itemLines([{ PK: { S: id } }]);

/** By the last digit of its number, which items each of them has. */
const FILES = {
  "b.json.gz": "01",
  "a.jsonl": "23456",
  "deep/er/c.ndjson": "78",
  "deep/d.ndjson.gz": "9",
  "e.json": "",
};

/** Dealt out to files of all kinds, one of which has nothing; the first of them has several pages. */
const dealt =
  (pattern: string): Fill =>
  async (items) => {
    await folder.renew();
    for (const [name, digits] of Object.entries(FILES))
      await put(name, itemLines(items.filter((_, at) => digits.includes(String(at % 10)))));
    const path = join(folder.path, pattern);
    return { open: () => fileSource({ path }) };
  };
describeItemSource("a folder of files, plain and gzipped", dealt(""));
describeItemSource("files that a pattern fits", dealt("**/*.*"));

const idOf = ({ PK }: Item): string => (PK !== undefined && "S" in PK ? PK.S : "no text");

const never = new AbortController().signal;
async function read(path = folder.path, units = 1) {
  const source = fileSource({ path });
  const found: string[] = [];
  for (const unit of await source.plan(units))
    for await (const { records } of source.read(unit, undefined, never))
      for (const record of records)
        found.push("item" in record ? `${idOf(record.item)} ${record.position}` : `? ${record.unreadable.position}`);
  return found;
}

it("files are read in the order of their names, and each position says in which", async () => {
  await put("b.json.gz", line("3") + line("4"));
  await put("a.jsonl", line("1") + line("2"));
  await put("B.ndjson", `${line("0")}what?`);
  await put("sub/z.json", line("6"));
  await put("sub-z.json", line("5"));
  const second = line("1").length;
  const expected = [
    "0 B.ndjson line 1, byte 0",
    `? B.ndjson line 2, byte ${second}`,
    "1 a.jsonl line 1, byte 0",
    `2 a.jsonl line 2, byte ${second}`,
    "3 b.json.gz line 1, byte 0",
    `4 b.json.gz line 2, byte ${second}`,
    "5 sub-z.json line 1, byte 0",
    "6 sub/z.json line 1, byte 0",
  ];
  for (const units of [1, 5, 100]) expect(await read(folder.path, units)).toEqual(expected);
  expect(await read(join(folder.path, "sub", ".."))).toEqual(expected);
});

it("all of them share the units that are asked for, and a gzipped one is one", async () => {
  await put("a.jsonl", line("x").repeat(4_000));
  await put("b.jsonl", line("x").repeat(2_000));
  await put("c.jsonl", "");
  await put("d.jsonl.gz", line("x"));
  const planned: unknown[] = (await fileSource({ path: folder.path }).plan(6)).map((unit) => JSON.parse(unit).file);
  expect(planned).toEqual([...Array(4).fill("a.jsonl"), ...Array(2).fill("b.jsonl"), "c.jsonl", "d.jsonl.gz"]);
});

describe("which files a folder or a pattern names", () => {
  beforeEach(async () => {
    for (const name of [
      "a.json",
      "b.JSONL",
      "c.ndjson.gz",
      ".hidden.json",
      ".hidden/x.json",
      "x/d.json",
      "x/y/e.jsonl.gz",
      "f.txt",
      "g",
    ])
      await put(name, line(name));
  });
  const names = async (path: string) =>
    (await read(path)).map((each) => each.replace(/^\S+ (.*) line 1, byte 0$/, "$1"));

  it.each<[pattern: string, files: readonly string[]]>([
    ["", ["a.json", "b.JSONL", "c.ndjson.gz", "x/d.json", "x/y/e.jsonl.gz"]],
    ["*.json", ["a.json"]],
    ["{b,a}.*", ["a.json", "b.JSONL"]],
    ["[ab].*", ["a.json", "b.JSONL"]],
    ["?", ["g", "x/d.json", "x/y/e.jsonl.gz"]],
    ["**/*.json", ["a.json", "x/d.json"]],
    ["x/**", ["d.json", "y/e.jsonl.gz"]],
    ["*/*.json", ["x/d.json"]],
    ["f.*", ["f.txt"]],
  ])("%s", async (pattern, files) => {
    expect(await names(join(folder.path, pattern))).toEqual(files);
  });

  it("a pattern that is a name is that name", async () => {
    await put("odd [1]/*.json", line("odd"));
    await put("odd 1/a.json", line("other"));
    expect(await names(join(folder.path, "odd [1]"))).toEqual(["*.json"]);
    expect(await names(join(folder.path, "odd [1]", "*.js*"))).toEqual(["*.json"]);
    expect(await read(join(folder.path, "odd [1]", "*.json"))).toEqual(["odd line 1, byte 0"]);
  });

  it("links lead to files and folders, and one that leads back ends there", async () => {
    const elsewhere = await mkdtemp(join(folder.all, "elsewhere "));
    await writeFile(join(elsewhere, "far.json"), line("far"));
    await symlink(elsewhere, join(folder.path, "z"));
    await symlink(join(elsewhere, "far.json"), join(folder.path, "y.json"));
    await symlink("..", join(folder.path, "x/back"));
    expect(await names(folder.path)).toEqual([
      "a.json",
      "b.JSONL",
      "c.ndjson.gz",
      "x/d.json",
      "x/y/e.jsonl.gz",
      "y.json",
      "z/far.json",
    ]);
  });

  it("those that are not read are told", async () => {
    const { warnings, size } = await fileSource({ path: folder.path }).inspect();
    expect(warnings).toEqual([
      expect.objectContaining({
        problem: expect.stringMatching(/^2 files are not read, .*: f\.txt, g$/),
        remedy: expect.stringContaining(`'file:${folder.path}/**/*'`),
      }),
    ]);
    expect(size).toEqual({ items: 5, isExact: false });
    expect((await fileSource({ path: join(folder.path, "x") }).inspect()).warnings).toBeUndefined();
  });
});

it("a source is named by the real path, of a folder and of what a pattern begins with", async () => {
  await put("a.json", line("1"));
  const link = join(folder.all, `link to ${folder.path.split(" ").at(-1)}`);
  await symlink(folder.path, link);
  for (const path of [folder.path, link, `${link}/`]) expect(fileSource({ path }).name).toBe(`file:${folder.path}`);
  for (const path of [folder.path, link])
    expect(fileSource({ path: join(path, "*", "{a,b}*.json") }).name).toBe(`file:${folder.path}/*/{a,b}*.json`);
});

it("about how many items there are is told by some of many files", async () => {
  for (let at = 0; at < 100; at += 1) await put(`${at}.jsonl`, line("x").repeat(10));
  const { size } = await fileSource({ path: folder.path }).inspect();
  expect(size).toEqual({ items: 1_000, isExact: false });
  await Promise.all(Array.from({ length: 90 }, (_, at) => rm(join(folder.path, `${at}.jsonl`))));
  expect((await fileSource({ path: folder.path }).inspect()).size).toEqual({ items: 100, isExact: true });
});
