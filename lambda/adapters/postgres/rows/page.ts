/**
 * One decoded page → one transaction: rows, audit lines, quarantined items, what was seen, the tally and the cursor (I3).
 * The page is a stream, flushed a batch at a time inside that transaction, and an item that is more than a batch a piece at a time (I8).
 */
import type { Decoded } from "../../../domain/decode/decode.ts";
import { weightOf } from "../../../domain/decode/pieces.ts";
import { must } from "../../../domain/must.ts";
import type { PageItems } from "../../../ports/units.ts";
import { knownItems, unknownVersions, type Version, versionOf } from "../ledger/items/items.ts";
import { leaveBehind } from "../ledger/items/left-behind.ts";
import * as quarantine from "../ledger/items/quarantine.ts";
import type { Taken } from "../ledger/passes/seen.ts";
import type { Session } from "../session/connection.ts";
import { refusedRow } from "../session/errors.ts";
import { inSavepoint } from "../session/savepoint.ts";
import type { WritePlace } from "./changes.ts";
import { copyWhole } from "./copied.ts";
import { halving } from "./halving.ts";
import { writePieces } from "./pieces.ts";
import { WrongWay } from "./straight.ts";

/** 4 MB of values, or 10,000 contributions, in one batch of statements. */
const BATCH_BYTES = 4_000_000;
const BATCH_ROWS = 10_000;

/**
 * Writes the items of one page, and tells what became of each, in their order. To be called inside a transaction. Where it is to be
 * strict, what a trigger of others would refuse only at the commit is asked for after each batch, where the item can still be told.
 */
export async function writeItems(
  session: Session,
  place: WritePlace,
  items: PageItems,
  isStrict = false,
): Promise<Taken[]> {
  if (place.meets === "unchanged") return writeMetAgain(session, place, items, isStrict);
  const whole = place.meets === "new" && !isStrict ? await atOnce(session, place, items) : undefined;
  return whole ?? writeAll(session, place, items, isStrict);
}

async function writeAll(
  session: Session,
  place: WritePlace,
  items: Iterable<Decoded>,
  isStrict: boolean,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (const batch of batches(items)) taken.push(...(await writeBatch(session, place, batch, isStrict)));
  return taken;
}

/** Of items that have not changed nothing is kept until the ledger has been asked: what is to be written is decoded again. */
async function writeMetAgain(
  session: Session,
  place: WritePlace,
  items: PageItems,
  isStrict: boolean,
): Promise<Taken[]> {
  const met = Array.from(items, (each) => ({ ...versionOf(each), kind: each.outcome.kind }));
  const unknown = await unknownVersions(session, place, met);
  const twice = twiceIn(met);
  const work = met.flatMap(({ item, kind }, at) => {
    const isWritten =
      kind === "rows" ? unknown.has(at) || twice.has(item) : kind === "quarantined" || place.keepsLeft === true;
    return isWritten ? [at] : [];
  });
  const again = work.values().map((at) => must(items.at(at), "it was met"));
  const written = await writeAll(session, place, again, isStrict);
  const taken = new Map(work.map((at, index) => [at, must(written[index], "what became of each is told")]));
  return met.map(
    ({ item, version, kind }, at) => taken.get(at) ?? { item, version, fate: kind === "rows" ? "unchanged" : kind },
  );
}

/** What one of them does to an item may make the other a change. */
function twiceIn(met: readonly Version[]): ReadonlySet<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { item } of met) (once.has(item) ? twice : once).add(item);
  return twice;
}

/** Undefined where Postgres refuses something: which item it was is to be found. */
async function atOnce(session: Session, place: WritePlace, items: Iterable<Decoded>): Promise<Taken[] | undefined> {
  for (;;) {
    try {
      return await inSavepoint(session, () => copyWhole(session, place, items));
    } catch (error) {
      if (error instanceof WrongWay) continue;
      if (refusedRow(error) === undefined) throw error;
      return undefined;
    }
  }
}

/** What is a batch by its rows alone is not weighed. */
function sizeOf({ outcome }: Decoded): { bytes: number; rows: number } {
  if (outcome.kind !== "rows") return { bytes: 0, rows: 0 };
  const { contributions } = outcome;
  const rows = contributions.length;
  let bytes = 0;
  if (rows <= BATCH_ROWS) for (const contribution of contributions) bytes += weightOf(contribution);
  return { bytes, rows };
}

/** Cuts a page where a batch is large enough, and before an item that the batch already holds. */
function* batches(items: Iterable<Decoded>): Generator<Decoded[]> {
  let batch: Decoded[] = [];
  let inBatch = new Set<string>();
  let [bytes, rows] = [0, 0];
  for (const item of items) {
    if (bytes > BATCH_BYTES || rows > BATCH_ROWS || inBatch.has(item.item)) {
      yield batch;
      [batch, inBatch, bytes, rows] = [[], new Set(), 0, 0];
    }
    const size = sizeOf(item);
    batch.push(item);
    inBatch.add(item.item);
    bytes += size.bytes;
    rows += size.rows;
  }
  if (batch.length > 0) yield batch;
}

/** Writes a batch; where Postgres refuses a value, the item that holds it is quarantined alone. */
async function writeBatch(
  session: Session,
  place: WritePlace,
  batch: readonly Decoded[],
  isStrict: boolean,
): Promise<Taken[]> {
  const taken = await halving(session, batch, {
    write: async (some) => {
      const whole = await writeWhole(session, place, some);
      if (isStrict) await session.query("set constraints all immediate");
      return whole;
    },
    refused: async (only, code) => {
      const detail = `Postgres refused a row of this item with SQLSTATE ${code}; look at the table's checks and limits`;
      await quarantine.put(session, place, [{ by: only, reason: "postgres-refused", detail }]);
      return [{ ...versionOf(only), fate: "quarantined" as const }];
    },
    again: (error) => error instanceof WrongWay,
  });
  return taken.flat();
}

async function writeWhole(session: Session, place: WritePlace, batch: readonly Decoded[]): Promise<Taken[]> {
  const hashes = batch.map(({ item }) => item);
  const known = place.meets === "new" ? new Map() : await knownItems(session, place, hashes);
  const isUnchanged = ({ item, fingerprint }: Decoded): boolean => known.get(item)?.fingerprint === fingerprint;
  const changed = batch.filter((each) => each.outcome.kind === "rows" && !isUnchanged(each));
  const putAway = await quarantine.stillPutAway(
    session,
    place,
    changed.filter(({ item }) => known.has(item)),
  );
  await quarantine.put(
    session,
    place,
    batch.flatMap((by) => (by.outcome.kind === "quarantined" ? [{ by, ...by.outcome.refusal }] : [])),
  );

  if (place.keepsLeft === true) await leaveBehind(session, place, batch);
  const work = changed.filter(({ item }) => !putAway.has(item));
  await writePieces(session, place, work, known);
  return batch.map((each) => {
    const { kind } = each.outcome;
    const written = isUnchanged(each) ? "unchanged" : putAway.has(each.item) ? "quarantined" : "migrated";
    return { ...versionOf(each), fate: kind === "rows" ? written : kind };
  });
}
