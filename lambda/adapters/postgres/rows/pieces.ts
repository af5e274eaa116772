/**
 * Items that are new or changed → their rows and lines, a piece at a time: what is sent never stands in memory whole, and
 * neither does what an item gave before (I8). To be called inside a savepoint, which takes all of it back.
 */
import type { Decoded } from "../../../domain/decode/decode.ts";
import { Difference, NO_CHANGES, type Offer } from "../../../domain/decode/diff.ts";
import { piecesOf, weightOf } from "../../../domain/decode/pieces.ts";
import { addItems, changeItems, type KnownItem, lockItems } from "../ledger/items/items.ts";
import { linesOf } from "../ledger/items/lines.ts";
import type { Session } from "../session/connection.ts";
import { type WritePlace, writeChanges } from "./changes.ts";

/** `known` are those of the items that the ledger knows. */
export async function writePieces(
  session: Session,
  where: WritePlace,
  items: readonly Decoded[],
  known: ReadonlyMap<string, KnownItem>,
): Promise<void> {
  const old = items.flatMap((by) => {
    const is = known.get(by.item);
    return is === undefined ? [] : [{ ...is, by }];
  });
  const numbers = new Map(old.map(({ id, by }) => [by.item, id]));
  if (old.length > 0) {
    await lockItems(session, old);
    await changeItems(session, where, old);
  }
  const fresh = items.filter(({ item }) => !known.has(item));
  for (const [item, id] of await addItems(session, where, fresh)) numbers.set(item, id);
  const place = { ...where, numbers };
  if (old.length > 0) {
    const again = old.map(({ by }) => by);
    const difference = new Difference(() => offersOf(again));
    const hashes = again.map(({ item }) => item);
    for await (const lines of linesOf(session, place, hashes)) {
      const gone = difference.meet(lines);
      if (gone.length > 0) await writeChanges(session, place, { ...NO_CHANGES, gone });
    }
    for (const changed of piecesOf(difference.changed(), ({ offer }) => weigh(offer)))
      await writeChanges(session, place, { ...NO_CHANGES, changed });
    for (const added of piecesOf(difference.added(), weigh))
      await writeChanges(session, place, { ...NO_CHANGES, added });
  }
  for (const added of piecesOf(offersOf(fresh), weigh)) await writeChanges(session, place, { ...NO_CHANGES, added });
}

export function* offersOf(items: readonly Decoded[]): Generator<Offer> {
  for (const by of items)
    if (by.outcome.kind === "rows") for (const contribution of by.outcome.contributions) yield { by, contribution };
}

const weigh = ({ by, contribution }: Offer): number => weightOf(contribution) + by.source.length;
