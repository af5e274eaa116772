/** A command on a real terminal of its own (by `script` of util-linux): what it shows, and keys that are pressed, which reach its whole process group. */
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** Elsewhere the command of that name takes other words, or is not there. */
export const HAS_TERMINALS = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal is told
const BEGINNING = /\u001b\[1?G/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: and these, where the cursor goes back to the line's beginning
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** What a pipe says whose other end has gone. */
const ENDED: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"]);

export interface Terminal extends AsyncDisposable {
  /** All that was shown so far, without what colours it and moves the cursor. */
  screen(): string;
  /** The same, as it came. */
  raw(): string;
  /** Each line as it stood on the screen at some time. */
  lines(): string[];
  /** Returns when this was shown. */
  shows(text: string | RegExp): Promise<void>;
  /** Types a line. */
  type(text: string): Promise<boolean>;
  /** Whether the terminal took the key: it takes none once the command has ended. */
  press(key: string): Promise<boolean>;
  interrupt(): Promise<boolean>;
  /** The terminal is closed, by whoever closes its window. */
  hangUp(): void;
  /** Returns the exit status when the command has ended. */
  ended(): Promise<number | null>;
}

/** What is waited for comes much sooner, also on a machine that does other things; and before a test that waits is ended. */
const LONGEST_MS = 120_000;

/** Starts the command line with these words. What is waited for and does not come is told with what the screen shows. */
export function onTerminal(words: readonly string[], environment: NodeJS.ProcessEnv = {}, columns = 100): Terminal {
  const command = [process.execPath, ...process.execArgv, "bin/cli.ts", ...words].map(quoted).join(" ");
  const held = spawn("script", ["-qefc", `stty cols ${columns} rows 40; exec ${command}`, "/dev/null"], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "ignore"],
    // Where the tests run nothing moves on a terminal, unless it is asked to.
    env: { ...process.env, TERM: "xterm", SHELL: "/bin/sh", CI: "", NO_COLOR: "", ...environment },
  });
  let shown = "";
  const news = new EventEmitter();
  held.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    news.emit("any");
  });
  let isClosed = false;
  const closed = once(held, "close").then(() => {
    isClosed = true;
    news.emit("any");
  });
  // Whoever pressed the key is told, by `press`.
  held.stdin.on("error", () => undefined);
  const screen = () => shown.replaceAll(ESCAPES, "");
  const wait = async (what: string, isThere: () => boolean): Promise<void> => {
    const late = AbortSignal.timeout(LONGEST_MS);
    while (!isThere()) {
      if (isClosed || late.aborted)
        throw new Error(`${isClosed ? "it ended" : "it was waited for long enough"}, and ${what}: ${screen()}`);
      await once(news, "any", { signal: late }).catch(() => undefined);
    }
  };
  const press = async (key: string): Promise<boolean> => {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    held.stdin.write(key, (error) => {
      if (error === null || error === undefined) resolve(true);
      else if (ENDED.has((error as NodeJS.ErrnoException).code ?? "")) resolve(false);
      else reject(error);
    });
    return await promise;
  };
  return {
    screen,
    raw: () => shown,
    lines: () =>
      shown
        .replaceAll(BEGINNING, "\n")
        .replaceAll(ESCAPES, "")
        .split(/[\r\n]+/),
    shows: (text) =>
      wait(`did not show ${text}`, () => (typeof text === "string" ? screen().includes(text) : text.test(screen()))),
    type: (text) => press(`${text}\r`),
    press,
    interrupt: () => press("\u0003"),
    hangUp: () => void held.kill("SIGKILL"),
    ended: async () => {
      await wait("did not end", () => isClosed);
      return held.exitCode;
    },
    [Symbol.asyncDispose]: async () => {
      held.kill("SIGKILL");
      await closed;
    },
  };
}
