/**
 * Items that a window of changes says something of → what they counted as is taken back, and what is no more is removed. What is added is
 * then what they are now, as if nothing had been there before; rows that stay as they are are written by nobody.
 */
import { RunningSum } from "../../../domain/decode/running-sum.ts";
import { type ChangeCounts, NO_ITEMS } from "../../../domain/proof/exports.ts";
import {
  type Fate,
  facetKey,
  NO_ENTITY,
  NO_REMARKS,
  type Note,
  type Tally,
  tallyOfNotes,
} from "../../../domain/proof/tally.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { ChangedItem } from "../../../ports/units.ts";
import { linesOf } from "../ledger/items/lines.ts";
import { type CountedItem, countedItems, forgetWaiting, writtenOf } from "../ledger/passes/counted.ts";
import type { Seen } from "../ledger/passes/seen.ts";
import { correctedOf } from "../ledger/passes/units.ts";
import type { Session } from "../session/connection.ts";
import { removeItems } from "./remove-items.ts";

export interface TakenBack {
  /** What the items counted as. */
  readonly tally: Tally;
  readonly counts: ChangeCounts;
  readonly removed: readonly Seen[];
  /** Items whose rows this pass has written. */
  readonly written: ReadonlySet<string>;
}

/** To be called inside a transaction, before the items are written. */
export async function takeBack(
  session: Session,
  run: Run,
  mapping: Mapping,
  changes: readonly ChangedItem[],
): Promise<TakenBack> {
  const items = changes.map(({ item }) => item);
  const counted = await countedItems(session, run, mapping, items);
  const byItem = Map.groupBy(counted, ({ item }) => item);
  const [told, untold] = [[] as { note: Note; fate: Fate }[], [] as CountedItem[]];
  const unlike: ChangedItem[] = [];
  for (const change of changes) {
    const was = byItem.get(change.item) ?? [];
    const [only, ...others] = was;
    const { before } = change;
    const isSame =
      before === "nothing"
        ? only === undefined
        : before !== undefined && others.length === 0 && only?.version === before.fingerprint;
    if (before !== undefined && !isSame) unlike.push(change);
    // What the source says of before is an account of its own; where it says none, or another, the ledger's is taken.
    if (isSame && only !== undefined && typeof before === "object") told.push({ note: before.note, fate: only.fate });
    else untold.push(...was);
  }
  const written = await writtenOf(session, run, items);
  const tally = tallyOfNotes([...told, ...(await notesOf(session, run, untold))]);
  await forgetWaiting(session, run, items);
  const removals = changes.filter(({ isRemoved }) => isRemoved);
  await removeItems(
    session,
    run,
    mapping,
    removals.map(({ item }) => item),
  );
  const corrected = unlike.length === 0 ? new Set() : await correctedOf(session, run, items);
  const differing = unlike.filter(({ item }) => !corrected.has(item));
  const unknown = removals.filter(({ item }) => !byItem.has(item)).length;
  const examples = differing.slice(0, EXAMPLES).map(({ source }) => ({ source }));
  return {
    tally,
    counts: {
      put: changes.length - removals.length,
      removed: removals.length - unknown,
      unknown,
      differing: differing.length === 0 ? NO_ITEMS : { count: differing.length, examples },
    },
    removed: removals.map(({ item }) => ({ item, version: item, fate: "removed" })),
    written,
  };
}

const EXAMPLES = 10;

/** What the ledger says of items, as a tally counts it. */
async function notesOf(
  session: Session,
  run: Run,
  counted: readonly CountedItem[],
): Promise<{ readonly note: Note; readonly fate: Fate }[]> {
  const facets = new Map<string, Map<string, RunningSum>>();
  const withRows = counted.filter(({ fate }) => fate === "migrated" || fate === "unchanged");
  if (withRows.length > 0) {
    const lines = linesOf(
      session,
      { run: run.id },
      withRows.map(({ item }) => item),
    );
    for await (const some of lines) {
      for (const { item, table, facet, fingerprint } of some) {
        const sums = facets.get(item) ?? new Map<string, RunningSum>();
        facets.set(item, sums);
        const key = facetKey({ index: table }, { index: facet });
        const sum = sums.get(key) ?? new RunningSum();
        sums.set(key, sum);
        sum.add(fingerprint);
      }
    }
  }
  const entities = new Map(counted.flatMap(({ item, entity }) => (entity === null ? [] : [[item, entity]])));
  return counted.map(({ item, source, entity, fate }) => {
    const hasRows = fate === "migrated" || fate === "unchanged";
    const rows = hasRows ? [...(facets.get(item) ?? [])].map(([key, sum]) => ({ key, rows: sum })) : [];
    const note = { item, source, entity: entity ?? entities.get(item) ?? NO_ENTITY, facets: rows, ...NO_REMARKS };
    return { note, fate };
  });
}
