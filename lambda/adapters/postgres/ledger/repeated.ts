/** Versions of items that a pass has read more than once, as the ledger holds them: what their copies count as, before and after. */
import type { Decoded } from "../../../domain/decode/decode.ts";
import { addTallies, copiesTally, type Fate, negated, type Tally } from "../../../domain/proof/tally.ts";
import type { Run } from "../../../ports/runs.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER, unnest } from "../session/sql.ts";
import type { Version } from "./quarantine.ts";

/** How often a version was counted as what. */
export type Counted = Readonly<Partial<Record<Fate, number>>>;

/** What has to be added to a tally so that one copy is what was decided, and every other says it once more. */
export function recounted(decoded: Decoded, counted: Counted, fate: Fate): Tally {
  const copies = Object.values(counted).reduce((sum, count) => sum + count, 0);
  const now = copiesTally(decoded, { [fate]: 1, repeated: copies - 1 });
  return addTallies(now, negated(copiesTally(decoded, counted)));
}

/** From now on these count as that, and are no longer kept. */
export async function markDecided(
  session: Session,
  run: Run,
  decided: readonly (Version & { readonly fate: Fate })[],
): Promise<void> {
  if (decided.length === 0) return;
  await session.query(
    `update ${LEDGER}.repeated r set fate = s.c2, body = null from ${unnest(3)}
     where r.run = ${run.id} and r.pass = ${run.pass} and r.item = s.c0::uuid and r.version = s.c1::uuid`,
    [decided.map(({ item }) => item), decided.map(({ version }) => version), decided.map(({ fate }) => fate)],
  );
}

/** Of these items, the versions that hold the rows of theirs. */
export async function holdersOf(session: Session, run: Run, items: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await session.query<Version>(
    `select item, replace(version::text, '-', '') as version from ${LEDGER}.repeated
     where run = $1 and pass = $2 and item = any($3::uuid[]) and fate in ('migrated', 'unchanged')`,
    [run.id, run.pass, items],
  );
  return new Map(rows.map(({ item, version }) => [item, version]));
}
