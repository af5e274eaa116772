/** An item's key → what the ledger and the tables know of it; a row's key → the items it came from. */
import { MigrationError } from "../../../domain/migration-error.ts";
import { sqlType } from "../../../mapping/kinds.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { ItemName, Trace, TracedItem, TracedRow } from "../../../ports/trace.ts";
import { contributions, holderOf } from "../ledger/items/holding.ts";
import { namedItems } from "../ledger/items/item-name.ts";
import { waitingOf } from "../ledger/items/quarantine.ts";
import { keptOf } from "../ledger/passes/seen.ts";
import { keySql } from "../session/canonical.ts";
import type { Session } from "../session/connection.ts";
import { refusedRow } from "../session/errors.ts";
import type { Sessions } from "../session/sessions.ts";
import { arrayText, facetFingerprint, keyEquals, ownColumns, quote, tableSql } from "../session/sql.ts";

/** Items of one partition that are shown; all of them are counted. */
const MOST_ITEMS = 20;

export function tracer(sessions: Sessions, mapping: Mapping): Trace {
  return {
    items: (run, name) => sessions.use((session) => tracedItems(session, mapping, run, name)),
    row: (run, table, key) => sessions.use((session) => tracedRow(session, mapping, run, table, key)),
  };
}

async function tracedItems(session: Session, mapping: Mapping, run: Run, name: ItemName) {
  const { count, items: named } = await namedItems(session, run, name, { most: MOST_ITEMS });
  const items: TracedItem[] = [];
  for (const { item, source } of named) items.push(await tracedItem(session, mapping, run, item, source));
  return { count, items };
}

async function tracedItem(
  session: Session,
  mapping: Mapping,
  run: Run,
  item: string,
  source: string,
): Promise<TracedItem> {
  const rows = await tracedRows(session, mapping, run, mapping.tables, "a.item = $1::uuid", [item]);
  const traced = { source, seen: (await keptOf(session, run, [item])).has(item), rows };
  const [quarantine, ...copies] = await waitingOf(session, run, item);
  if (quarantine === undefined) return traced;
  return { ...traced, quarantine, ...(copies.length === 0 ? {} : { copies }) };
}

interface LineRow {
  readonly source: string;
  readonly entity: number;
  readonly pass: number;
  readonly at: Date;
  readonly key: string[];
  readonly parked: boolean;
  readonly holder: string | null;
  readonly there: boolean;
  readonly same: boolean | null;
}

/** Audit lines that meet a condition on `a`, with what their rows are now. */
async function tracedRows(
  session: Session,
  mapping: Mapping,
  run: Run,
  tables: readonly TableModel[],
  matches: string,
  values: readonly unknown[],
): Promise<TracedRow[]> {
  const traced: TracedRow[] = [];
  for (const table of tables) {
    for (const facet of table.facets) {
      const { rows } = await session.query<LineRow>(
        `select a.source, a.entity, a.pass, a.at, a.key, not a.holds as parked, ${holderOf(run.id, table, facet, "a.key")} as holder,
           t.${quote(table.primaryKey[0]?.name ?? "")} is not null as there, ${facetFingerprint(facet, "t")} = a.row_fp as same
         from ${contributions(run.id, table, facet)}
         left join ${tableSql(table)} t on ${keyEquals(table, "t", "a.key")}
         where ${matches} order by a.key, a.source`,
        [...values],
      );
      const columns = table.facets.length === 1 ? [] : ownColumns(table, facet).map(({ name }) => name);
      traced.push(...rows.map((row) => tracedLine(row, mapping, table, columns)));
    }
  }
  return traced;
}

function tracedLine(row: LineRow, mapping: Mapping, table: TableModel, columns: readonly string[]): TracedRow {
  const { source, key, pass, at, parked, holder, there, same } = row;
  const entity = mapping.entities.find(({ index }) => index === row.entity)?.name ?? "";
  const now = parked ? "waiting" : !there ? "gone" : same === true ? "unchanged" : "changed here since";
  const line = { source, entity, table: table.name, key, columns, pass, at, now } as const;
  return parked && holder !== null ? { ...line, heldBy: holder } : line;
}

async function tracedRow(session: Session, mapping: Mapping, run: Run, table: TableModel, key: readonly string[]) {
  const spelled = await spelledKey(session, table, key);
  const { rows: found } = await session.query(
    `select from ${tableSql(table)} t where ${keyEquals(table, "t", "($1::text[])")}`,
    [arrayText(spelled)],
  );
  const rows = await tracedRows(session, mapping, run, [table], "a.key = $1::text[]", [arrayText(spelled)]);
  return { there: found.length > 0, rows };
}

/** A key as a person writes it, `0012` or `2024-01-01`, as the ledger spells it. */
async function spelledKey(session: Session, table: TableModel, key: readonly string[]): Promise<string[]> {
  const spelled = table.primaryKey.map(({ type }, at) => keySql(type, `($1::text[])[${at + 1}]::${sqlType(type)}`));
  try {
    const { rows } = await session.query<{ key: string[] }>(`select array[${spelled.join(", ")}] as key`, [
      arrayText(key),
    ]);
    return rows[0]?.key ?? [];
  } catch (error) {
    if (refusedRow(error) === undefined) throw error;
    const types = table.primaryKey.map(({ name, type }) => `${name} ${sqlType(type)}`).join(", ");
    throw new MigrationError(
      "settings",
      `the key of ${table.name} is not of its type`,
      `its primary key is (${types})`,
    );
  }
}
