/** What could not become a row → kept whole in the ledger, version by version, with the reason. */
import type { Decoded } from "../../../../domain/decode/decode.ts";
import { NAMELESS, type Reason } from "../../../../domain/decode/refusal.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { TracedRefusal } from "../../../../ports/trace.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, unnest } from "../../session/sql.ts";
import { type Place, type Version, versionArrays, versionOf } from "./items.ts";

const REPEATED_KEY: Reason = "repeated-key";
const POSTGRES_REFUSED: Reason = "postgres-refused";

/** What this pass has met. */
const here = ({ id, pass }: Pick<Run, "id" | "pass">): string =>
  `${LEDGER}.quarantine q where q.run = ${id} and q.last_seen = ${pass}`;

/** An item in quarantine, with the reason it is there. */
export interface Quarantined {
  readonly by: Decoded;
  readonly reason: Reason;
  readonly detail: string;
}

/**
 * A line for each version of an item: what is wrong with one says nothing of the others. Of spellings that mean the same the
 * smallest is kept, in whichever order they come.
 */
export async function put(session: Session, place: Place, items: readonly Quarantined[]): Promise<void> {
  if (items.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.quarantine (run, first_seen, last_seen, item, version, entity, reason, detail, source, position, body)
     select ${place.run}, ${place.pass}, ${place.pass}, s.c0::uuid, s.c1::uuid, s.c2, s.c3, s.c4, s.c5, s.c6, s.c7 from ${unnest(8)}
     on conflict (run, item, version) do update set last_seen = excluded.last_seen, entity = excluded.entity,
       reason = excluded.reason, detail = excluded.detail, position = excluded.position, body = least(quarantine.body, excluded.body)`,
    [
      items.map(({ by }) => by.item),
      items.map(({ by }) => by.fingerprint),
      items.map(({ by }) => by.outcome.entity?.name ?? null),
      items.map(({ reason }) => reason),
      items.map(({ detail }) => detail),
      items.map(({ by }) => by.source.replaceAll("\0", "\\u0000")),
      items.map(({ by }) => by.position ?? null),
      items.map(({ by }) => by.body().replaceAll("\0", "\\u0000")),
    ],
  );
}

/** Takes versions out of quarantine. */
export async function takeOut(session: Session, { run }: Place, versions: readonly Version[]): Promise<void> {
  if (versions.length === 0) return;
  await session.query(
    `delete from ${LEDGER}.quarantine q using ${unnest(2)} where q.run = ${run} and q.item = s.c0::uuid and q.version = s.c1::uuid`,
    versionArrays(versions),
  );
}

/**
 * Of these versions, those that an earlier pass has put away because another copy holds the rows of their item. They stay
 * there until the copies of this pass are looked at side by side: in turns with the other one they would write its rows.
 */
export async function stillPutAway(
  session: Session,
  { run, pass }: Place,
  items: readonly Decoded[],
): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  const { rows } = await session.query<{ item: string }>(
    `update ${LEDGER}.quarantine q set last_seen = ${pass}, position = s.c2 from ${unnest(3)}
     where q.run = ${run} and q.item = s.c0::uuid and q.version = s.c1::uuid and q.reason = '${REPEATED_KEY}' returning q.item`,
    [...versionArrays(items.map(versionOf)), items.map(({ position }) => position ?? null)],
  );
  return new Set(rows.map(({ item }) => item));
}

/** Says more of versions that are there. */
export async function addDetail(
  session: Session,
  { run }: Place,
  versions: readonly (Version & { readonly more: string })[],
): Promise<void> {
  if (versions.length === 0) return;
  await session.query(
    `update ${LEDGER}.quarantine q set detail = q.detail || '; ' || s.c2 from ${unnest(3)}
     where q.run = ${run} and q.item = s.c0::uuid and q.version = s.c1::uuid`,
    [...versionArrays(versions), versions.map(({ more }) => more)],
  );
}

/** Items of which a version waits because of another copy, as `item`. */
export const putAwayItems = (run: Run): string => `select item from ${here(run)} and reason = '${REPEATED_KEY}'`;

/** Of an item: the versions that Postgres has refused in this pass, as an array. */
export const refusedVersions = (run: Pick<Run, "id" | "pass">, item: string): string =>
  `array(select replace(q.version::text, '-', '') from ${here(run)} and q.item = ${item} and q.reason = '${POSTGRES_REFUSED}')`;

/** By item, the versions that Postgres has refused. */
export async function refusedOf(
  session: Session,
  run: Run,
  items: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await session.query<{ item: string; refused: string[] }>(
    `select i.item, ${refusedVersions(run, "i.item")} as refused from unnest($1::uuid[]) i(item)`,
    [items],
  );
  return new Map(rows.map(({ item, refused }) => [item, new Set(refused)]));
}

/** Whether something waits that nobody can name: it may be any item. */
export async function isAnyNameless(session: Session, run: Run): Promise<boolean> {
  const { rows } = await session.query(`select from ${here(run)} and q.reason = any($1::text[]) limit 1`, [NAMELESS]);
  return rows.length > 0;
}

/** Of these items, the versions that wait, held until the transaction ends. */
export async function lockWaiting(session: Session, run: Run, items: readonly string[]) {
  const { rows } = await session.query<Version & { entity: string | null }>(
    `select q.item, replace(q.version::text, '-', '') as version, q.entity from ${here(run)} and q.item = any($1::uuid[]) for update`,
    [items],
  );
  return rows;
}

/** How many of these items wait, in whichever pass. */
export async function countWaiting(session: Session, { run }: Place, items: readonly string[]): Promise<number> {
  const { rows } = await session.query<{ count: string }>(
    `select count(distinct item) from ${LEDGER}.quarantine where run = $1 and item = any($2::uuid[])`,
    [run, items],
  );
  return Number(rows[0]?.count ?? 0);
}

/** What waits of one item, the versions met last first. */
export async function waitingOf(session: Session, { id }: Run, item: string): Promise<TracedRefusal[]> {
  const { rows } = await session.query<Omit<TracedRefusal, "position" | "keptIn"> & { position: string | null }>(
    `select entity, reason, detail, position, first_seen as "firstSeen", last_seen as "lastSeen" from ${LEDGER}.quarantine
     where run = $1 and item = $2 order by last_seen desc, version`,
    [id, item],
  );
  return rows.map(({ position, ...line }) => ({
    ...{ ...line, keptIn: `${LEDGER}.quarantine` },
    ...(position === null ? {} : { position }),
  }));
}
