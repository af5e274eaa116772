/** The embedded engines answer, and leave neither a process nor a folder, whatever ends the one that started them. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../bin/embedded/folder.ts";
import { startPostgres } from "../bin/embedded/postgres.ts";
import { query } from "./support/migration.ts";

const root = resolve(import.meta.dirname, "..");

/** Folder of the server's data, as the server tells it. */
async function dataFolder(url: string): Promise<string> {
  const [row] = await query<{ data_directory: string }>(url, "show data_directory");
  return row?.data_directory ?? "";
}

/** Processes that were started with this folder in their arguments: all of them, or those of one program with one flag. */
function processesOf(folder: string, program = "", flag = ""): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        const [name = "", ...words] = command.split("\0");
        return command.includes(folder) && name.endsWith(program) && (flag === "" || words.includes(flag));
      } catch {
        return false;
      }
    });
}

/** A process that starts a server in a folder of its own. */
const starting = (folder: string): ChildProcess => {
  const code = `await (await import(${JSON.stringify(join(root, "bin/embedded/postgres.ts"))})).startPostgres()`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], {
    env: { ...process.env, TMPDIR: folder },
    stdio: "ignore",
  });
};

/** What worked in the folder ends, and nothing stays in it. */
async function leaves(folder: string): Promise<void> {
  const left = () => [...readdirSync(folder), ...(process.platform === "linux" ? processesOf(folder) : [])];
  for (let attempt = 0; left().length > 0 && attempt < 1_200; attempt += 1) await sleep(100);
  expect(left()).toEqual([]);
}

/** The process works no more, until it is told to go on: one that was only told to stop can be ended still. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await sleep(1);
}

async function gone(folder: string): Promise<boolean> {
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    if (!existsSync(folder) && (process.platform !== "linux" || processesOf(folder).length === 0)) return true;
    await sleep(100);
  }
  return false;
}

it("starts a PostgreSQL 17 with the settings asked for, and stops it without a trace", async () => {
  const postgres = await startPostgres({ settings: { timezone: "Asia/Kathmandu" } });
  const [row] = await query<{ version: string; reset: string }>(
    postgres.url,
    "select version(), (select reset_val from pg_settings where name = 'TimeZone') as reset",
  );
  expect(row?.version).toMatch(/^PostgreSQL 17\./);
  expect(row?.reset).toBe("Asia/Kathmandu");
  const folder = dirname(await dataFolder(postgres.url));
  expect(existsSync(folder)).toBe(true);
  await postgres.stop();
  expect(await gone(folder)).toBe(true);
});

describe("a rehearsal that is ended from outside", () => {
  async function keepOne(): Promise<{ child: ChildProcess; folder: string }> {
    const child = spawn(process.execPath, ["bin/cli.ts", "rehearse", "--items", "100", "--keep"], {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    for await (const chunk of child.stdout ?? []) {
      said += String(chunk);
      const [url] = /postgres:\/\/\S+/.exec(said) ?? [];
      if (url !== undefined) return { child, folder: dirname(await dataFolder(url)) };
    }
    throw new Error(`the rehearsal printed no URL: ${said}`);
  }

  it.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("by %s leaves no process and no folder", async (signal) => {
    const { child, folder } = await keepOne();
    const exit = once(child, "exit");
    // Ctrl-C in a terminal reaches every process of the group.
    if (signal === "SIGINT" && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
    await exit;
    expect(await gone(folder)).toBe(true);
  });
});

it("a process killed while it still makes its cluster leaves nothing either", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "dynamodb-to-postgres-kill-"));
  for (const entries of [1, 2, 3]) {
    const child = starting(elsewhere);
    const exit = once(child, "exit");
    // Later and later: when the folder is there, when something is in it, when more is.
    const inside = () => readdirSync(elsewhere).flatMap((name) => [name, ...readdirSync(join(elsewhere, name))]);
    while (inside().length < entries && child.exitCode === null) await sleep(1);
    child.kill("SIGKILL");
    await exit;
    await leaves(elsewhere);
  }
  rmdirSync(elsewhere);
});

it("a folder that nothing would remove is never made", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "dynamodb-to-postgres-kill-"));
  vi.stubEnv("TMPDIR", elsewhere);
  await expect(temporaryFolder("kill -INT $$")).rejects.toThrow("ended before it began");
  vi.unstubAllEnvs();
  rmdirSync(elsewhere);
});

it.runIf(process.platform === "linux").each([
  ["bin/initdb", "-D"],
  ["bin/postgres", "-p"],
])("a process killed when its %s %s has just begun leaves nothing either", async (program, flag) => {
  const elsewhere = mkdtempSync(join(tmpdir(), "dynamodb-to-postgres-kill-"));
  // Where the tests run as root another user makes the cluster, and could make the folder anew here.
  chmodSync(elsewhere, 0o777);
  const child = starting(elsewhere);
  const exit = once(child, "exit");
  let [begun] = processesOf(elsewhere, program, flag);
  for (; begun === undefined; [begun] = processesOf(elsewhere, program, flag)) expect(child.exitCode).toBeNull();
  await stop(Number(begun));
  child.kill("SIGKILL");
  await exit;
  // What is removed while a process works there may be made anew; and what is removed too early is gone by now.
  await sleep(500);
  const stayed = readdirSync(elsewhere);
  process.kill(Number(begun), "SIGCONT");
  expect(stayed).toHaveLength(1);
  await leaves(elsewhere);
  rmdirSync(elsewhere);
});

it("the command line tells what there is, and refuses what there is not", () => {
  const run = (...args: string[]) => {
    try {
      return {
        code: 0,
        out: execFileSync(process.execPath, ["bin/cli.ts", ...args], { cwd: root, encoding: "utf8", stdio: "pipe" }),
      };
    } catch (error) {
      const failed = error as { status: number; stderr: string };
      return { code: failed.status, out: failed.stderr };
    }
  };
  expect(run("--help").code).toBe(0);
  expect(run("--help").out).toContain("migrate");
  expect(run("dance").code).toBe(3);
  expect(run("migrate", "--source", "file:x").code).toBe(3);
  expect(run("migrate", "--source", "ftp:x", "--target", "postgres://127.0.0.1:1/x").out).toContain("dynamodb:TABLE");
  expect(
    run("migrate", "--source", "file:none.jsonl", "--target", "postgres://127.0.0.1:1/x", "--units", "zero").out,
  ).toContain("units");
  expect(run("migrate", "--source", "file:none.jsonl", "--target", "postgres://u:secret@127.0.0.1:1/x")).toMatchObject({
    code: 3,
    out: expect.not.stringContaining("secret"),
  });
  expect(run("migrate", "--source", "file:none.jsonl", "--target", "embedded", "--schema", "nowhere").out).toContain(
    "tables.ts",
  );
});
