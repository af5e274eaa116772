/** The ledger → what the target must hold, and everything about the source that a verdict has to know. */
import type { Contested, Example, LedgerFacts, QuarantineGroup } from "../../domain/evidence.ts";
import type { FingerprintSum } from "../../domain/fingerprint.ts";
import type { Mapping, TableModel } from "../../mapping/model.ts";
import type { Run } from "../../ports/runs.ts";
import { sumFromSql, sumSql } from "./canonical.ts";
import type { Session } from "./connection.ts";
import { LEDGER } from "./sql.ts";
import { unremoved } from "./unremoved.ts";

const EXAMPLES = 10;
const PARKED = `${LEDGER}.parked p using (run, tbl, facet, key, item)`;

/** What is accepted of an item is what it held: an item in quarantine is its body, any other its fingerprint. */
export const heldBody = (quarantine: string): string => `encode(sha256(convert_to(${quarantine}.body, 'UTF8')), 'hex')`;
export const heldItem = (audit: string): string => `${audit}.item_fp::text`;

/** Items this pass has shown and decoded. */
const seen = ({ id, pass }: Run): string =>
  `select unnest(items) from ${LEDGER}.seen where run = ${id} and pass = ${pass}`;

export async function ledgerFacts(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts> {
  return {
    seen: await facetSums(session, run, `a.item in (${seen(run)})`),
    holding: await holdingSums(session, run),
    ...(await keyCounts(session, run, mapping)),
    contested: await contested(session, run, mapping),
    quarantine: await quarantined(session, run),
    stale: await stale(session, run, mapping),
    unremoved: await unremoved(session, run.id, mapping),
  };
}

/** By facet: the sum over the contributions that hold their row. */
export const holdingSums = (session: Session, run: Run) => facetSums(session, run, "p.item is null");

async function facetSums(session: Session, run: Run, which: string): Promise<Record<string, FingerprintSum>> {
  const [high, low] = sumSql("a.row_fp");
  const { rows } = await session.query<{ facet: string; count: string; high: string; low: string }>(
    `select a.tbl || '.' || a.facet as facet, count(*), ${high} as high, ${low} as low
     from ${LEDGER}.audit a left join ${PARKED} where a.run = ${run.id} and a.tbl > 0 and ${which} group by a.tbl, a.facet`,
  );
  return Object.fromEntries(rows.map((row) => [row.facet, sumFromSql(row.count, row.high, row.low)]));
}

/** By table name: target keys that are held, and contributions too many for one of each part of a row. */
async function keyCounts(session: Session, run: Run, mapping: Mapping): Promise<Pick<LedgerFacts, "keys" | "doubled">> {
  const { rows } = await session.query<{ tbl: number; keys: string; doubled: string }>(
    `select a.tbl, count(distinct a.key) as keys, count(*) - count(distinct (a.facet, a.key)) as doubled
     from ${LEDGER}.audit a left join ${PARKED}
     where a.run = ${run.id} and a.tbl > 0 and p.item is null group by a.tbl`,
  );
  const of = (which: "keys" | "doubled") =>
    Object.fromEntries(
      mapping.tables.map(({ name, index }) => [name, Number(rows.find(({ tbl }) => tbl === index)?.[which] ?? 0)]),
    );
  return { keys: of("keys"), doubled: of("doubled") };
}

/** As settling decides. */
const outranks = (a: string, b: string): string =>
  `(${a}.rank > ${b}.rank or ${a}.rank is not null and ${b}.rank is null or ${a}.rank is not distinct from ${b}.rank and ${a}.item < ${b}.item)`;

/** What it means to wait for a row, by the table's policy and the holder's values. */
function meaning(table: TableModel): string {
  const { duplicates } = table;
  const kind =
    duplicates === "identical"
      ? "case when h.row_fp = a.row_fp then 'copy' else 'conflict' end"
      : typeof duplicates === "object"
        ? // What should have come to hold the row could not: settling found it changed.
          `case when ${outranks("a", "h")} then 'foreign-row' else 'superseded' end`
        : "'collision'";
  return `case when h.row_fp is null then 'foreign-row' else ${kind} end`;
}

async function contested(session: Session, run: Run, mapping: Mapping): Promise<Contested[]> {
  const found: Contested[] = [];
  for (const table of mapping.tables) {
    const { rows } = await session.query<{
      kind: Contested["kind"];
      count: string;
      accepted: string;
      examples: Example[] | null;
    }>(
      `with line as (
         select a.key, a.facet, a.item, a.source, a.row_fp, a.rank, p.item is not null as parked, k.holder as agreed
         from ${LEDGER}.audit a left join ${PARKED}
         left join ${LEDGER}.accepted k on k.run = a.run and k.item = a.item and k.tbl = a.tbl and k.facet = a.facet and k.key = a.key
           and k.held = ${heldItem("a")}
         where a.run = ${run.id} and a.tbl = ${table.index}
           and a.key in (select key from ${LEDGER}.parked w where w.run = ${run.id} and w.tbl = ${table.index})
       ), waiting as (
         select a.key, a.source, coalesce(a.agreed = coalesce(h.item || ' ' || h.row_fp, ''), false) as accepted, h.source as holder, ${meaning(table)} as kind
         from line a left join line h on h.key = a.key and h.facet = a.facet and not h.parked where a.parked
       ), numbered as (select *, row_number() over (partition by kind order by accepted, key, source) as n from waiting)
       select kind, count(*), count(*) filter (where accepted) as accepted, json_agg(json_build_object('key', key, 'source', source, 'holder', holder) order by n)
         filter (where n <= ${EXAMPLES} and not accepted) as examples from numbered group by kind order by kind`,
    );
    for (const { kind, count, accepted, examples } of rows) {
      found.push({
        table: table.name,
        kind,
        count: Number(count),
        accepted: Number(accepted),
        examples: (examples ?? []).map((example) => ({ table: table.name, ...example })),
      });
    }
  }
  return found;
}

const quarantined = (session: Session, run: Run): Promise<QuarantineGroup[]> =>
  quarantineGroups(session, run, EXAMPLES);

/** Items in quarantine by reason and entity, with up to so many of each as examples: those nobody has accepted first. */
export async function quarantineGroups(session: Session, run: Run, examples: number): Promise<QuarantineGroup[]> {
  const { rows } = await session.query<{
    reason: string;
    entity: string | null;
    count: string;
    accepted: string;
    examples: QuarantineGroup["examples"];
  }>(
    `with numbered as (
       select q.reason, q.entity, q.source, q.detail, k.reason as accepted,
         row_number() over (partition by q.reason, q.entity order by k.reason is not null, q.source) as n
       from ${LEDGER}.quarantine q left join ${LEDGER}.accepted k on k.run = q.run and k.item = q.item and k.tbl = 0 and k.held = ${heldBody("q")}
       where q.run = ${run.id} and q.last_seen = ${run.pass})
     select reason, entity, count(*), count(accepted) as accepted,
       json_agg(json_build_object('source', source, 'detail', detail, 'accepted', accepted) order by n)
       filter (where n <= ${examples}) as examples from numbered group by reason, entity order by reason, entity`,
  );
  return rows.map((row) => ({ ...row, count: Number(row.count), accepted: Number(row.accepted) }));
}

async function stale(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts["stale"]> {
  const { rows } = await session.query<{ entity: number; items: string; rows: string; examples: Example[] }>(
    `with gone as (select a.entity, a.item, a.source, count(*) filter (where a.tbl > 0) as rows from ${LEDGER}.audit a
       where a.run = ${run.id} and not exists (select from (${seen(run)}) s(item) where s.item = a.item) group by a.entity, a.item, a.source),
     numbered as (select *, row_number() over (partition by entity order by source) as n from gone)
     select entity, count(*) as items, sum(rows) as rows, json_agg(json_build_object('source', source) order by n)
       filter (where n <= ${EXAMPLES}) as examples from numbered group by entity order by entity`,
  );
  const name = (index: number) => mapping.entities.find((entity) => entity.index === index)?.name ?? `entity ${index}`;
  return rows.map(({ entity, items, rows: count, examples }) => ({
    entity: name(entity),
    items: Number(items),
    rows: Number(count),
    examples,
  }));
}
