/** What is printed can be piped into whatever stops reading early: the command goes on to its end, quietly, and with its own status. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const CLI = [...process.execArgv, join(root, "bin/cli.ts")];

let folder: string;
let many: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-pipes-"));
  many = join(folder, "many.jsonl");
  // So much to say that no pipe holds it.
  const attributes = Array.from({ length: 400 }, (_, at) => `"A${at}${"x".repeat(900)}":{"N":"1"}`);
  const lines = [`{"Item":{"PK":{"S":"K"},${attributes.join(",")}}}\n`];
  await writeFile(many, lines.join(""));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly left: string;
}

/** Runs a command whose named stream nobody reads any more; gives what the other one said. */
function unread(args: readonly string[], closed: "stdout" | "stderr", after = 0): Promise<Ended> {
  const child = spawn(process.execPath, [...CLI, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let left = "";
  if (after === 0) child[closed].destroy();
  else child[closed].once("data", () => child[closed].destroy());
  child[closed === "stdout" ? "stderr" : "stdout"].on("data", (chunk: Buffer) => {
    left += chunk.toString();
  });
  return new Promise((done) => child.on("close", (status) => done({ status, left })));
}

const check = () => ["check", "--source", `file:${many}`, "--schema", folder, "--keys", "PK", "--attributes"];

describe("a reader that goes", () => {
  it.each([
    ["before the first word", 0],
    ["after the first words", 1],
  ])("%s is no failure: the same status, no stack, no word of it", async (_, after) => {
    const whole = spawnSync(process.execPath, [...CLI, ...check()], { cwd: root, encoding: "utf8" });
    expect(whole.stdout.length).toBeGreaterThan(after === 0 ? 100 : 70_000);
    const { status, left } = await unread(check(), "stdout", after);
    expect(status).toBe(whole.status);
    expect(left).not.toMatch(/EPIPE|^ +at /m);
  });

  it("of what stands on standard error is none either: a refusal keeps its status", async () => {
    expect(await unread(["check", "--source", "nowhere:"], "stderr")).toEqual({ status: 3, left: "" });
  });

  it("of the help is none", async () => {
    expect(await unread(["--help"], "stdout")).toEqual({ status: 0, left: "" });
  });
});

it("an answer that could not be written, because the disk is full, is told and is no success", () => {
  const command = `"$0" "$@" > /dev/full`;
  const ended = spawnSync("bash", ["-c", command, process.execPath, ...CLI, ...check()], {
    cwd: root,
    encoding: "utf8",
  });
  expect(ended.stderr).toContain("The output could not be written (ENOSPC).");
  expect(ended.stderr).not.toMatch(/^ +at /m);
  expect(ended.status).toBe(2);
});
