/** What an operator lets go, line by line: bound to what waited then, so that whatever is otherwise since is told again. */
import type { Mapping } from "../../../../mapping/model.ts";
import type { Accepted } from "../../../../ports/decisions.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { namesOf, pending } from "./pending.ts";

/** Which of what waits is meant: these items, or every one of a reason and an entity. */
export type Chosen =
  | { readonly items: readonly string[] }
  | { readonly reasonCode: string | undefined; readonly entity: string | undefined };

type Picked = Omit<Accepted, "source" | "remains"> & { readonly sources: readonly string[] };

/** Writes down everything open that is meant. What was accepted for the same reason keeps its time. */
export async function acceptPending(
  session: Session,
  run: Run,
  mapping: Mapping,
  chosen: Chosen,
  reason: string,
): Promise<Picked> {
  const [which, values] =
    "items" in chosen
      ? ["item = any($3::uuid[])", [chosen.items]]
      : [
          "($3::text is null or reason = $3) and ($4::text is null or entity = $4)",
          [chosen.reasonCode ?? null, chosen.entity ?? null],
        ];
  const { rows } = await session.query<
    Record<"count" | "accepted" | "rows" | "items", string> & {
      reason: string;
      entity: string | null;
      table: string | null;
      source: string;
    }
  >(
    `with picked as materialized (select * from (${pending(run)}) p where open and ${which}),
     written as (
       insert into ${LEDGER}.accepted (run, item, tbl, facet, key, held, holder, source, reason)
       select ${run.id}, item, tbl, facet, key, held, place, source, $2 from picked
       on conflict (run, item, tbl, facet, key) do update set held = excluded.held, holder = excluded.holder, reason = excluded.reason, at = now()
       where (accepted.held, accepted.holder, accepted.reason) is distinct from (excluded.held, excluded.holder, excluded.reason))
     select reason, entity, "table", count(*), count(accepted) as accepted, sum(rows) as rows, min(source) as source,
       (select count(distinct item) from picked) as items from picked group by reason, entity, "table" order by "table" nulls first, reason, entity`,
    [namesOf(mapping), reason, ...values],
  );
  const groups = rows.map((row) => ({
    ...{ reason: row.reason, entity: row.entity, table: row.table },
    ...{ count: Number(row.count), accepted: Number(row.accepted), rows: Number(row.rows) },
  }));
  return { items: Number(rows[0]?.items ?? 0), groups, sources: rows.map(({ source }) => source) };
}

/** What was let go with its rows is let go without them: that they are gone is no change nobody has looked at. */
export const letGoWithoutRows = (session: Session, { id }: Run, items: readonly string[]) =>
  session.query(
    `update ${LEDGER}.accepted k set holder = '' where k.run = $1 and k.tbl = 0 and k.item = any($2::uuid[])
       and not exists (select from ${LEDGER}.item i where i.run = k.run and i.hash = k.item)`,
    [id, items],
  );
