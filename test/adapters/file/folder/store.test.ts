/** A folder as the copy of a bucket: what its keys lead to, what its links do, and what is told where it cannot be read. */
import { spawnSync } from "node:child_process";
import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { folderStore } from "../../../../lambda/adapters/file/folder/store.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { shell } from "../../../../lambda/domain/typed.ts";
import { describeObjectStore } from "../../../contracts/describe-object-store.ts";

let all: string;
let root: string;
beforeAll(async () => {
  all = await mkdtemp(join(tmpdir(), "folder-store-"));
});
beforeEach(async () => {
  root = await mkdtemp(join(all, "bucket "));
});
afterAll(() => rm(all, { recursive: true }));

async function put(key: string, content: string | Uint8Array): Promise<string> {
  const path = join(root, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

describeObjectStore("a folder", async (objects) => {
  for (const [key, bytes] of Object.entries(objects)) await put(key, bytes);
  return folderStore(root);
});

const read = async (key: string, from = root): Promise<string | undefined> => {
  const opened = await folderStore(from).open(key);
  return opened && Buffer.concat(await Array.fromAsync(opened)).toString();
};

it("a key leads nowhere but below the folder, whatever it says", async () => {
  const inside = await put("a/one", "inside");
  await writeFile(join(all, "outside"), "outside");
  const up = join(root, "..", "outside");
  expect(await read("a/one")).toBe("inside");
  for (const key of [
    "../outside",
    "a/../../outside",
    up,
    inside,
    "/a/one",
    "a/../a/one",
    "a/./one",
    "a//one",
    "a\0/one",
    "",
  ])
    expect([key, await read(key)]).toEqual([key, undefined]);
  const store = folderStore(root);
  for (const prefix of ["../", "a/../", "/", "a//", "./", `${all}/`]) expect(await store.list(prefix)).toEqual([]);
});

it("links lead where they lead, to files and folders, inside and out", async () => {
  const elsewhere = await mkdtemp(join(all, "elsewhere "));
  await writeFile(join(elsewhere, "x"), "far");
  await put("a/near", "near");
  await symlink(join(elsewhere, "x"), join(root, "file"));
  await symlink(elsewhere, join(root, "folder"));
  await symlink("a/near", join(root, "inside"));
  expect(await folderStore(root).list("")).toEqual(["a/", "file", "folder/", "inside"]);
  expect(await folderStore(root).list("folder/")).toEqual(["folder/x"]);
  expect([await read("file"), await read("folder/x"), await read("inside")]).toEqual(["far", "far", "near"]);
  await symlink(root, join(all, "the bucket"));
  expect(await read("a/near", join(all, "the bucket"))).toBe("near");
});

it("a link that leads nowhere, or in a circle, is no object that is not there: it is told", async () => {
  await symlink("nowhere", join(root, "lost"));
  await symlink("round", join(root, "round"));
  expect(await folderStore(root).list("")).toEqual(["lost", "round"]);
  for (const key of ["lost", "round"])
    await expect(folderStore(root).open(key)).rejects.toMatchObject({
      code: "source-unusable",
      message: `a link leads to no file, or leads in a circle: ${join(root, key)}`,
    });
});

it.each<[what: string, make: () => Promise<string>, told: RegExp]>([
  ["is not there", async () => join(root, "none"), /^there is no folder /],
  ["is a file", () => put("file", ""), /^(it is no folder: |there is no folder )/],
])("a folder that %s is refused, whatever is asked of it, with what to type", async (_, make, told) => {
  const store = folderStore(await make());
  const all = [() => store.list(""), () => store.list("a/"), () => store.open("a/b"), () => store.open("../x")];
  for (const ask of all) {
    const error = await ask().then(
      () => expect.fail("it is there"),
      (is: unknown) => is,
    );
    expect(error).toMatchObject({ code: "source-unusable", message: expect.stringMatching(told) });
    const [, command] = /: (ls -l .*)$/.exec(must(Reflect.get(Object(error), "findings")[0], "one").remedy) ?? [];
    expect(spawnSync("sh", ["-c", must(command, "it is a command")]).status).not.toBe(0);
  }
});

it.skipIf(process.getuid?.() === 0)("what this user may not read is told so", async () => {
  await chmod(await put("a/mine", "x"), 0);
  await expect(read("a/mine")).rejects.toMatchObject({ message: expect.stringContaining("this user may not read") });
  await chmod(join(root, "a"), 0);
  for (const ask of [() => folderStore(root).list("a/"), () => read("a/mine")])
    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining("this user may not read") });
  await chmod(join(root, "a"), 0o700);
});

it.skipIf(process.platform === "win32")("what is neither file nor folder is refused, and not waited for", async () => {
  spawnSync("sh", ["-c", shell("mkfifo", join(root, "pipe"))]);
  await expect(folderStore(root).open("pipe")).rejects.toMatchObject({
    code: "source-unusable",
    message: expect.stringContaining("neither a file nor a folder"),
  });
});

it.each<[string, (path: string) => Promise<void>]>([
  ["grows", (path) => appendFile(path, "more")],
  ["is written anew", (path) => writeFile(path, "x")],
  ["vanishes", (path) => rm(path)],
])("an object that %s while it is read is another one", async (_, change) => {
  const path = await put("a/object", "x".repeat(1_000_000));
  const opened = must(await folderStore(root).open("a/object"), "it is there");
  await expect(
    (async () => {
      for await (const { length } of opened) if (length > 0) await change(path).catch(() => undefined);
    })(),
  ).rejects.toMatchObject({ code: "source-changed" });
});
