/** The ledger → what the target must hold, and everything about the source that a verdict has to know. */

import type { FingerprintSum } from "../../../domain/decode/fingerprint.ts";
import type { Example, LedgerFacts } from "../../../domain/proof/evidence.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { decisionsIn, pendingGroups, quarantined } from "../ledger/pending.ts";
import { keptItems } from "../ledger/seen.ts";
import { unremoved } from "../rows/unremoved.ts";
import { sumFromSql, sumSql } from "../session/canonical.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER } from "../session/sql.ts";

const EXAMPLES = 10;

export async function ledgerFacts(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts> {
  return {
    seen: await facetSums(session, run, `a.item in (${keptItems(run)})`),
    holding: await holdingSums(session, run),
    ...(await keyCounts(session, run, mapping)),
    waiting: await pendingGroups(session, run, mapping, EXAMPLES),
    ...(await decisionsIn(session, run, mapping)),
    stale: await stale(session, run, mapping),
    unremoved: await unremoved(session, run.id, mapping),
  };
}

/** By facet: the sum over the contributions that hold their row. */
export const holdingSums = (session: Session, run: Run) => facetSums(session, run, "a.holds");

async function facetSums(session: Session, run: Run, which: string): Promise<Record<string, FingerprintSum>> {
  const [high, low] = sumSql("a.row_fp");
  const { rows } = await session.query<{ facet: string; count: string; high: string; low: string }>(
    `select a.tbl || '.' || a.facet as facet, count(*), ${high} as high, ${low} as low
     from ${LEDGER}.contribution a where a.run = ${run.id} and ${which} group by a.tbl, a.facet`,
  );
  return Object.fromEntries(rows.map((row) => [row.facet, sumFromSql(row.count, row.high, row.low)]));
}

/** By table name: target keys that are held, and contributions too many for one of each part of a row. */
async function keyCounts(session: Session, run: Run, mapping: Mapping): Promise<Pick<LedgerFacts, "keys" | "doubled">> {
  const { rows } = await session.query<{ tbl: number; keys: string; doubled: string }>(
    `select a.tbl, count(distinct a.key) as keys, count(*) - count(distinct (a.facet, a.key)) as doubled
     from ${LEDGER}.contribution a where a.run = ${run.id} and a.holds group by a.tbl`,
  );
  const of = (which: "keys" | "doubled") =>
    Object.fromEntries(
      mapping.tables.map(({ name, index }) => [name, Number(rows.find(({ tbl }) => tbl === index)?.[which] ?? 0)]),
    );
  return { keys: of("keys"), doubled: of("doubled") };
}

async function stale(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts["stale"]> {
  const { rows } = await session.query<{
    entity: number;
    quarantined: boolean;
    items: string;
    rows: string;
    examples: Example[];
  }>(
    `with gone as (select i.entity, i.hash as item, i.source, (select count(*) from ${LEDGER}.line l where l.item = i.id) as rows from ${LEDGER}.item i
       where i.run = ${run.id} and not exists (select from (${keptItems(run)}) s where s.item = i.hash)),
     held as (select item, bool_and(accepted is not null) as let_go from (${quarantined(run)}) q group by item),
     numbered as (select gone.*, let_go is not null as quarantined, row_number() over (partition by entity, let_go is not null order by source) as n
       from gone left join held using (item) where let_go is not true)
     select entity, quarantined, count(*) as items, sum(rows) as rows, json_agg(json_build_object('source', source) order by n)
       filter (where n <= ${EXAMPLES}) as examples from numbered group by entity, quarantined order by entity, quarantined`,
  );
  const name = (index: number) => mapping.entities.find((entity) => entity.index === index)?.name ?? `entity ${index}`;
  return rows.map((row) => ({ ...row, entity: name(row.entity), items: Number(row.items), rows: Number(row.rows) }));
}
