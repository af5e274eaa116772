/** A number of kinds of items → a schema folder with a mapping of so many, half as many child tables again, and a file of its items. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { largeMapping } from "../../support/large-mapping.ts";
import { writeItems } from "./sample.ts";

const LANGUAGE = join(import.meta.dirname, "../../../lambda/mapping/index.ts");

export interface KindsOfItems {
  readonly schema: string;
  readonly file: string;
}

/** Of every kind as many; but for their kind the same items whatever their number. */
function* itemsOf(kinds: number, items: number): Generator<Item> {
  for (let at = 0; at < items; at += 1) {
    yield {
      PK: { S: `KIND${at % kinds}#id-${at}` },
      SK: { S: `AT#${at}` },
      a: { S: "some text" },
      b: { S: "some more text" },
      c: { S: String(at) },
    };
  }
}

export async function writeKinds(folder: string, kinds: number, items: number): Promise<KindsOfItems> {
  const schema = join(folder, `kinds-${kinds}`);
  const written = largeMapping(kinds, LANGUAGE);
  await mkdir(schema);
  await writeFile(join(schema, "tables.ts"), written.tables);
  await writeFile(join(schema, "items.ts"), written.items);
  const file = join(folder, `kinds-${kinds}.jsonl`);
  await writeItems(file, itemsOf(kinds, items));
  return { schema, file };
}
