/** The rows of a table → how many there are, whose they are, and the sum of their fingerprints, computed from what is stored. */

import { emptySum, type FingerprintSum, sameSum } from "../../../domain/decode/fingerprint.ts";
import type { Differences, Example, Group, MissingParents, TableContent } from "../../../domain/proof/evidence.ts";
import { facetKey } from "../../../domain/proof/tally.ts";
import type { FacetModel, TableModel } from "../../../mapping/model.ts";
import { heldCount, heldKeys, holding } from "../ledger/items/holding.ts";
import { keySql, sumFromSql, sumSql } from "../session/canonical.ts";
import type { Session } from "../session/connection.ts";
import { facetBits, facetFingerprint, keyEquals, ownColumns, quote, tableSql } from "../session/sql.ts";

/** A report names this many rows of each kind; all of them are counted. */
const EXAMPLES = 10;
/** Rows that are missing and referred to are told apart as far as this, and all of them counted. */
const MOST_PARENTS = 1_000;

/** What one table holds, beside what its lines say it must: `expected`, by facet. */
export async function tableContent(
  session: Session,
  run: number,
  table: TableModel,
  created: boolean,
  expected: Readonly<Record<string, FingerprintSum>>,
): Promise<TableContent> {
  const whole = await wholeContent(session, table, created, expected);
  if (whole !== undefined) return whole;
  const { rows: counted } = await session.query<{ own: string; others: string }>(
    `select count(*) filter (where h.key is not null) as own, count(*) filter (where h.key is null) as others
     from ${tableSql(table)} t left join (${heldKeys(run, table)}) h on ${keyEquals(table, "t", "h.key")}`,
  );
  const facets: Record<string, FingerprintSum> = {};
  let leftovers = 0;
  for (const facet of table.facets) {
    const held = `join ${holding(run, table, facet, "h")} on ${keyEquals(table, "t", "h.key")}`;
    facets[facet.index] = await facetSum(session, table, facet, held);
    leftovers += await countLeftovers(session, run, table, facet);
  }
  const [rows, foreignRows] = [Number(counted[0]?.own ?? 0), Number(counted[0]?.others ?? 0)];
  const agrees = table.facets.every((facet) => {
    const [there, here] = [expected[facetKey(table, facet)] ?? emptySum, facets[facet.index] ?? emptySum];
    return sameSum(there, here);
  });
  const calm = agrees && (!created || foreignRows === 0);
  const differences = calm ? NO_DIFFERENCES : await findDifferences(session, run, table);
  const keys = await heldCount(session, run, table);
  return { table: table.name, created, rows, foreignRows, ...keys, facets, leftovers, differences };
}

/**
 * Of a table that is this run's alone and whose rows are written by one item each: where all its rows together are what the
 * ledger's lines add up to, they are those rows, and no key has to be compared. Undefined where they are not.
 */
async function wholeContent(
  session: Session,
  table: TableModel,
  created: boolean,
  expected: Readonly<Record<string, FingerprintSum>>,
): Promise<TableContent | undefined> {
  const [facet] = table.facets;
  if (!created || table.duplicates === "merge" || facet === undefined) return undefined;
  const sum = await facetSum(session, table, facet);
  const { count } = sum;
  if (!sameSum(sum, expected[facetKey(table, facet)] ?? emptySum) || !(await hasPrimaryKey(session, table)))
    return undefined;
  const nothing = { foreignRows: 0, doubled: 0, leftovers: 0, differences: NO_DIFFERENCES };
  return { table: table.name, created, rows: count, keys: count, ...nothing, facets: { [facet.index]: sum } };
}

/** Without it two rows might have one key, and two lines hold them. */
async function hasPrimaryKey(session: Session, table: TableModel): Promise<boolean> {
  const { rows } = await session.query<{ key: string[] | null }>(
    `select array(select a.attname::text from unnest(i.indkey::smallint[]) k(n) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by 1) as key
     from pg_index i where i.indrelid = to_regclass($1) and i.indisprimary and i.indisvalid`,
    [tableSql(table)],
  );
  return String(rows[0]?.key) === String(table.primaryKey.map(({ name }) => name).sort());
}

/** Over all rows, or those that a join leaves. */
async function facetSum(session: Session, table: TableModel, facet: FacetModel, held = ""): Promise<FingerprintSum> {
  const [high, low] = sumSql("fp");
  // `offset 0` keeps Postgres from computing each fingerprint once for either half.
  const { rows } = await session.query<{ count: string; high: string | null; low: string | null }>(
    `select count(*), ${high} as high, ${low} as low from (
       select ${facetBits(facet, "t")} as fp from ${tableSql(table)} t ${held} offset 0) rows`,
  );
  const [row] = rows;
  return row === undefined ? emptySum : sumFromSql(row.count, row.high, row.low);
}

/** Merged rows with a value in a facet that nobody holds. A column with a default is never empty and says nothing. */
async function countLeftovers(session: Session, run: number, table: TableModel, facet: FacetModel): Promise<number> {
  if (table.duplicates !== "merge") return 0;
  const own = ownColumns(table, facet).filter(({ defaultSql }) => defaultSql === undefined);
  if (own.length === 0) return 0;
  const { rows } = await session.query<{ count: string }>(
    `select count(*) from ${tableSql(table)} t join (${heldKeys(run, table)}) r on ${keyEquals(table, "t", "r.key")}
     where (${own.map(({ name }) => `t.${quote(name)} is not null`).join(" or ")})
     and not exists (select from ${holding(run, table, facet, "h")} where h.key = r.key)`,
  );
  return Number(rows[0]?.count ?? 0);
}

const NOTHING: Group = { count: 0, examples: [] };
const NO_DIFFERENCES: Differences = { missing: NOTHING, different: NOTHING, unexpected: NOTHING };

async function findDifferences(session: Session, run: number, table: TableModel): Promise<Differences> {
  const lines = table.facets.map((facet) => ({ facet, from: holding(run, table, facet, "h") }));
  const key = table.primaryKey.map(({ name, type }) => keySql(type, `t.${quote(name)}`)).join(", ");
  const some = (selects: readonly string[]) => group(session, table, selects.join(" union all "));
  return {
    missing: await some(
      lines.map(
        ({ from }) =>
          `select h.key, h.source from ${from} where not exists (select from ${tableSql(table)} t where ${keyEquals(table, "t", "h.key")})`,
      ),
    ),
    different: await some(
      lines.map(
        ({ facet, from }) =>
          `select h.key, h.source from ${from} join ${tableSql(table)} t on ${keyEquals(table, "t", "h.key")} where ${facetFingerprint(facet, "t")} <> h.row_fp`,
      ),
    ),
    unexpected: await some([
      `select array[${key}] as key, null::text as source from ${tableSql(table)} t
       where not exists (select from (${heldKeys(run, table)}) h where ${keyEquals(table, "t", "h.key")})`,
    ]),
  };
}

/** Counts what a query of `key` and `source` finds, and names the first by key. */
export async function group(session: Session, table: TableModel, select: string): Promise<Group> {
  const { rows } = await session.query<Found>(firstOf(select));
  return groupOf(table, rows);
}

/** One of those found, beside their number. */
export interface Found {
  readonly count: string;
  readonly key: string[];
  readonly source: string | null;
}

export const firstOf = (select: string): string =>
  `select count(*) over () as count, key, source from (${select}) found order by key, source limit ${EXAMPLES}`;

/**
 * As `firstOf`, of a query that also gives the `parent` each row misses, or NULL: by parent how many, the first of each before the
 * second of any.
 */
export const firstOfEach = (select: string): string =>
  `select *, count(*) filter (where n = 1) over () as parents from (
     select count(*) over () as count, count(*) over (partition by parent) as siblings,
       row_number() over (partition by parent order by key, source) as n, key, source, parent from (${select}) found) numbered
   where n <= ${EXAMPLES} order by n, siblings desc, key, source limit ${MOST_PARENTS}`;

/** What `firstOfEach` gives. */
export interface Orphan extends Found {
  readonly parent: string[] | null;
  readonly parents: string;
  readonly siblings: string;
  readonly n: string;
}

export interface Orphans extends Group {
  readonly missing: MissingParents;
}

export function orphansOf(table: TableModel, rows: readonly Orphan[]): Orphans {
  const first = rows.flatMap(({ n, parent, siblings }, at) =>
    Number(n) === 1 && parent !== null
      ? [{ key: parent, rows: Number(siblings), ...groupOf(table, rows.slice(at, at + 1)) }]
      : [],
  );
  const { count, examples } = groupOf(table, rows.slice(0, EXAMPLES));
  return {
    count,
    examples: examples.map((each, at) => {
      const parent = rows[at]?.parent;
      return parent == null ? each : { ...each, parent };
    }),
    missing: {
      count: Number(rows[0]?.parents ?? 0),
      first: first.map(({ key, rows: children, examples }) => ({ key, rows: children, examples })),
    },
  };
}

export function groupOf(table: TableModel, rows: readonly Found[]): Group {
  const examples = rows.map(
    ({ key, source }): Example => ({ table: table.name, key, ...(source === null ? {} : { source }) }),
  );
  return { count: Number(rows[0]?.count ?? 0), examples };
}
