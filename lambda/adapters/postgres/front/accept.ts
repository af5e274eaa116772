/** What an operator lets go → lines of the ledger. What there is to let go is what the proof counts as open, and nothing else. */

import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { must } from "../../../domain/must.ts";
import { counted } from "../../../domain/proof/discrepancy.ts";
import { openIn } from "../../../domain/proof/pending.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Accepted, Choice } from "../../../ports/decisions.ts";
import type { Run } from "../../../ports/runs.ts";
import type { ItemName } from "../../../ports/trace.ts";
import { itemCondition } from "../ledger/item-name.ts";
import { namesOf, pending, pendingGroups } from "../ledger/pending.ts";
import { lockRun, movedOn, sealed } from "../ledger/runs.ts";
import { itemFaults } from "../proof/item-faults.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER } from "../session/sql.ts";

const refused = (problem: string, remedy: string, findings?: readonly Finding[]): MigrationError =>
  new MigrationError("not-accepted", problem, remedy, findings === undefined ? {} : { findings });

/** To be called inside a transaction, which holds the run as it is. */
export async function accept(
  session: Session,
  run: Run,
  mapping: Mapping,
  choice: Choice,
  reason: string,
): Promise<Accepted> {
  await holdSettled(session, run);
  if (!("item" in choice)) return acceptAll(session, run, mapping, choice, reason);
  const named = await namedItems(session, run, choice.item);
  const picked = await write(session, run, mapping, reason, [
    "item = any($3::uuid[])",
    [named.map(({ item }) => item)],
  ]);
  // One that waits among several of that name is meant; of two that wait nobody knows which.
  if (picked.items > 1) throw refused("more than one item of that name waits", "say the sort key, too");
  const source = picked.sources[0];
  const item = named.find((each) => each.source === source) ?? (named.length === 1 ? named[0] : undefined);
  const remains = item === undefined ? [] : await itemFaults(session, run, mapping, item.item);
  if (source !== undefined) return { items: 1, source, groups: picked.groups, remains };
  throw nothingWaits(run, named.length, remains);
}

/** Whatever is being copied, repaired or settled may still change what waits, and for what. */
async function holdSettled(session: Session, run: Run): Promise<void> {
  const now = await lockRun(session, run.id);
  if (now === undefined || now.epoch !== run.epoch) throw movedOn(run);
  if (now.sealedAt !== undefined) throw sealed(run.id);
  if (now.phase !== "verify" && now.phase !== "ended") {
    const problem = `pass ${run.pass} of run ${run.id} is in phase ${now.phase}: what waits for a decision is not known yet`;
    throw refused(problem, "run the same command again until it ends (migrate, repair or rollback), then accept");
  }
}

async function namedItems(session: Session, run: Run, name: ItemName) {
  const [matches, values] = itemCondition(run, name, "k.source", 1);
  const { rows } = await session.query<{ item: string; source: string }>(
    `select k.hash as item, k.source from ${LEDGER}.item k where k.run = ${run.id} and ${matches}
     union select k.item, k.source from ${LEDGER}.quarantine k where k.run = ${run.id} and k.last_seen = ${run.pass} and ${matches}`,
    [values],
  );
  return rows;
}

type Picked = Omit<Accepted, "source" | "remains"> & { readonly sources: readonly string[] };

/** Writes down everything open that meets a condition. What was accepted for the same reason keeps its time. */
async function write(
  session: Session,
  run: Run,
  mapping: Mapping,
  reason: string,
  [which, values]: readonly [string, readonly unknown[]],
): Promise<Picked> {
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

async function acceptAll(
  session: Session,
  run: Run,
  mapping: Mapping,
  { reasonCode, entity }: Extract<Choice, { reasonCode: string | undefined }>,
  reason: string,
): Promise<Accepted> {
  const chosen = [
    "($3::text is null or reason = $3) and ($4::text is null or entity = $4)",
    [reasonCode ?? null, entity ?? null],
  ] as const;
  const { items, groups } = await write(session, run, mapping, reason, chosen);
  if (items > 0) return { items, groups, remains: [] };
  const waiting = (await pendingGroups(session, run, mapping, 0)).filter((group) => openIn(group) > 0);
  const told = waiting.map((group) => `${openIn(group)} ${group.reason} (${group.entity ?? "of no entity"})`);
  throw refused(
    `nothing waits for a decision${reasonCode === undefined ? "" : ` as ${reasonCode}`}${entity === undefined ? "" : ` of the entity ${entity}`}`,
    told.length === 0 ? "nothing is to be done: nothing waits at all" : `choose among what waits: ${told.join(", ")}`,
  );
}

/** What is the matter with an item, where nothing is that could be let go. */
function nothingWaits(run: Run, named: number, remains: readonly Finding[]): MigrationError {
  if (remains.length > 0) {
    const problem = `nothing of this item waits for a decision, but ${counted(remains.length, "thing is", "things are")} the matter with it`;
    return refused(problem, must(remains[0], "there is one").remedy, remains);
  }
  if (named === 0) {
    const problem = `the ledger knows no such item: pass ${run.pass} has not read it, or has left it behind as declared`;
    return refused(
      problem,
      "keys are compared letter by letter; `list-quarantine` shows what waits, with the words for each",
    );
  }
  const problem = `nothing of ${named === 1 ? "this item" : "these items"} waits for a decision: what was read of ${named === 1 ? "it" : "them"} stands in its rows`;
  return refused(problem, "see `report` for what is the matter, and `trace` for what became of an item");
}
