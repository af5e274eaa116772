/** Folders of files: what is refused before it is read, and while it is. */
import { appendFile, chmod, mkdir, rename, rm, stat, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { fileSource } from "../../../../lambda/adapters/file/plain/source.ts";
import { MigrationError } from "../../../../lambda/domain/migration-error.ts";
import { itemFolder, itemLines } from "../../../support/item-folder.ts";

const folder = itemFolder();
const { put } = folder;
const line = (id: string): string => itemLines([{ PK: { S: id } }]);
const never = new AbortController().signal;

async function refusal(work: Promise<unknown>): Promise<MigrationError> {
  const error = await work.then(
    () => expect.fail("it was read"),
    (is: unknown) => is,
  );
  if (!(error instanceof MigrationError)) throw error;
  return error;
}

describe("what is refused", () => {
  it("files that are no lines of items, all of them at once, each with what it is", async () => {
    await put("a.json", line("1"));
    await put("b.json", "[{}]");
    await put("sub/c.json.gz", Buffer.from("PAR1"));
    await symlink("nowhere", join(folder.path, "d.jsonl"));
    const source = fileSource({ path: folder.path });
    for (const ask of [() => source.inspect(), () => source.plan(1)]) {
      const { code, message, findings } = await refusal(ask());
      expect([code, message]).toEqual(["source-unusable", `3 of the 4 files of ${folder.path} cannot be read`]);
      expect(findings.map(({ where, problem }) => `${where}: ${problem.replaceAll(folder.path, "")}`)).toEqual([
        "b.json: /b.json is a list in JSON, and not an item a line",
        "d.jsonl: there is no file /d.jsonl",
        "sub/c.json.gz: /sub/c.json.gz is a Parquet file",
      ]);
      expect(findings[2]?.remedy).toMatch(
        new RegExp(`; where it holds no items, take it out of there: mv '${folder.path}/sub/c.json.gz' ${folder.all}$`),
      );
    }
  });

  it.each<[what: string, pattern: string, problem: RegExp, remedy: RegExp]>([
    [
      "an empty folder",
      "",
      /^no file in .* ends in \.json, \.jsonl or \.ndjson/,
      /^put them there, until this lists them: find -L '.*' -type f$/,
    ],
    [
      "a pattern that fits nothing",
      "*.json",
      /^no file in .*items of \w+ fits \*\.json$/,
      /^correct it; .*: find -L '.*items of \w+' -type f$/,
    ],
    [
      "a pattern in a folder that is not there",
      "none/*.json",
      /^no file in .*items of \w+ fits none\/\*\.json$/,
      /find -L/,
    ],
    ["a name that is not there", "none.json", /^there is no file /, /ls -l/],
  ])("%s", async (_, pattern, problem, remedy) => {
    const { code, findings } = await refusal(fileSource({ path: join(folder.path, pattern) }).inspect());
    expect(code).toBe("source-unusable");
    expect(findings).toEqual([
      expect.objectContaining({ problem: expect.stringMatching(problem), remedy: expect.stringMatching(remedy) }),
    ]);
  });

  it("a folder of files that are called otherwise, with a pattern that fits them", async () => {
    await put("sub/part-0001.txt", line("1"));
    const { findings } = await refusal(fileSource({ path: folder.path }).inspect());
    const [, path = ""] = /--source 'file:(.*)'$/.exec(findings[0]?.remedy ?? "") ?? [];
    expect((await fileSource({ path }).inspect()).size).toEqual({ items: 1, isExact: true });
  });

  it.skipIf(process.getuid?.() === 0)("a folder that this user may not read", async () => {
    await put("sub/a.json", line("1"));
    await chmod(join(folder.path, "sub"), 0);
    expect((await refusal(fileSource({ path: folder.path }).inspect())).message).toContain("this user may not read");
    await chmod(join(folder.path, "sub"), 0o700);
  });
});

async function grownInSecret(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  await appendFile(path, "\n");
  await utimes(path, atime, mtime);
}

describe("between plan and reading", () => {
  beforeEach(async () => {
    for (const name of ["a.jsonl", "b.jsonl.gz", "c.jsonl"]) await put(name, line(name).repeat(5_000));
    // Of whole milliseconds: no finer can be set again.
    await utimes(join(folder.path, "a.jsonl"), new Date(0), new Date(0));
  });

  it.each<[what: string, change: () => Promise<unknown>, told: RegExp]>([
    [
      "comes",
      () => put("d.jsonl", line("d")),
      /have come to .*, or gone from it, while it was being read: 3 before, 4 now$/,
    ],
    ["comes in a folder of its own", () => put("sub/d.jsonl", line("d")), /3 before, 4 now$/],
    ["vanishes", () => rm(join(folder.path, "c.jsonl")), /3 before, 2 now$/],
    ["gets another name", () => rename(join(folder.path, "c.jsonl"), join(folder.path, "d.jsonl")), /3 before, 3 now$/],
  ])("a file that %s is told, whichever is being read, at once or at its end", async (_, change, told) => {
    const source = fileSource({ path: folder.path });
    const units = await source.plan(1);
    const begun = source.read(units[0] ?? "", undefined, never)[Symbol.asyncIterator]();
    expect((await begun.next()).value?.next).toBeDefined();
    await change();
    const error = { code: "source-changed", message: expect.stringMatching(told) };
    await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => begun })).rejects.toMatchObject(error);
    for (const unit of units.slice(0, 2)) {
      await expect(Array.fromAsync(source.read(unit, undefined, never))).rejects.toMatchObject(error);
      // Another process is told before it reads anything.
      const anew = fileSource({ path: folder.path }).read(unit, undefined, never)[Symbol.asyncIterator]();
      await expect(anew.next()).rejects.toMatchObject(error);
    }
  });

  it.each<[what: string, change: (path: string) => Promise<unknown>, told: RegExp]>([
    ["grows", (path) => appendFile(path, "\n"), /^the file .*a\.jsonl was changed while it was being read$/],
    ["grows, as old as it was", grownInSecret, /a\.jsonl was changed/],
    ["vanishes", (path) => rm(path), /^the file .*a\.jsonl has gone since the pass began$/],
    ["becomes a folder", (path) => rm(path).then(() => mkdir(path)), /a\.jsonl was changed/],
  ])("the file of a unit that %s is told by its name", async (_, change, told) => {
    const source = fileSource({ path: folder.path });
    const [unit = ""] = await source.plan(1);
    const begun = source.read(unit, undefined, never)[Symbol.asyncIterator]();
    await begun.next();
    await change(join(folder.path, "a.jsonl"));
    const again = source.read(unit, undefined, never)[Symbol.asyncIterator]();
    for (const pages of [begun, again])
      await expect(pages.next()).rejects.toMatchObject({
        code: "source-changed",
        message: expect.stringMatching(told),
      });
  });

  it("what ends otherwise, or is hidden, may come and go", async () => {
    const source = fileSource({ path: folder.path });
    const units = await source.plan(1);
    await put("notes.txt", "x");
    await put(".a.jsonl.part", "x");
    for (const unit of units)
      expect((await Array.fromAsync(source.read(unit, undefined, never))).length).toBeGreaterThan(1);
  });
});
