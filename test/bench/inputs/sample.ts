/** A number of items → the files that all contestants read: lines, the same lines gzipped, a tenth of them, and all items as an export. */
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { sampleItems } from "../../../bin/rehearse/sample.ts";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../../lambda/domain/decode/dynamodb-json.ts";
import { writeSampleExport } from "../../support/exports/sample-export.ts";

/** What is run with fewer items is run with so many times fewer. */
export const TENTH = 10;

export interface Inputs {
  readonly items: number;
  readonly lines: string;
  readonly gzip: string;
  readonly tenth: string;
  readonly tenthGzip: string;
  /** A folder that is a copy of the bucket. */
  readonly exports: string;
}

export async function writeItems(file: string, items: Iterable<Item>): Promise<void> {
  await pipeline(function* () {
    for (const item of items) yield `{"Item":${toDynamoDbJson(item)}}\n`;
  }, createWriteStream(file));
}

export async function writeInputs(folder: string, items: number): Promise<Inputs> {
  const now = new Date();
  const named = async (name: string, count: number): Promise<readonly [lines: string, gzip: string]> => {
    const lines = join(folder, `${name}.jsonl`);
    await writeItems(lines, sampleItems({ items: count, seed: 1, now }));
    await pipeline(createReadStream(lines), createGzip(), createWriteStream(`${lines}.gz`));
    return [lines, `${lines}.gz`];
  };
  const [lines, gzip] = await named("items", items);
  const [tenth, tenthGzip] = await named("tenth", Math.ceil(items / TENTH));
  const exports = join(folder, "exports");
  await writeSampleExport(exports, { items, seed: 1, now });
  return { items, lines, gzip, tenth, tenthGzip, exports };
}
