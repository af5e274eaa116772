/** A run that is to be taken back → what others would lose by it: rows of its tables that were added or changed since, by any column. */

import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { counted } from "../../../domain/proof/discrepancy.ts";
import type { Group } from "../../../domain/proof/evidence.ts";
import type { TableModel } from "../../../mapping/model.ts";
import { heldKeys, holding } from "../ledger/items/holding.ts";
import { heldByOthers } from "../ledger/items/sharers.ts";
import { joinUngiven } from "../ledger/items/ungiven.ts";
import { group } from "../proof/contents.ts";
import type { Session } from "../session/connection.ts";
import { facetFingerprint, keyEquals, keyOfRow, ownColumns, type TablePlace, tableSql } from "../session/sql.ts";
import { storedColumns, storedType } from "../tables/tables.ts";
import { atRest } from "./ungiven.ts";
import { inside, outside, type RowPlace, rowPlace } from "./untouched.ts";

export interface Endangered {
  readonly table: TableModel;
  /** Whether the run made it: then it goes as a whole. */
  readonly created: boolean;
}

/** Throws MigrationError `rollback-refused` where anything would be lost. */
export async function refuseLosses(
  session: Session,
  run: number,
  tables: readonly Endangered[],
  unknown: readonly TablePlace[],
): Promise<void> {
  const findings: Finding[] = [];
  for (const table of tables) findings.push(...(await lossesOf(session, run, table)));
  for (const table of unknown) {
    const { rows } = await session.query<{ count: string }>(`select count(*) from ${tableSql(table)}`);
    findings.push(...found({ count: Number(rows[0]?.count ?? 0), examples: [] }, ...ADDED, table.name));
  }
  if (findings.length === 0) return;
  const problem = `rows of run ${run} have been changed or added to since; a rollback would lose that`;
  throw new MigrationError("rollback-refused", problem, "see each finding; --force does it all the same", { findings });
}

async function lossesOf(session: Session, run: number, { table, created }: Endangered): Promise<Finding[]> {
  const where = `table ${table.name}`;
  const changes = await alterations(session, table);
  if (changes.length > 0)
    return changes.map((problem) => ({ where, problem, remedy: "make it what it was, or say --force" }));
  const changed = await group(session, table, changedRows(await rowPlace(session, run, [table]), table));
  const added = created ? await group(session, table, addedRows(run, table)) : { count: 0, examples: [] };
  return [
    ...found(changed, "row was changed since it was written", "rows were changed since they were written", table.name),
    ...found(added, ...ADDED, table.name),
  ];
}

const ADDED = ["row was added by others", "rows were added by others"] as const;

const found = ({ count, examples }: Group, one: string, many: string, table: string): Finding[] =>
  count === 0
    ? []
    : [
        {
          where: `table ${table}`,
          problem: counted(count, one, many),
          remedy: "keep them elsewhere first, or say --force",
          keys: examples.slice(0, 5).map(({ key = [] }) => `(${key.join(", ")})`),
        },
      ];

/** Why the rows of a table cannot be compared with what was written there any more. */
export async function alterations(session: Session, table: TableModel): Promise<string[]> {
  const stored = (await storedColumns(session, [table]))(table);
  return table.columns.flatMap((column) => {
    const is = stored.find(({ name }) => name === column.name);
    const was = storedType(column);
    if (is === undefined)
      return [`its column ${column.name} is gone, so nobody can tell whether its rows were changed`];
    if (is.type === was) return [];
    return [`its column ${column.name} was ${was} and is ${is.type}, so nobody can tell whether its rows were changed`];
  });
}

const addedRows = (run: number, table: TableModel): string =>
  `select ${keyOfRow(table, "t")} as key, null::text as source from ${tableSql(table)} t
   where not exists (select from (${heldKeys(run, table)}) h where ${keyEquals(table, "t", "h.key")})`;

/** Rows of this run, and of no other one's, of which any column does not hold what the run, or a default, put there. */
function changedRows(place: RowPlace, table: TableModel): string {
  const { run } = place;
  const parts = table.facets.filter((facet) => table.facets.length === 1 || ownColumns(table, facet).length > 0);
  const given = parts.map(
    (facet) => `select h.key from ${holding(run, table, facet, "h")}
      join ${tableSql(table)} t on ${keyEquals(table, "t", "h.key")} where ${facetFingerprint(facet, "t")} <> h.row_fp`,
  );
  const rows = `select r.key from (${heldKeys(run, table)}) r join ${tableSql(table)} t on ${keyEquals(table, "t", "r.key")}
    ${joinUngiven(run, table, "r.key")}`;
  const beside = [
    { columns: outside(place, table), unheld: "true" },
    ...table.facets.map((facet) => ({
      columns: inside(place, table, facet),
      unheld: `not exists (select from ${holding(run, table, facet, "h")} where h.key = r.key)`,
    })),
  ].flatMap(({ columns, unheld }) =>
    columns.length === 0 ? [] : [`${rows} where not (${atRest(columns, "t", "u.was")}) and ${unheld}`],
  );
  return `select distinct key, null::text as source from (${[...given, ...beside].join(" union all ")}) changed
    where not (${heldByOthers(place.sharers, table, "changed.key")})`;
}
