/** A command on a real terminal of its own (by `script` of util-linux): what it shows, and keys that are pressed, which reach its whole process group. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** Elsewhere the command of that name takes other words, or is not there. */
export const HAS_TERMINALS = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal is told
const BEGINNING = /\u001b\[1?G/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: and these, where the cursor goes back to the line's beginning
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

export interface Terminal extends AsyncDisposable {
  /** All that was shown so far, without what colours it and moves the cursor. */
  screen(): string;
  /** The same, as it came. */
  raw(): string;
  /** Each line as it stood on the screen at some time. */
  lines(): string[];
  shows(text: string | RegExp): Promise<void>;
  /** Types a line. */
  type(text: string): void;
  press(key: string): void;
  interrupt(): void;
  /** The terminal is closed, by whoever closes its window. */
  hangUp(): void;
  readonly status: Promise<number | null>;
}

/** Starts the command line with these words. */
export function onTerminal(words: readonly string[], environment: NodeJS.ProcessEnv = {}, columns = 100): Terminal {
  const command = [process.execPath, ...process.execArgv, "bin/cli.ts", ...words].map(quoted).join(" ");
  const held: ChildProcess = spawn("script", ["-qefc", `stty cols ${columns} rows 40; exec ${command}`, "/dev/null"], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "ignore"],
    // Where the tests run nothing moves on a terminal, unless it is asked to.
    env: { ...process.env, TERM: "xterm", SHELL: "/bin/sh", CI: "", NO_COLOR: "", ...environment },
  });
  let shown = "";
  held.stdout?.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const closed = once(held, "close");
  const screen = () => shown.replaceAll(ESCAPES, "");
  return {
    screen,
    raw: () => shown,
    lines: () =>
      shown
        .replaceAll(BEGINNING, "\n")
        .replaceAll(ESCAPES, "")
        .split(/[\r\n]+/),
    shows: (text) =>
      typeof text === "string" ? expect.poll(screen).toContain(text) : expect.poll(screen).toMatch(text),
    type: (text) => void held.stdin?.write(`${text}\r`),
    press: (key) => void held.stdin?.write(key),
    interrupt: () => void held.stdin?.write("\u0003"),
    hangUp: () => void held.kill("SIGKILL"),
    status: closed.then(() => held.exitCode),
    [Symbol.asyncDispose]: async () => {
      held.kill("SIGKILL");
      await closed;
    },
  };
}
