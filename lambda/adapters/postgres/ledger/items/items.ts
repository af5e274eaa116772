/** Items of a run in the ledger: each stands there once, with what it held when it was last written. */
import type { Decoded } from "../../../../domain/decode/decode.ts";
import { must } from "../../../../domain/must.ts";
import type { Session } from "../../session/connection.ts";
import type { Copying } from "../../session/copies.ts";
import { CopyLines, copyText } from "../../session/copy-text.ts";
import { itemTaken } from "../../session/errors.ts";
import { LEDGER, unnest } from "../../session/sql.ts";
import { NUMBERS, NUMBERS_AT_ONCE } from "../ledger.ts";

/** Where items and lines are written: a run and its pass. */
export interface Place {
  readonly run: number;
  readonly pass: number;
}

/** An item as the ledger knows it. */
export interface KnownItem {
  /** Its number there. */
  readonly id: number;
  /** What it held. */
  readonly fingerprint: string;
}

/** One version of one item. */
export interface Version {
  readonly item: string;
  readonly version: string;
}

export const versionOf = ({ item, fingerprint }: Decoded): Version => ({ item, version: fingerprint });

export const versionArrays = (versions: readonly Version[]) => [
  versions.map(({ item }) => item),
  versions.map(({ version }) => version),
];

/** By hash, those of the items that the ledger knows. */
export async function knownItems(
  session: Session,
  { run }: Place,
  items: readonly string[],
): Promise<Map<string, KnownItem>> {
  const { rows } = await session.query<{ hash: string; id: string; fingerprint: string }>(
    `select hash, id, replace(fp::text, '-', '') as fingerprint from ${LEDGER}.item where run = $1 and hash = any($2::uuid[])`,
    [run, items],
  );
  return new Map(rows.map(({ hash, id, fingerprint }) => [hash, { id: Number(id), fingerprint }]));
}

/** Of these versions of items, which the ledger does not hold: by where they stand here. */
export async function unknownVersions(
  session: Session,
  { run }: Place,
  versions: readonly Version[],
): Promise<Set<number>> {
  const { rows } = await session.query<{ place: string }>(
    `select place from unnest($2::uuid[], $3::uuid[]) with ordinality s(hash, fp, place)
     where not exists (select from ${LEDGER}.item i where i.run = $1 and i.hash = s.hash and i.fp = s.fp)`,
    [run, ...versionArrays(versions)],
  );
  return new Set(rows.map(({ place }) => Number(place) - 1));
}

/** Keeps others from items that the ledger knew. Throws what counts as contention where one is no longer what it was. */
export async function lockItems(session: Session, known: Iterable<KnownItem>): Promise<void> {
  const wanted = [...known];
  if (wanted.length === 0) return;
  const { rows } = await session.query<{ id: string; fingerprint: string }>(
    `select id, replace(fp::text, '-', '') as fingerprint from ${LEDGER}.item where id = any($1::bigint[]) order by id for update`,
    [wanted.map(({ id }) => id)],
  );
  const now = new Map(rows.map(({ id, fingerprint }) => [Number(id), fingerprint]));
  for (const { id, fingerprint } of wanted) if (now.get(id) !== fingerprint) throw itemTaken();
}

const numbersLeft = new WeakMap<Session, { next: number; end: number }>();

/** Numbers that no other item has. Those of a transaction that is rolled back are lost, and nothing with them. */
export async function numbersFor(session: Session, count: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < count) {
    let left = numbersLeft.get(session);
    if (left === undefined || left.next === left.end) {
      const { rows } = await session.query<{ next: string }>(`select nextval('${NUMBERS}') as next`);
      const next = Number(must(rows[0], "a sequence gives one number").next);
      left = { next, end: next + NUMBERS_AT_ONCE };
      numbersLeft.set(session, left);
    }
    while (left.next < left.end && numbers.length < count) {
      numbers.push(left.next);
      left.next += 1;
    }
  }
  return numbers;
}

export const entityOf = ({ outcome }: Decoded): number => outcome.entity?.index ?? 0;

/** An item as a line. In the order of their hashes two pages with the same items wait for each other instead of deadlocking. */
export const itemTo = (lines: CopyLines, { run, pass }: Place, id: number, by: Decoded): number =>
  lines.add(`${id}\t${run}\t${pass}\t${by.item}\t${by.fingerprint}\t${entityOf(by)}\t${copyText(by.source)}`, by.item);

/** Adds items. One that is there already counts as contention: another page has just added it. */
export const itemsCopied = (lines: CopyLines): Copying => ({
  table: `${LEDGER}.item`,
  columns: "id, run, pass, hash, fp, entity, source",
  lines,
});

/** The same, and returns their numbers by hash. */
export async function addItems(
  session: Session,
  place: Place,
  items: readonly Decoded[],
): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  if (items.length === 0) return numbers;
  const ids = await numbersFor(session, items.length);
  const lines = new CopyLines("by key");
  for (const [at, by] of items.entries()) {
    const id = must(ids[at], "each has a number");
    numbers.set(by.item, id);
    itemTo(lines, place, id, by);
  }
  await session.copy([itemsCopied(lines)]);
  return numbers;
}

/** Gives items, which are locked, what they hold now. */
export async function changeItems(
  session: Session,
  place: Place,
  items: readonly { readonly id: number; readonly by: Decoded }[],
): Promise<void> {
  if (items.length === 0) return;
  await session.query(
    `update ${LEDGER}.item i set fp = s.c1::uuid, entity = s.c2::smallint, pass = ${place.pass}, at = now() from ${unnest(3)}
     where i.id = s.c0::bigint`,
    [items.map(({ id }) => id), items.map(({ by }) => by.fingerprint), items.map(({ by }) => entityOf(by))],
  );
}

/** Forgets items of which no line is left. */
export async function forgetItems(session: Session, { run }: Place, items: readonly string[]): Promise<void> {
  await session.query(
    `delete from ${LEDGER}.item i where i.run = $1 and i.hash = any($2::uuid[])
       and not exists (select from ${LEDGER}.line l where l.item = i.id)`,
    [run, items],
  );
}
