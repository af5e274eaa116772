/**
 * A raw file of DynamoDB-JSON lines and a migrated database → every difference between five columns of each case. It
 * imports nothing of the product: it parses the lines itself and asks Postgres in its own words, so that an error both
 * sides of the proof share shows here.
 */
import { readFile } from "node:fs/promises";
import type { Client } from "pg";
import type { RawItem } from "./probe.ts";
import { type CaseName, PROBES } from "./probes.ts";

/** Every difference, as a sentence. Empty where the five columns agree in every row. */
export async function compareWithRawFile(caseName: CaseName, client: Client, path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  const items = lines.map((line): RawItem => JSON.parse(line).Item);
  const differences: string[] = [];
  for (const { column, raw, sql } of PROBES[caseName]) {
    const { rows } = await client.query<{ key: string; value: string | null }>(sql);
    const stored = new Map(rows.map(({ key, value }) => [key, value]));
    const cells = items.flatMap(raw);
    if (cells.length === 0) differences.push(`${column}: the file has no such value, so nothing was compared`);
    for (const [key, value] of cells) {
      if (!stored.has(key)) differences.push(`${column}: no row ${key}`);
      else if (stored.get(key) !== value) {
        differences.push(`${column} of ${key}: the file has ${shown(value)}, Postgres ${shown(stored.get(key))}`);
      }
      stored.delete(key);
    }
    for (const key of stored.keys()) differences.push(`${column}: row ${key} has no item`);
  }
  return differences;
}

const shown = (value: string | null | undefined): string => (value === null ? "NULL" : JSON.stringify(value));
