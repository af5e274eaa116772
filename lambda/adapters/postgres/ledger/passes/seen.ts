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

/** Where a page stands in the ledger. */
export interface PagePlace {
  readonly run: number;
  readonly pass: number;
  readonly unit: number;
  readonly page: number;
}

/** As the ledger spells them: a letter for each of millions of records. */
const LETTERS: Readonly<Record<Fate, string>> = {
  migrated: "m",
  unchanged: "u",
  ignored: "i",
  expired: "e",
  quarantined: "q",
  repeated: "r",
};

export async function addSeen(session: Session, at: PagePlace, records: readonly Taken[]): Promise<void> {
  if (records.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.seen (run, pass, unit, page, items, versions, fates)
     values ($1, $2, $3, $4, $5::uuid[], $6::uuid[], $7::text[]::"char"[])`,
    [
      at.run,
      at.pass,
      at.unit,
      at.page,
      records.map(({ item }) => item),
      records.map(({ version }) => version),
      records.map(({ fate }) => LETTERS[fate]),
    ],
  );
}

/** Records of the newest pass as `item`, `version` and `fate`, the latter as `item` counts spell it. */
export const recordsOf = ({ id, pass }: Pick<Run, "id" | "pass">, where = "true"): string =>
  `select s.item, s.version, case s.fate ${Object.entries(LETTERS)
    .map(([fate, letter]) => `when '${letter}' then '${fate}'`)
    .join(" ")} end as fate
   from ${LEDGER}.seen p cross join lateral unnest(p.items, p.versions, p.fates) s(item, version, fate)
   where p.run = ${id} and p.pass = ${pass} and ${where}`;

/** Items that became rows in the newest pass, as `item`: what any other item gave before is stale. */
export const keptItems = ({ id, pass }: Pick<Run, "id" | "pass">): string =>
  `select s.item from ${LEDGER}.seen p cross join lateral unnest(p.items, p.fates) s(item, fate)
   where p.run = ${id} and p.pass = ${pass} and s.fate in ('${LETTERS.migrated}', '${LETTERS.unchanged}')`;

/** Which of these items that is true of. */
export async function keptOf(session: Session, run: Run, items: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<{ item: string }>(
    `select distinct item from (${keptItems(run)}) s where item = any($1::uuid[])`,
    [items],
  );
  return new Set(rows.map(({ item }) => item));
}
