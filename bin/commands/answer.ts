/** An answer → a file, a report → the screen. */
import { open, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { shell } from "../../lambda/domain/typed.ts";
import { EXIT } from "../terminal/exit.ts";
import { note, tell } from "../terminal/print.ts";

/** Files that were named for an answer and could not take it: told when the answer stands on the screen. */
const unwritten = new Map<string, unknown>();

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code";

/** What to type where a file cannot be written, by the system's code. */
const REMEDIES: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `make its folder: ${shell("mkdir", "-p", dirname(file))}`,
  EISDIR: (file) => `it is a folder; name a file in it: ${join(file, "answer.json")}`,
  ENOTDIR: (file) =>
    `name a file in a folder: what should be one of its folders is a file, ${shell("ls", "-ld", dirname(file))}`,
  ENOSPC: (file) => `make room, or name a file elsewhere: ${shell("df", "-h", dirname(file))}`,
};
const remedyFor = (file: string, error: unknown): string =>
  (
    REMEDIES[codeOf(error)] ??
    ((name: string) => `name a file that may be written: ${shell("ls", "-ld", dirname(name))}`)
  )(file);

/** Before anything is done: whether an answer can be written there. Leaves no file that was not there, and none changed. */
export async function tryToWrite(file: string): Promise<void> {
  const is = await stat(file).catch(() => undefined);
  // A pipe, or a device, is opened once: whoever reads it would take a trial for the answer.
  if (is !== undefined && !is.isFile() && !is.isDirectory()) return;
  await writable(file, async () => (await open(file, "a")).close());
  if (is === undefined) await rm(file, { force: true });
}

export async function writable<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const problem = `nothing can be written to ${file} (${codeOf(cause)})`;
    throw new MigrationError("settings", problem, remedyFor(file, cause), { cause });
  }
}

/** Once all is shown: what did not get into its file. That is no success, whatever the answer says. */
export function tellUnwritten(): void {
  for (const [file, error] of unwritten) {
    note(`INCOMPLETE  the answer above could not be written to ${file} (${codeOf(error)})`);
    note(`  → ${remedyFor(file, error)}`);
    process.exitCode = EXIT.incomplete;
  }
  unwritten.clear();
}

/** Writes what a command found to the file that was named, if one was. The screen shows it, whatever becomes of the file. */
export async function writeJson(file: string | undefined, found: unknown): Promise<void> {
  if (file !== undefined) await writeText(file, `${JSON.stringify(found, null, 2)}\n`);
}

export async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error) => unwritten.set(file, error));
}

/** As `writeJson`, with a last list under a name of its own, written as it comes: it may be longer than memory. */
export async function writeJsonList(
  file: string | undefined,
  found: object,
  name: string,
  each: (take: (some: readonly unknown[]) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (file === undefined) return;
  const writing = await open(file, "w").catch((error) => void unwritten.set(file, error));
  if (writing === undefined) return;
  const write = async (text: string): Promise<void> => {
    if (!unwritten.has(file)) await writing.write(text).catch((error) => unwritten.set(file, error));
  };
  try {
    const head = JSON.stringify(found, null, 2).replace(/\n\}$/, "");
    await write(`${head},\n  ${JSON.stringify(name)}: [`);
    let isFirst = true;
    await each(async (some) => {
      const lines = some.map((one) => `\n    ${JSON.stringify(one)}`).join(",");
      await write(isFirst ? lines : `,${lines}`);
      isFirst = false;
    });
    await write(`${isFirst ? "" : "\n  "}]\n}\n`);
  } finally {
    await writing.close();
  }
}

/** Shows a report and sets the exit status that goes with it. */
export function show(report: Report): void {
  tell(reportText(report));
  process.exitCode = EXIT[report.verdict];
}
