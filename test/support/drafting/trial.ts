/** Items of a table → a draft of its mapping, and everything that is wrong with that. Nothing is written, no engine is started. */
import { load } from "../../../lambda/compose.ts";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { canonicalOf } from "../../../lambda/domain/decode/cell.ts";
import type { Decode } from "../../../lambda/domain/decode/decode.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import type { KnownModel } from "../../../lambda/domain/draft/known-model.ts";
import type { DraftModel } from "../../../lambda/domain/draft/model.ts";
import { itemsText } from "../../../lambda/domain/draft/text/items-text.ts";
import { tablesText } from "../../../lambda/domain/draft/text/tables-text.ts";
import { MigrationError } from "../../../lambda/domain/migration-error.ts";
import type { Mapping } from "../../../lambda/mapping/model.ts";
import { check } from "../../../lambda/pipeline/check.ts";
import { draft } from "../../../lambda/pipeline/draft.ts";
import { memorySource } from "../memory-source.ts";
import { loadedFrom } from "./loaded.ts";

export interface DraftTrial {
  readonly keys: { readonly pk: string; readonly sk?: string };
  readonly items: readonly Item[];
  /** For each item the attributes that hold what stands nowhere else. */
  readonly payload?: readonly (readonly string[])[];
  readonly known?: KnownModel;
}

export interface Tried {
  readonly model: DraftModel;
  readonly texts: { readonly tables: string; readonly items: string };
  readonly faults: readonly string[];
}

const LANGUAGE = "../../../lambda/mapping/index.ts";
const NOBODY = { onProgress: () => undefined, signal: new AbortController().signal };

export async function tryDraft(trial: DraftTrial): Promise<Tried> {
  const { keys, items, known } = trial;
  const source = memorySource(items);
  const { model } = await draft({ source, keys, ...(known === undefined ? {} : { known }), ...NOBODY });
  const texts = { tables: tablesText(model, LANGUAGE, source.name), items: itemsText(model, LANGUAGE, source.name) };
  return { model, texts, faults: await faultsOf({ model, texts }, trial) };
}

/** All that is wrong with a draft; none where each item becomes rows and nothing of it is lost. */
export async function faultsOf(
  { model, texts }: Omit<Tried, "faults">,
  { items, payload }: DraftTrial,
): Promise<readonly string[]> {
  const source = memorySource(items);
  const loaded = attempted(() => load(loadedFrom(texts)));
  if ("error" in loaded) return [`it does not load: ${loaded.error}`];
  const mapping = loaded.made;
  const decode = decoder(mapping, { source: source.name, expiredAt: 0n });
  const census = await check({ source, mapped: { mapping, decode }, keys: mapping.keys, ...NOBODY });
  const { failures, unmapped, shapes, conflicts } = census;
  return [
    ...shapes.map(({ pk, sk }) => `no kind of item matches: ${pk} / ${sk}`),
    ...failures.map((failure) => `not decoded: ${JSON.stringify(failure)}`),
    ...unmapped.map((path) => `nothing reads: ${JSON.stringify(path)}`),
    ...conflicts.map((conflict) => `items that give one row: ${JSON.stringify(conflict)}`),
    ...lost(items, payload, decode),
    ...unexplained(model),
    ...untold(items, model, mapping, decode),
  ];
}

function attempted<T>(make: () => T): { readonly made: T } | { readonly error: string } {
  try {
    return { made: make() };
  } catch (error) {
    return { error: error instanceof MigrationError ? JSON.stringify(error.findings) : String(error) };
  }
}

/** What was left behind although it stands nowhere else: one value in all items of a kind says nothing, two do. */
function lost(items: readonly Item[], payload: DraftTrial["payload"], decode: Decode): string[] {
  const values = new Map<string, Set<string>>();
  for (const [at, item] of items.entries()) {
    const { outcome } = decode({ item });
    if (outcome.kind === "ignored" && payload !== undefined)
      return [`all of an item is left behind: ${outcome.entity.name}`];
    for (const name of outcome.kind === "rows" ? outcome.ignored : []) {
      if (payload?.[at]?.includes(name) !== true) continue;
      const place = `${outcome.entity?.name}: ${name}`;
      values.set(place, (values.get(place) ?? new Set()).add(JSON.stringify(item[name])));
    }
  }
  return [...values].flatMap(([place, found]) =>
    found.size > 1 ? [`left behind: ${place}, with ${found.size} values`] : [],
  );
}

const unexplained = ({ ignore, kinds }: DraftModel): string[] =>
  [...ignore, ...kinds.flatMap((kind) => kind.ignore)].flatMap(({ attribute, why }) =>
    why.trim() === "" ? [`ignored without a reason: ${attribute}`] : [],
  );

/** Foreign keys with orphans of which no comment tells. */
function untold(items: readonly Item[], model: DraftModel, mapping: Mapping, decode: Decode): string[] {
  const rows = new Map<string, ReadonlyMap<string, string | undefined>[]>();
  for (const item of items) {
    const { outcome } = decode({ item });
    for (const { table, facet, cells } of outcome.kind === "rows" ? outcome.contributions : []) {
      const row = new Map(facet.columns.map(({ name }, at) => [name, canonicalOf(cells[at] ?? null) ?? undefined]));
      rows.set(table.name, [...(rows.get(table.name) ?? []), row]);
    }
  }
  const values = (table: string, columns: readonly string[]): string[] =>
    (rows.get(table) ?? []).flatMap((row) => {
      const all = columns.map((name) => row.get(name));
      return all.includes(undefined) ? [] : [JSON.stringify(all)];
    });
  return mapping.tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ columns, references, referencedColumns }) => {
      const there = new Set(values(references, referencedColumns));
      const orphans = values(name, columns).filter((value) => !there.has(value)).length;
      const drafted = model.tables
        .find((table) => table.name === name)
        ?.foreignKeys.find((key) => key.references === references && key.columns.join() === columns.join());
      const isTold = drafted !== undefined && drafted.doubts.length > 0;
      return orphans === 0 || isTold
        ? []
        : [`orphans untold: ${orphans} of ${name}.${columns.join("+")} in ${references}`];
    }),
  );
}
