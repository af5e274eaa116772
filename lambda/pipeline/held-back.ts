/** Rows that others miss, and parts that rows lack → the items in quarantine that would have given them. */
import { parseItem } from "../domain/decode/dynamodb-json.ts";
import { parseJson } from "../domain/decode/json-names.ts";
import { type Referable, rowsGiven } from "../domain/decode/referable.ts";
import { inKeyOrder } from "../domain/proof/causes.ts";
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
  const missed = new Set<string>();
  const wanted = new Map<string, Referable>();
  const want = (name: string, columns: readonly string[], key: readonly string[]): void => {
    const table = mapping.tables.find((each) => each.name === name);
    if (table === undefined) return;
    const named = inKeyOrder(mapping, name, columns, key);
    const models = named.columns.flatMap((column) => table.columns.find((each) => each.name === column) ?? []);
    wanted.set(JSON.stringify([name, named.columns]), { table, columns: models });
    missed.add(JSON.stringify([name, named.columns, named.key]));
  };
  for (const { references, referencedColumns, missing } of foreignKeys)
    for (const { key } of missing.first) want(references, referencedColumns, key);
  for (const { table, examples } of nulls) {
    const primary = mapping.tables.find(({ name }) => name === table)?.primaryKey.map(({ name }) => name) ?? [];
    for (const { key = [] } of examples) want(table, primary, key);
  }
  if (wanted.size === 0) return [];
  const rowsOf = rowsGiven(mapping, [...wanted.values()]);
  const found: HeldBack[] = [];
  await quarantine.each(run, async (some) => {
    for (const kept of some) {
      for (const { to, key } of rowsOfBody(kept)) {
        const [table, columns] = [to.table.name, to.columns.map(({ name }) => name)];
        const { source, reason, entity } = kept;
        if (missed.delete(JSON.stringify([table, columns, key])))
          found.push({ table, columns, key, source, reason, entity });
      }
    }
    return missed.size === 0 || signal.aborted ? "enough" : undefined;
  });
  return found;

  function rowsOfBody({ entity, body }: KeptItem) {
    if (entity === null) return [];
    const parsed = parseItem(parseJson(body));
    return "item" in parsed ? rowsOf(parsed.item) : [];
  }
}
