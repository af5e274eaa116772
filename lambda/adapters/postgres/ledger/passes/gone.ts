/** Items of a run that the newest pass has not met as rows: what they gave before is stale, until it is removed or let go. */
import type { Example, LedgerFacts } from "../../../../domain/proof/evidence.ts";
import type { Mapping } from "../../../../mapping/model.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { quarantined } from "./pending.ts";
import { keptItems } from "./seen.ts";

const EXAMPLES = 10;

/** As `id`, `item`, `entity` and `source`. */
export const goneItems = (run: Run): string =>
  `select i.id, i.hash as item, i.entity, i.source from ${LEDGER}.item i where i.run = ${run.id}
     and not exists (select from (${keptItems(run)}) s where s.item = i.hash)`;

/** Those that may be removed, as `item`: one in quarantine stays, until it is let go. */
export const removableItems = (run: Run): string =>
  `select g.item from (${goneItems(run)}) g
   where not exists (select from (${quarantined(run)}) q where q.item = g.item and q.accepted is null)`;

/** Whether an item is gone, and not because it waits. */
export async function isGone(session: Session, run: Run, item: string): Promise<boolean> {
  const { rows } = await session.query(
    `select from (${goneItems(run)}) g where g.item = $1 and not exists (select from (${quarantined(run)}) q where q.item = g.item)`,
    [item],
  );
  return rows.length > 0;
}

/** By entity, and apart those in quarantine: what nobody has let go. */
export async function staleItems(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts["stale"]> {
  const { rows } = await session.query<{
    entity: number;
    quarantined: boolean;
    items: string;
    rows: string;
    examples: Example[];
  }>(
    `with gone as (select g.*, (select count(*) from ${LEDGER}.line l where l.item = g.id) as rows from (${goneItems(run)}) g),
     held as (select item, bool_and(accepted is not null) as let_go from (${quarantined(run)}) q group by item),
     numbered as (select gone.*, let_go is not null as quarantined, row_number() over (partition by entity, let_go is not null order by source) as n
       from gone left join held using (item) where let_go is not true)
     select entity, quarantined, count(*) as items, sum(rows) as rows, json_agg(json_build_object('source', source) order by n)
       filter (where n <= ${EXAMPLES}) as examples from numbered group by entity, quarantined order by entity, quarantined`,
  );
  const name = (index: number) => mapping.entities.find((entity) => entity.index === index)?.name ?? `entity ${index}`;
  return rows.map((row) => ({ ...row, entity: name(row.entity), items: Number(row.items), rows: Number(row.rows) }));
}
