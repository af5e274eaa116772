/** Items in memory → the draft of their mapping, its two texts, and whether what they say decodes every item. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import type { DraftModel, DraftTable } from "../../lambda/domain/draft/model.ts";
import { itemsText } from "../../lambda/domain/draft/text/items-text.ts";
import { tablesText } from "../../lambda/domain/draft/text/tables-text.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";
import { draft } from "../../lambda/pipeline/draft.ts";
import { memorySource } from "./memory-source.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const LANGUAGE = pathToFileURL(join(ROOT, "lambda/mapping/index.ts")).href;

export interface DraftedItems {
  readonly model: DraftModel;
  readonly tables: string;
  readonly items: string;
}

export async function draftItems(
  items: readonly Item[],
  keys: { readonly pk: string; readonly sk?: string } = { pk: "PK", sk: "SK" },
): Promise<DraftedItems> {
  const signal = new AbortController().signal;
  const { model } = await draft({ source: memorySource(items), keys, onProgress: () => undefined, signal });
  return { model, tables: tablesText(model, LANGUAGE, "Tables."), items: itemsText(model, LANGUAGE, "Items.") };
}

/** What the texts do not make of the items: refusals, and attributes nobody reads. Throws where they do not load. */
export async function notDecoded({ tables, items: text }: DraftedItems, items: readonly Item[]): Promise<string[]> {
  const folder = await mkdtemp(join(ROOT, "node_modules/.cache/drafted-"));
  try {
    await writeFile(join(folder, "tables.ts"), tables);
    await writeFile(join(folder, "items.ts"), text);
    const load = (name: string) => import(pathToFileURL(join(folder, name)).href);
    const loaded = loadMapping((await load("tables.ts")).tables, (await load("items.ts")).items);
    if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
    const decode = decoder(loaded.mapping, { source: "memory:test", expiredAt: 0n });
    return items.flatMap((item) => {
      const { outcome } = decode({ item });
      if (outcome.kind === "rows") return outcome.unmapped;
      return outcome.kind === "quarantined" ? [outcome.refusal.detail] : [];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An item by its key, and attributes as they are: text, numbers, truth, or a DynamoDB value. */
export function itemOf(
  pk: string,
  sk: string,
  more: Readonly<Record<string, string | number | boolean | AttributeValue>> = {},
): Item {
  const values = Object.entries(more).map(([name, value]) => [name, valueOfPlain(value)] as const);
  return { PK: { S: pk }, SK: { S: sk }, ...Object.fromEntries(values) };
}

function valueOfPlain(value: string | number | boolean | AttributeValue): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  return typeof value === "boolean" ? { BOOL: value } : value;
}

export const tableIn = ({ model }: DraftedItems, name: string): DraftTable | undefined =>
  model.tables.find((table) => table.name === name);

/** `user_id → users, doubts`, for each foreign key that is more than offered. */
export const pointersOf = (table: DraftTable | undefined): string[] =>
  (table?.foreignKeys ?? [])
    .filter(({ isOffered }) => !isOffered)
    .map(({ columns, references, doubts }) => [`${columns.join(", ")} → ${references}`, ...doubts].join("; "));
