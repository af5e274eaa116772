/** What an operator lets go → lines of the ledger. What there is to let go is what the proof counts as open, and nothing else. */

import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { must } from "../../../domain/must.ts";
import { counted } from "../../../domain/proof/discrepancy.ts";
import { openIn } from "../../../domain/proof/pending.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Accepted, Choice } from "../../../ports/decisions.ts";
import type { Run } from "../../../ports/runs.ts";
import { namedItems } from "../ledger/items/item-name.ts";
import { acceptPending } from "../ledger/passes/accepted.ts";
import { pendingGroups } from "../ledger/passes/pending.ts";
import { moveRun } from "../ledger/run/phases.ts";
import { itemFaults } from "../proof/item-faults.ts";
import type { Session } from "../session/connection.ts";

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
  // Whatever is being copied, repaired or settled may still change what waits, and for what.
  await moveRun(session, run.id, "accept", { since: run, refusal: notSettled });
  if (!("item" in choice)) return acceptAll(session, run, mapping, choice, reason);
  const { items: named } = await namedItems(session, run, choice.item, { pass: run.pass });
  const picked = await acceptPending(session, run, mapping, { items: named.map(({ item }) => item) }, reason);
  // One that waits among several of that name is meant; of two that wait nobody knows which.
  if (picked.items > 1) throw refused("more than one item of that name waits", "say the sort key, too");
  const source = picked.sources[0];
  const item = named.find((each) => each.source === source) ?? (named.length === 1 ? named[0] : undefined);
  const remains = item === undefined ? [] : await itemFaults(session, run, mapping, item.item);
  if (source !== undefined) return { items: 1, source, groups: picked.groups, remains };
  throw nothingWaits(run, named.length, remains);
}

const notSettled = ({ id, pass, phase }: Run): MigrationError => {
  const problem = `pass ${pass} of run ${id} is in phase ${phase}: what waits for a decision is not known yet`;
  return refused(problem, "run the same command again until it ends (migrate, repair or rollback), then accept");
};

async function acceptAll(
  session: Session,
  run: Run,
  mapping: Mapping,
  chosen: Extract<Choice, { reasonCode: string | undefined }>,
  reason: string,
): Promise<Accepted> {
  const { reasonCode, entity } = chosen;
  const { items, groups } = await acceptPending(session, run, mapping, chosen, reason);
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
