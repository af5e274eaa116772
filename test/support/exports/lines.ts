/** Items and changes → lines of data files, as AWS writes them. */
import { createHash } from "node:crypto";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../../lambda/domain/decode/dynamodb-json.ts";
import { must } from "../../../lambda/domain/must.ts";

/** What became of one item in a window. */
export interface WindowChange {
  readonly key: Item;
  /** Right before the window began. */
  readonly before?: Item;
  /** When the window ended. */
  readonly after?: Item;
  /** When it was written last, in microseconds. */
  readonly micros: number;
}

export type Images = "NEW_IMAGE" | "NEW_AND_OLD_IMAGES";
/** Real files have a number as an item has it; AWS's own description has it as text. */
export type Timestamps = "number" | "text";

/** A line, and where its item stands among the partitions: a fraction. */
export interface Placed {
  readonly line: string;
  readonly hash: number;
}

export const keyOf = (item: Item, names: readonly string[]): Item =>
  Object.fromEntries(names.map((name) => [name, must(item[name], `an item has the key attribute ${name}`)]));

/** Of the partition key alone, as a table spreads its items. */
const hashOf = (item: Item, [name = ""]: readonly string[]): number =>
  createHash("md5")
    .update(toDynamoDbJson(keyOf(item, [name])))
    .digest()
    .readUInt32BE() /
  2 ** 32;

export const itemLine = (item: Item, keys: readonly string[]): Placed => ({
  line: `{"Item":${toDynamoDbJson(item)}}`,
  hash: hashOf(item, keys),
});

export function changeLine(
  { key, before, after, micros }: WindowChange,
  images: Images,
  timestamps: Timestamps,
  keys: readonly string[],
): Placed {
  const at = timestamps === "number" ? `{"N":"${micros}"}` : `"${micros}"`;
  const old = before === undefined || images === "NEW_IMAGE" ? "" : `,"OldImage":${toDynamoDbJson(before)}`;
  const now = after === undefined ? "" : `,"NewImage":${toDynamoDbJson(after)}`;
  const line = `{"Metadata":{"WriteTimestampMicros":${at}},"Keys":${toDynamoDbJson(key)}${old}${now}}`;
  return { line, hash: hashOf(key, keys) };
}
