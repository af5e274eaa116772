/** What an operator calls an item → a condition on the ledger's lines. */
import type { Run } from "../../../ports/runs.ts";
import type { ItemName } from "../../../ports/trace.ts";
import { LEDGER } from "../session/sql.ts";

/** As log.ts and `keyedHash` have it. */
const hashOf = (source: string, { id }: Run): string =>
  `left(encode(sha256(convert_to((select log_key::text from ${LEDGER}.run where id = ${id}) || ${source}, 'UTF8')), 'hex'), 16)`;

/** On `source`, a column of the ledger; the value goes in as parameter `$n`. */
export function itemCondition(
  run: Run,
  name: ItemName,
  source: string,
  n: number,
): readonly [string, readonly string[]] {
  if ("sources" in name) return [`${source} = any($${n}::text[])`, name.sources];
  if ("beginnings" in name)
    return [
      `exists (select from unnest($${n}::text[]) b(beginning) where starts_with(${source}, beginning))`,
      name.beginnings,
    ];
  return [`${hashOf(source, run)} = any($${n}::text[])`, [name.hash]];
}
