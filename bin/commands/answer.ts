/** An answer → a file, a report → the screen. */
import { open, writeFile } from "node:fs/promises";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { EXIT } from "../terminal/exit.ts";
import { print } from "../terminal/print.ts";

/** Writes what a command found to the file that was named, if one was. */
export async function writeJson(file: string | undefined, found: unknown): Promise<void> {
  if (file === undefined) return;
  await writable(file, () => writeFile(file, `${JSON.stringify(found, null, 2)}\n`));
}

export async function writable<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new MigrationError("settings", `nothing can be written to ${file}`, "name a file in a folder that exists", {
      cause,
    });
  }
}

/** As `writeJson`, with a last list under a name of its own, written as it comes: it may be longer than memory. */
export async function writeJsonList(
  file: string | undefined,
  found: object,
  name: string,
  each: (take: (some: readonly unknown[]) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (file === undefined) return;
  const writing = await writable(file, () => open(file, "w"));
  try {
    const head = JSON.stringify(found, null, 2).replace(/\n\}$/, "");
    await writing.write(`${head},\n  ${JSON.stringify(name)}: [`);
    let isFirst = true;
    await each(async (some) => {
      const lines = some.map((one) => `\n    ${JSON.stringify(one)}`).join(",");
      await writing.write(isFirst ? lines : `,${lines}`);
      isFirst = false;
    });
    await writing.write(`${isFirst ? "" : "\n  "}]\n}\n`);
  } finally {
    await writing.close();
  }
}

/** Shows a report and sets the exit status that goes with it. */
export function show(report: Report): void {
  print(reportText(report));
  process.exitCode = EXIT[report.verdict];
}
