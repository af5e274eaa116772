/** What an operator calls an item → the items of that name. */
import type { Run } from "../../../../ports/runs.ts";
import type { ItemName } from "../../../../ports/trace.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";

/** As log.ts and `keyedHash` have it. */
const hashOf = (source: string, { id }: Run): string =>
  `left(encode(sha256(convert_to((select log_key::text from ${LEDGER}.run where id = ${id}) || ${source}, 'UTF8')), 'hex'), 16)`;

/** A condition on the column `source`, on what goes in as parameter `$1`. */
function matching(run: Run, name: ItemName): readonly [string, readonly string[]] {
  if ("sources" in name) return ["source = any($1::text[])", name.sources];
  if ("beginnings" in name)
    return [
      "exists (select from unnest($1::text[]) b(beginning) where starts_with(source, beginning))",
      name.beginnings,
    ];
  return [`${hashOf("source", run)} = any($1::text[])`, [name.hash]];
}

export interface NamedItem {
  readonly item: string;
  readonly source: string;
}

export interface NamedItems {
  readonly count: number;
  readonly items: readonly NamedItem[];
}

/** Items with lines, and those in quarantine, met by that pass or by any: by key, so many of them at the most. All are counted. */
export async function namedItems(
  session: Session,
  run: Run,
  name: ItemName,
  { pass, most }: { readonly pass?: number; readonly most?: number },
): Promise<NamedItems> {
  const [matches, values] = matching(run, name);
  const { rows } = await session.query<{ item: string; source: string; count: string }>(
    `select item, source, count(*) over () as count from (
       select hash as item, source from ${LEDGER}.item where run = ${run.id} and ${matches}
       union select item, source from ${LEDGER}.quarantine
         where run = ${run.id} and last_seen = ${pass ?? "last_seen"} and ${matches}
     ) known order by source limit ${most ?? "all"}`,
    [values],
  );
  return { count: Number(rows[0]?.count ?? 0), items: rows };
}
