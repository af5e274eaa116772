/** The ledger → what the target must hold, and everything about the source that a verdict has to know. */

import type { Example, LedgerFacts } from "../../../domain/proof/evidence.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { decisionsIn, pendingGroups, quarantined } from "../ledger/pending.ts";
import { keptItems } from "../ledger/seen.ts";
import { unremoved } from "../rows/unremoved.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER } from "../session/sql.ts";

const EXAMPLES = 10;

export async function ledgerFacts(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts> {
  return {
    waiting: await pendingGroups(session, run, mapping, EXAMPLES),
    ...(await decisionsIn(session, run, mapping)),
    stale: await stale(session, run, mapping),
    unremoved: await unremoved(session, run.id, mapping),
  };
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
