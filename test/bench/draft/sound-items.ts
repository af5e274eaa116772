/**
 * The items of a case that its mapping by hand takes, as a file of their own. What it refuses are faults it knows of, placeholders most
 * of all; a draft cannot know them, and what they hold is no content to be compared by.
 */
import { writeFile } from "node:fs/promises";
import { fileSource } from "../../../lambda/adapters/file/plain/source.ts";
import { load, type Schema } from "../../../lambda/compose.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { toDynamoDbJson } from "../../../lambda/domain/decode/dynamodb-json.ts";

/** Writes them, and says how many were left out. */
export async function writeSoundItems(path: string, hand: Schema, out: string): Promise<number> {
  const source = fileSource({ path });
  const decode = decoder(load(hand), { source: source.name, expiredAt: 0n });
  const lines: string[] = [];
  let refused = 0;
  for (const unit of await source.plan(1)) {
    for await (const { records } of source.read(unit, undefined, new AbortController().signal)) {
      for (const record of records) {
        if ("item" in record && decode(record).outcome.kind !== "quarantined")
          lines.push(`{"Item":${toDynamoDbJson(record.item)}}\n`);
        else refused += 1;
      }
    }
  }
  await writeFile(out, lines.join(""));
  return refused;
}
