/** An export in a folder, damaged: what becomes of it when it is listed and read. It was sound before, or the test fails. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { MigrationError } from "../../../lambda/domain/migration-error.ts";
import { must } from "../../../lambda/domain/must.ts";
import { type ExportBucket, exportBucket } from "./bucket.ts";
import { type WrittenExport, writeFullExport } from "./export.ts";
import { openFolder, readItems } from "./opened.ts";

/** Text that packs badly, so that a file has many bytes which matter. */
const textOf = (number: number): string => createHash("sha256").update(String(number)).digest("hex");
export const ITEMS: Item[] = Array.from({ length: 3_000 }, (_, number) => ({
  PK: { S: `P#${number % 7}` },
  SK: { S: String(number) },
  text: { S: textOf(number) },
}));

export interface Outcome {
  readonly records: number;
  readonly unreadable: number;
  readonly faults: readonly string[];
  readonly refused: readonly string[];
}

/** What becomes of an export that is listed and read: what it gives, what is wrong, what is refused. */
export async function outcomeOf(path: string, settings = { trustSummary: false }): Promise<Outcome> {
  try {
    const source = await openFolder(path, settings);
    await source.exports.list();
    const { records, faults } = await readItems(source);
    const unreadable = records.filter((record) => "unreadable" in record).length;
    const told = faults.map(({ where, problem, remedy }) => `${where}: ${problem} → ${remedy}`);
    return { records: records.length - unreadable, unreadable, faults: told, refused: [] };
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== "source-unusable") throw error;
    const refused = error.findings.map(({ where, problem, remedy }) => `${where}: ${problem} → ${remedy}`);
    return { records: 0, unreadable: 0, faults: [], refused };
  }
}

export const SOUND: Outcome = { records: ITEMS.length, unreadable: 0, faults: [], refused: [] };

export type Damage = (written: WrittenExport) => Promise<unknown>;
export type DataFileOf = WrittenExport["files"][number];

interface Damaged {
  readonly written: WrittenExport;
  readonly outcome: Outcome;
}

/** Buckets of a test file, in a folder that is gone when it has ended. */
export function damagedExports() {
  let folder = "";
  let buckets = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-damage-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const newBucket = (): ExportBucket => {
    buckets += 1;
    return exportBucket(join(folder, `b${buckets}`), undefined, "daily");
  };
  const damaged = async (damage: Damage): Promise<Damaged> => {
    const bucket = newBucket();
    const at = new Date("2026-01-14T10:18:50.622Z");
    const written = await writeFullExport(bucket, { at, items: ITEMS, files: 3 });
    expect(await outcomeOf(bucket.folder)).toEqual(SOUND);
    await damage(written);
    return { written, outcome: await outcomeOf(bucket.folder) };
  };
  return { newBucket, damaged };
}

export const firstOf = ({ files }: WrittenExport): DataFileOf => must(files[0], "an export has files");

/** Its first file with other bytes. */
export const withBytes =
  (change: (content: Buffer) => Buffer): Damage =>
  async (written) => {
    const { path } = firstOf(written);
    await writeFile(path, change(await readFile(path)));
  };
