/** What a pass has read, record by record: which item it was, which version of it, and what became of it. */
import type { Fate } from "../../../../domain/proof/tally.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";

/** One record as the target took it. */
export interface Taken {
  readonly item: string;
  /** The fingerprint of what it holds. */
  readonly version: string;
  readonly fate: Fate;
}

/** A record, or the change that an item is no more. */
export type Seen = Taken | (Omit<Taken, "fate"> & { readonly fate: "removed" });

/** Where a page stands in the ledger. */
export interface PagePlace {
  readonly run: number;
  readonly pass: number;
  readonly unit: number;
  readonly page: number;
  /** The window of changes it is of; 0 of what was read before them. */
  readonly window: number;
}

/** As the ledger spells them: a letter for each of millions of records. */
const LETTERS: Readonly<Record<Seen["fate"], string>> = {
  migrated: "m",
  unchanged: "u",
  ignored: "i",
  expired: "e",
  quarantined: "q",
  repeated: "r",
  removed: "d",
};

export async function addSeen(session: Session, at: PagePlace, records: readonly Seen[]): Promise<void> {
  if (records.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.seen (run, pass, unit, page, "window", items, versions, fates)
     values ($1, $2, $3, $4, $5, $6::uuid[], $7::uuid[], $8::text[]::"char"[])`,
    [
      at.run,
      at.pass,
      at.unit,
      at.page,
      at.window,
      records.map(({ item }) => item),
      records.map(({ version }) => version),
      records.map(({ fate }) => LETTERS[fate]),
    ],
  );
}

/** What was read in the newest pass, by columns of which each page has an array. */
export const recordsIn = ({ id, pass }: Pick<Run, "id" | "pass">, columns: string): string =>
  `from ${LEDGER}.seen p cross join lateral unnest(${columns
    .split(", ")
    .map((column) => `p.${column}s`)
    .join(", ")}) s(${columns}) where p.run = ${id} and p.pass = ${pass}`;

/** Records of the newest pass as `item`, `version` and `fate`, the latter as `item` counts spell it. Changes are no records. */
export const recordsOf = (run: Pick<Run, "id" | "pass">, where = "true"): string =>
  `select s.item, s.version, case s.fate ${Object.entries(LETTERS)
    .map(([fate, letter]) => `when '${letter}' then '${fate}'`)
    .join(" ")} end as fate
   ${recordsIn(run, "item, version, fate")} and p."window" = 0 and ${where}`;

/** A condition on a fate as it is spelled. */
export const BECAME_ROWS = `in ('${LETTERS.migrated}', '${LETTERS.unchanged}')`;

/**
 * Items that became rows in the newest pass, as `item`: what any other item gave before is stale. Of one that has changed in windows
 * the last says it, and of one that was mended since, the mending.
 */
export function keptItems(run: Pick<Run, "id" | "pass" | "exports">): string {
  const all = `select s.item ${recordsIn(run, "item, fate")} and p."window" = 0 and s.fate ${BECAME_ROWS}`;
  if (run.exports.length < 2) return all;
  const last = `select distinct on (s.item) s.item, s.fate ${BECAME_ROWS} as kept ${recordsIn(run, "item, fate")} and p."window" > 0
    order by s.item, p."window" desc, s.fate ${BECAME_ROWS} desc`;
  return `with last as materialized (${last})
    select b.item from (${all}) b where not exists (select from last where last.item = b.item) union all select item from last where kept`;
}

/** Which of these items that is true of. */
export async function keptOf(session: Session, run: Run, items: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<{ item: string }>(
    `select distinct item from (${keptItems(run)}) s where item = any($1::uuid[])`,
    [items],
  );
  return new Set(rows.map(({ item }) => item));
}
