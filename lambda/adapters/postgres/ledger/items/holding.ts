/**
 * Who holds what: fragments for statements that join rows of the target with the ledger. Each is what may stand after `from` or
 * `join`, under a name, with these columns, of which none costs anything that is not asked for:
 *   facet, key             the part of the row, and the row, as the ledger spells its key (`keyEquals`)
 *   row_fp                 the fingerprint of what the item gives there
 *   holds                  whether that is what the part is to hold, or waits
 *   item, source, entity   the item that gives it: its hash, its key as people read it, and its kind
 *   pass, at               when the item was last written
 */
import type { FacetModel, TableModel } from "../../../../mapping/model.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, quote } from "../../session/sql.ts";

const where = (run: number, table: Pick<TableModel, "index">, facet: Pick<FacetModel, "index"> | undefined): string =>
  `run = ${run} and tbl = ${table.index}${facet === undefined ? "" : ` and facet = ${facet.index}`}`;

/** Contributions to a table, or to one part of its rows. */
export const contributions = (run: number, table: TableModel, facet?: FacetModel, name = "a"): string =>
  `(select * from ${LEDGER}.contribution where ${where(run, table, facet)}) ${name}`;

/** Those that hold their row. */
export const holding = (run: number, table: TableModel, facet?: FacetModel, name = "a"): string =>
  `(select * from ${LEDGER}.contribution where ${where(run, table, facet)} and holds) ${name}`;

/** Every contribution of a run; `tbl` says to which table. */
export const allContributions = (run: number, name = "a"): string =>
  `(select * from ${LEDGER}.contribution where run = ${run}) ${name}`;

/** Keys of a table that some contribution holds, each once. */
export const heldKeys = (run: number, table: TableModel): string =>
  `select distinct key from (${table.facets.map((facet) => `select key from ${holding(run, table, facet)}`).join(" union all ")}) held`;

/** The first of the items, by their keys, that give the row with that key. */
export const sourceOf = (run: number, table: TableModel, key: string): string =>
  `(select min(g.source) from ${contributions(run, table, undefined, "g")} where g.key = ${key})`;

/** A condition: as many items as that do not give the row with that key. */
export const givenByOthers = (run: number, table: TableModel, key: string, expected: number): string =>
  `${key} in (select g.key from ${contributions(run, table, undefined, "g")} group by g.key having count(distinct g.item) <> ${expected})`;

/** The item that holds the part of the row with that key. */
export const holderOf = (run: number, table: TableModel, facet: FacetModel, key: string): string =>
  `(select h.source from ${holding(run, table, facet, "h")} where h.key = ${key} limit 1)`;

/** A condition: the contribution of the item `hash` to that part of a row waits. */
export const isParked = (run: number, table: TableModel, facet: FacetModel, key: string, hash: string): string =>
  `exists (select from ${LEDGER}.parked where ${where(run, table, facet)} and key = ${key}
     and item = (select id from ${LEDGER}.item where hash = ${hash}))`;

/** Lines that hold a part of the row with that key: a lookup for each row. Joined first, the whole ledger would be read. */
export const heldAt = (run: number, table: Pick<TableModel, "index">, key: string): string =>
  `(select * from ${LEDGER}.line where ${where(run, table, undefined)} and key = ${key} offset 0) a
    left join ${LEDGER}.parked p using (run, tbl, facet, key, item) where p.item is null`;

/**
 * Joins what the ledger knows of the row with that key: as `u.was` what stood in columns nobody gives, and of a merged row as
 * `h.facets` the parts that are held, as `h.lines` what was written there.
 */
export function joinKnown(run: number, table: TableModel, key: string): string {
  const u = `left join lateral (select was from ${LEDGER}.ungiven where ${where(run, table, undefined)} and key = ${key}) u on true`;
  if (table.duplicates !== "merge") return u;
  return `${u} cross join lateral (
    select array_agg(a.facet) as facets, array_agg(a.facet || ':' || a.fp) as lines from ${heldAt(run, table, key)}) h`;
}

/** Target keys that are held, and contributions too many for one of each part of a row. */
export async function heldCount(
  session: Session,
  run: number,
  table: TableModel,
): Promise<{ readonly keys: number; readonly doubled: number }> {
  const { rows } = await session.query<{ keys: string; doubled: string }>(
    `select count(distinct a.key) as keys, count(*) - count(distinct (a.facet, a.key)) as doubled from ${holding(run, table)}`,
  );
  return { keys: Number(rows[0]?.keys ?? 0), doubled: Number(rows[0]?.doubled ?? 0) };
}

/** Of one item: the tables it gives rows to, and what kind of item it was. */
export async function givenBy(session: Session, { id }: Pick<Run, "id">, item: string) {
  const { rows } = await session.query<{ tbl: number | null; entity: number }>(
    `select distinct l.tbl, i.entity from ${LEDGER}.item i left join ${LEDGER}.line l on l.item = i.id where i.run = $1 and i.hash = $2`,
    [id, item],
  );
  return { tables: new Set(rows.map(({ tbl }) => tbl)), entities: new Set(rows.map(({ entity }) => entity)) };
}

/** Has lines of a table looked up by their keys: rows that several give, items or runs, are; no others. */
export const indexKeys = (session: Session, run: number, table: TableModel) =>
  session.query(
    `create index if not exists ${quote(`${KEY_INDEX}${run}_${table.index}`)} on ${LEDGER}.line (key) where ${where(run, table, undefined)}`,
  );

const KEY_INDEX = "line_key_";

/** To be called before a run's lines go. */
export async function dropKeyIndexes(session: Session, run: number): Promise<void> {
  const { rows } = await session.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = '${LEDGER}'::regnamespace and relname like $1`,
    [`${KEY_INDEX}${run}_%`.replaceAll("_", "\\_")],
  );
  for (const { name } of rows) await session.query(`drop index ${LEDGER}.${quote(name)}`);
}

/** Lets Postgres see how much there is: the tables were empty when they were last looked at, if ever. */
export const analyzeLines = (session: Session) =>
  session.query(`analyze ${LEDGER}.item, ${LEDGER}.line, ${LEDGER}.parked`);
