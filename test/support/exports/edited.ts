/** Manifests of a written export, changed: with the checksum that fits what they say then, or with the one they had. */
import { readFile, writeFile } from "node:fs/promises";
import type { FileEntry } from "./data-file.ts";
import { type WrittenExport, writeSummed } from "./export.ts";

type Checksum = "fitting" | "as it was";

const write = (path: string, text: string, checksum: Checksum): Promise<void> =>
  checksum === "fitting" ? writeSummed(path, text) : writeFile(path, text);

export async function editSummary(
  { summary }: Pick<WrittenExport, "summary">,
  change: Readonly<Record<string, unknown>>,
  checksum: Checksum = "fitting",
): Promise<void> {
  const told = JSON.parse(await readFile(summary, "utf8"));
  await write(summary, JSON.stringify({ ...told, ...change }), checksum);
}

export async function editFiles(
  { manifest }: Pick<WrittenExport, "manifest">,
  change: (entries: FileEntry[]) => readonly unknown[],
  checksum: Checksum = "fitting",
): Promise<void> {
  const lines = (await readFile(manifest, "utf8")).trimEnd().split("\n");
  const entries = change(lines.map((line) => JSON.parse(line)));
  await write(manifest, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), checksum);
}
