/** Rows that others miss, and parts that rows lack → the items in quarantine that would have given them. */
import { parseItem } from "../domain/decode/dynamodb-json.ts";
import { parseJson } from "../domain/decode/json-names.ts";
import { type RowKey, rowKeys } from "../domain/decode/referable.ts";
import type { HeldBack, RelationFacts } from "../domain/proof/evidence.ts";
import type { Mapping } from "../mapping/model.ts";
import type { KeptItem, Quarantine } from "../ports/quarantine.ts";
import type { Run } from "../ports/runs.ts";

/** Looks into the quarantine only where rows point to others that are not there, or lack a part, and as long as some of that has no reason. */
export async function heldBack(
  quarantine: Quarantine,
  run: Run,
  mapping: Mapping,
  { foreignKeys, nulls }: Pick<RelationFacts, "foreignKeys" | "nulls">,
  signal: AbortSignal,
): Promise<readonly HeldBack[]> {
  const missed: readonly RowKey[] = [
    ...foreignKeys.flatMap(({ references: table, referencedColumns: columns, missing }) =>
      missing.first.map(({ key }) => ({ table, columns, key })),
    ),
    ...nulls.flatMap(({ table, examples }) =>
      examples.map(({ key = [] }) => ({ table, columns: keyOf(mapping, table), key })),
    ),
  ];
  if (missed.length === 0) return [];
  const open = new Set(missed.map(placeOf));
  const keysOf = rowKeys(
    mapping,
    mapping.tables.flatMap((table) => {
      const lists = missed.flatMap(({ table: name, columns }) => (name === table.name ? [columns] : []));
      return [...new Map(lists.map((columns) => [columns.join(), columns])).values()].map((columns) => ({
        table,
        columns,
      }));
    }),
  );
  const found: HeldBack[] = [];
  await quarantine.each(run, async (some) => {
    for (const kept of some) {
      const { source, reason, entity } = kept;
      for (const row of keysIn(kept)) if (open.delete(placeOf(row))) found.push({ ...row, source, reason, entity });
    }
    return open.size === 0 || signal.aborted ? "enough" : undefined;
  });
  return found;

  function keysIn({ entity, body }: KeptItem): readonly RowKey[] {
    if (entity === null) return [];
    const parsed = parseItem(parseJson(body));
    return "item" in parsed ? keysOf(parsed.item) : [];
  }
}

const placeOf = ({ table, columns, key }: RowKey): string => JSON.stringify([table, columns, key]);

const keyOf = ({ tables }: Mapping, name: string): readonly string[] =>
  tables.find((table) => table.name === name)?.primaryKey.map((column) => column.name) ?? [];
