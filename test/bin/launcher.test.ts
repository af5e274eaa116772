/** The command as it is typed: from any folder, by any path, whichever Node there is, and what to do where none is installed. */
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../bin/terminal/exit.ts";
import manifest from "../../package.json" with { type: "json" };

const root = resolve(import.meta.dirname, "../..");
const LAUNCHER = join(root, "bin/ddb2pg");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres launcher-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Without any Node on the way. */
const run = (command: string, args: readonly string[], cwd = folder) =>
  spawnSync(command, args, { cwd, encoding: "utf8", env: { HOME: folder, PATH: "/usr/bin:/bin" } });

describe("ddb2pg", () => {
  it("runs from another folder, and by a link to a link", async () => {
    await symlink(LAUNCHER, join(folder, "far"));
    await symlink("far", join(folder, "near"));
    for (const command of [LAUNCHER, join(folder, "near")])
      expect(run(command, ["--version"])).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  it("hands on every word as it is, and ends as the command does", () => {
    const source = `file:${join(folder, "no such $HOME *.jsonl")}`;
    const { status, stderr } = run(LAUNCHER, ["check", "--source", source, "--schema", join(root, "schema")]);
    expect(status).toBe(EXIT.refused);
    expect(stderr).toContain(`${folder} fits no such $HOME *.jsonl\n`);
  });

  it("keeps what was compiled beside its packages, or where it is told to", async () => {
    const told = join(folder, "compiled");
    const env = { HOME: folder, PATH: "/usr/bin:/bin", NODE_COMPILE_CACHE: told };
    expect(spawnSync(LAUNCHER, ["--version"], { cwd: folder, encoding: "utf8", env }).status).toBe(0);
    expect(await readdir(told)).not.toEqual([]);
    const kept = join(root, "node_modules/.cache/compiled");
    expect(run(LAUNCHER, ["--version"]).status).toBe(0);
    expect(await readdir(kept)).not.toEqual([]);
  });

  it("says what to do where nothing is installed", async () => {
    const bare = join(folder, "bare");
    await mkdir(join(bare, "bin"), { recursive: true });
    await copyFile(LAUNCHER, join(bare, "bin/ddb2pg"));
    const { status, stderr } = run(join(bare, "bin/ddb2pg"), ["--version"]);
    expect({ status, stderr }).toEqual({
      status: EXIT.refused,
      stderr: `REFUSED  its packages are not installed\n  → cd '${bare}' && npm ci\n`,
    });
  });

  it("is what npx knows it as", () => expect(manifest.bin).toEqual({ ddb2pg: "bin/ddb2pg" }));
});
