/** The ledger's items in the order of their hashes → a sample; contributions → the columns their rows have now. */
import { sourceHash } from "../../../domain/decode/fingerprint.ts";
import type { HeldRow, SampledItem } from "../../../domain/proof/spot-check.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { Given, SpotRows } from "../../../ports/spot-rows.ts";
import { isParked } from "../ledger/items/holding.ts";
import { itemsFrom } from "../ledger/items/sample.ts";
import { keptOf } from "../ledger/passes/seen.ts";
import { canonicalSql } from "../session/canonical.ts";
import type { Session } from "../session/connection.ts";
import { lookingUp } from "../session/lookups.ts";
import type { Sessions } from "../session/sessions.ts";
import { arrayText, keyEquals, quote, tableSql } from "../session/sql.ts";

export function spotRows(sessions: Sessions, mapping: Mapping): SpotRows {
  return {
    sample: (run, seed, perEntity) =>
      sessions.use(async (session) => {
        const drawn: SampledItem[] = [];
        for (const entity of mapping.entities) {
          const found = await drawEntity(session, run, entity.index, seed, perEntity);
          drawn.push(...found.map((row) => ({ ...row, entity: entity.name })));
        }
        const items = drawn.map(({ item }) => item);
        const kept = await keptOf(session, run, items);
        return drawn.filter(({ item }) => kept.has(item));
      }),
    rows: (run, given) =>
      sessions.use((session) =>
        lookingUp(session, async () => {
          const held = new Map<Given, HeldRow>();
          for (const rows of Map.groupBy(given, ({ contribution }) => contribution.facet).values()) {
            const found = await heldRows(session, run, rows);
            for (const [at, row] of rows.entries()) held.set(row, found[at] ?? { kind: "missing" });
          }
          return given.map((each) => held.get(each) ?? { kind: "missing" });
        }),
      ),
  };
}

/** An item's hash is as good as random: the items that follow a random hash are a random sample, and the index finds them. */
async function drawEntity(
  session: Session,
  run: Run,
  entity: number,
  seed: number,
  count: number,
): Promise<Omit<SampledItem, "entity">[]> {
  const start = sourceHash(`spot check ${seed}`, String(entity));
  const after = await itemsFrom(session, run, entity, { start, limit: count });
  if (after.length === count) return after;
  return [...after, ...(await itemsFrom(session, run, entity, { end: start, limit: count - after.length }))];
}

/** The rows of one facet, one for each contribution, in order. */
async function heldRows(session: Session, run: Run, rows: readonly Given[]): Promise<HeldRow[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const { table, facet } = first.contribution;
  const values = facet.columns.map(({ name, type }) => canonicalSql(type, `t.${quote(name)}`)).join(", ");
  const { rows: found } = await session.query<{ there: boolean; parked: boolean; values: (string | null)[] }>(
    `select t.${quote(table.primaryKey[0]?.name ?? "")} is not null as there, array[${values}] as values,
       ${isParked(run.id, table, facet, "s.key::text[]", "s.item")} as parked
     from unnest($1::text[], $2::uuid[]) with ordinality s(key, item, n)
     left join ${tableSql(table)} t on ${keyEquals(table, "t", "(s.key::text[])")} order by s.n`,
    [rows.map(({ contribution }) => arrayText(contribution.key)), rows.map(({ item }) => item)],
  );
  return found.map(({ there, parked, values: columns }) => {
    if (parked) return { kind: "parked" };
    return there ? { kind: "held", values: columns } : { kind: "missing" };
  });
}
