/** What a repair has still to mend, written down before anything is mended: parts of rows, and items in quarantine. */
import type { FacetModel, TableModel } from "../../../../mapping/model.ts";
import type { DamagedItem } from "../../../../ports/repairs.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { facetFingerprint, keyEquals, LEDGER, tableSql } from "../../session/sql.ts";
import { holding } from "./holding.ts";

/** A line for each part of a row. Of an item in quarantine it is one of table 0, and of no key. */
export interface DamageLine {
  readonly item: string;
  readonly tbl: number;
  readonly facet: number;
  readonly key: string[];
  readonly missing: boolean;
}

/** Parts whose row is not there: a query of damage. */
export const missing = ({ id }: Run, table: TableModel, facet: FacetModel): string =>
  `select run, item, tbl, facet, key, true as missing, source from ${holding(id, table, facet)}
   where not exists (select from ${tableSql(table)} t where ${keyEquals(table, "t", "a.key")})`;

/** Parts that hold something else than what was written. */
export const different = ({ id }: Run, table: TableModel, facet: FacetModel): string =>
  `select a.run, a.item, a.tbl, a.facet, a.key, false as missing, a.source from ${holding(id, table, facet)}
   join ${tableSql(table)} t on ${keyEquals(table, "t", "a.key")} where ${facetFingerprint(facet, "t")} <> a.row_fp`;

/** Items in quarantine. */
export const refused = ({ id, pass }: Run): string =>
  `select run, item, 0 as tbl, 0 as facet, '{}'::text[] as key, true as missing, source from ${LEDGER}.quarantine
   where run = ${id} and last_seen = ${pass}`;

export const noteDamage = (session: Session, damage: string) =>
  session.query(
    `insert into ${LEDGER}.damage (run, item, tbl, facet, key, missing, source) ${damage} on conflict do nothing`,
  );

/** How much of it is not written down. */
export async function countUnnoted(session: Session, damage: string): Promise<number> {
  const { rows } = await session.query<{ count: string }>(
    `select count(*) from (${damage}) d
     where not exists (select from ${LEDGER}.damage n where (n.run, n.item, n.tbl, n.facet, n.key) = (d.run, d.item, d.tbl, d.facet, d.key))`,
  );
  return Number(rows[0]?.count ?? 0);
}

/** Forgets all of it, or what is `different` only, or nothing. */
export const forgetDamage = (session: Session, { id }: Run, which: "all" | "different") =>
  session.query(`delete from ${LEDGER}.damage where run = $1 ${which === "all" ? "" : "and not missing"}`, [id]);

/** Some of the items it is about. */
export async function damagedItems(session: Session, { id }: Run, limit: number): Promise<DamagedItem[]> {
  const { rows } = await session.query<{ item: string; source: string }>(
    `select distinct item, source from ${LEDGER}.damage where run = $1 order by item limit ${limit}`,
    [id],
  );
  return rows;
}

/** Takes lines away to mend what they are about: a second repair finds none. */
export async function takeDamage(session: Session, { id }: Run, items: readonly string[]): Promise<DamageLine[]> {
  const { rows } = await session.query<DamageLine & Record<string, unknown>>(
    `delete from ${LEDGER}.damage where run = $1 and item = any($2::uuid[]) returning item, tbl, facet, key, missing`,
    [id, items],
  );
  return rows;
}
