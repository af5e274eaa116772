/** The checks of what the source gave: counted once, read again, nothing left out. */

import { sameSum } from "../decode/fingerprint.ts";
import { NAMELESS } from "../decode/refusal.ts";
import { commandLine } from "../typed.ts";
import {
  COLLISION,
  CONFLICT,
  counted,
  DIFFERENCE,
  type Discrepancy,
  type Evidence,
  found,
  RUN_AGAIN,
  unread,
} from "./discrepancy.ts";
import type { Named, Names } from "./name-counts.ts";
import { type LostAcceptances, openIn, type Pending, type PendingGroup } from "./pending.ts";
import type { SpotFacts } from "./spot-check.ts";
import { type ItemCounts, totalCounts } from "./tally.ts";

const accounted = ({ read: _, ...fates }: ItemCounts): number =>
  Object.values(fates).reduce((sum, count) => sum + count, 0);

/** Accounting: every item read is counted exactly once (I1). */
export function checkAccounting({ tally, ledger }: Evidence): Discrepancy[] {
  const entities = Object.entries(tally.entities).filter(([, counts]) => counts.read !== accounted(counts));
  const total = totalCounts(tally);
  const quarantined = ledger.waiting.reduce((sum, { table, count }) => sum + (table === null ? count : 0), 0);
  return [
    ...entities.map(([name, counts]) =>
      found(
        "accounting",
        name,
        `${counts.read} items read, but ${accounted(counts)} accounted for`,
        RUN_AGAIN,
        Math.abs(counts.read - accounted(counts)),
      ),
    ),
    ...(tally.read === total.read
      ? []
      : [
          found(
            "accounting",
            "all items",
            `${tally.read} items read from the source, but ${total.read} decoded`,
            RUN_AGAIN,
            Math.abs(tally.read - total.read),
          ),
        ]),
    ...(quarantined === total.quarantined
      ? []
      : [
          found(
            "accounting",
            "quarantine",
            `${total.quarantined} items counted as quarantined, but ${quarantined} are in quarantine`,
            RUN_AGAIN,
            Math.abs(quarantined - total.quarantined),
          ),
        ]),
  ];
}

/** Spot checks: single items read again agree with their rows. What was written to since is no fault of the copy. */
export function checkSpots({ wrong, sampled, examples, impossible }: SpotFacts): Discrepancy[] {
  if (impossible !== undefined) {
    return [
      found(
        "spot checks",
        "the source",
        impossible,
        "migrate from a source that can be read again, or take the other checks for what they are",
      ),
    ];
  }
  if (wrong === 0) return [];
  const named = examples.filter(({ kind }) => kind === "wrong");
  const details = [...new Set(named.map(({ detail }) => detail))].join("; ");
  const remedy =
    "find out who writes to the tables, and run repair --force; where nobody does, this is a fault of the migration";
  const tables = [...new Set(named.map(({ table = "" }) => table))];
  return [
    {
      ...found(
        "spot checks",
        "single items",
        `${wrong} of ${sampled} items read again disagree with their rows: ${details}`,
        remedy,
        wrong,
        named,
      ),
      about: { kind: "items differ", tables },
    },
  ];
}

/** Whether a second reading of the source gives the items the copy read. */
export function checkRecount({ recount, tally }: Evidence): Discrepancy[] {
  if (recount === undefined || sameSum(recount, tally.keys)) return [];
  const problem = `the copy read ${tally.keys.count} items, a second reading gives ${recount.count}${recount.count === tally.keys.count ? ", but others" : ""}`;
  const remedy =
    "where the source is written to, freeze it and run migrate again; where it is not, the first reading missed items";
  return [found("recount", "the source", problem, remedy, Math.max(1, Math.abs(recount.count - tally.keys.count)))];
}

const REMEDIES: Readonly<Record<string, string>> = {
  collision: `two items give one row: ${COLLISION}`,
  conflict: `copies of one row differ: ${CONFLICT}`,
  "differing-parts": `two items say different things of one column: ${DIFFERENCE}`,
  "foreign-row":
    "a row of somebody else, or one that was changed here since, has this key, and was not overwritten: remove it and run repair",
};

/** How all that waits for one reason is let go. */
const acceptAll = ({ reason, entity }: Pick<PendingGroup, "reason" | "entity">): string =>
  commandLine(
    "accept",
    ["--reason-code", reason, ...(entity === null ? [] : ["--entity", entity]), "--all", "--reason", "TEXT"],
    [],
  );

function checkWaiting(group: PendingGroup): Discrepancy[] {
  const count = openIn(group);
  if (count === 0) return [];
  const { table, reason, entity } = group;
  const named = group.examples.filter(({ accepted }) => accepted === null);
  return [
    table === null
      ? {
          ...found(
            "completeness",
            entity ?? "items of no entity",
            `${counted(count, "item is", "items are")} in quarantine: ${reason}`,
            `correct ${count === 1 ? "it" : "them"} in the source and run repair, or the mapping as below and run ${entity === null ? "migrate" : "migrate --remap"}; or let ${count === 1 ? "it" : "them"} go: ${acceptAll(group)}`,
            count,
            named.map(({ source }) => ({ source })),
          ),
          section: "quarantine",
          about: { kind: "quarantine", reason, entity },
          command: acceptAll(group),
        }
      : {
          command: acceptAll(group),
          ...found(
            "completeness",
            table,
            `${counted(count, "contribution does not hold its", "contributions do not hold their")} row: ${reason}`,
            `${REMEDIES[reason] ?? "look at both items"}; or let what waits go: ${acceptAll(group)}`,
            count,
            named.map(({ key, source, holder }: Pending) => ({
              table,
              source,
              holder,
              ...(key === null ? {} : { key }),
            })),
          ),
        },
  ];
}

/** What was let go as it was then, and is not so any more, is told again, and that it was let go once. */
const checkLost = (lost: LostAcceptances): Discrepancy => {
  const since =
    lost.since === "item"
      ? "the item, or what the mapping makes of it, is another one since"
      : "another row or item stands in its place since";
  return {
    command: acceptAll(lost),
    ...found(
      "completeness",
      lost.entity ?? "items of no entity",
      `${counted(lost.count, "acceptance holds", "acceptances hold")} no more: ${since}`,
      `look at what waits now (list-quarantine), and let it go anew: ${acceptAll(lost)}`,
      lost.count,
      lost.examples,
    ),
  };
};

/** Each name nobody reads; those that are too many to tell apart, together. */
function checkUnmapped(entity: string, { named, beyond }: Names, exports: Evidence["exports"] = []): Discrepancy[] {
  // Only an old image says that an item has lost what it had.
  const isCountedOn = exports.some(({ from, images }) => from !== undefined && images === "new");
  const anew = isCountedOn ? "; or, where it has been removed from the items since, migrate a new full export" : "";
  const told = (subject: string, problem: string, remedy: string, { count, example }: Named) =>
    found("completeness", subject, problem, `${remedy}${anew}`, count, [{ source: example }]);
  return [
    ...Object.entries(named).map(([path, each]) => {
      const problem = `${counted(each.count, "item has", "items have")} it and no column takes it`;
      return told(`${entity}.${path}`, problem, unread(entity, path), each);
    }),
    ...(beyond === undefined
      ? []
      : [
          told(
            entity,
            `beside the ${Object.keys(named).length} names above no column takes ${counted(beyond.count, "value", "values")} under further names`,
            "where names are made of data, take them as one, with rest() or as the map they stand in, and run migrate --remap",
            beyond,
          ),
        ]),
  ];
}

/** Completeness: nothing unmapped, unmatched, contested, quarantined or stale. */
export function checkCompleteness({ tally, ledger, isEmptyAllowed, exports }: Evidence): Discrepancy[] {
  const nameless = ledger.waiting
    .filter(({ reason }) => NAMELESS.some((each) => each === reason))
    .reduce((sum, { count }) => sum + count, 0);
  const empty = "check its name, region and account; if it is meant to be empty, run migrate --allow-empty";
  return [
    ...(tally.read > 0 || isEmptyAllowed ? [] : [found("completeness", "the source", "it gave no item at all", empty)]),
    ...Object.entries(tally.unmapped).flatMap(([entity, names]) => checkUnmapped(entity, names, exports)),
    ...ledger.waiting.flatMap(checkWaiting),
    ...ledger.lost.map(checkLost),
    ...ledger.stale.map(({ entity, quarantined, items, rows, examples }) => ({
      ...(quarantined ? { about: { kind: "rows behind quarantine" as const, entity } } : {}),
      ...found(
        "completeness",
        entity,
        quarantined
          ? `${counted(items, "item", "items")} in quarantine left ${counted(rows, "row", "rows")} of an earlier pass behind`
          : `${counted(items, "item", "items")} left ${counted(rows, "row", "rows")} behind that the source no longer gives`,
        quarantined
          ? "correct the items in the source and run repair; or accept them: their rows stay then, until migrate --prune removes them"
          : nameless === 0
            ? "run migrate --prune to remove them"
            : `nothing is pruned while ${counted(nameless, "item has", "items have")} no key that can be read, as any of these may be meant: correct the source, and run migrate --prune`,
        items,
        examples,
      ),
    })),
    ...ledger.unremoved.map(({ table, count, examples }) =>
      found(
        "completeness",
        table,
        `${counted(count, "row was to be removed and is", "rows were to be removed and are")} still there: changed since, or kept by a trigger`,
        "remove what you do not want to keep, or run repair --force, which does",
        count,
        examples,
      ),
    ),
  ];
}
