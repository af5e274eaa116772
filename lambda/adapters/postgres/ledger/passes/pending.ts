/**
 * The ledger → everything of a run that waits for a decision. There is one query of it: the proof counts its groups, `accept`
 * writes down lines of it and `list-quarantine` shows it, so that what one of them calls accepted is so for the others (I9).
 */
import type { LetGo, LostAcceptances, Pending, PendingGroup } from "../../../../domain/proof/pending.ts";
import type { Mapping, TableModel } from "../../../../mapping/model.ts";
import type { PendingList } from "../../../../ports/pending.ts";
import type { Run } from "../../../../ports/runs.ts";
import { type Session, transaction } from "../../session/connection.ts";
import type { Sessions } from "../../session/sessions.ts";
import { LEDGER } from "../../session/sql.ts";
import { keptItems } from "./seen.ts";

/** Lines that are fetched at a time; each may quote a key of 3 KB twice. */
const BATCH = 500;
/** A report names this many of what was let go for one reason; `list-quarantine` has all of them. */
const MOST = 1_000;
const EXAMPLES = 10;

const waitsAs = ({ duplicates }: TableModel): string =>
  typeof duplicates === "object" ? "superseded" : duplicates === "identical" ? "identical" : "collision";

/** Facets of which several are to give the same, by their numbers. */
const sharedIn = ({ facets }: TableModel): Readonly<Record<string, true>> =>
  Object.fromEntries(facets.flatMap(({ index, shared }) => (shared === true ? [[index, true]] : [])));

/** What the ledger has numbers for: parameter `$1` of the queries below. */
export const namesOf = ({ tables, entities }: Mapping): string =>
  JSON.stringify({
    tables: Object.fromEntries(
      tables.map((table) => [table.index, { name: table.name, waits: waitsAs(table), shared: sharedIn(table) }]),
    ),
    entities: Object.fromEntries(entities.map(({ index, name }) => [index, name])),
  });

/**
 * Items in quarantine. What is accepted of one is its body, and what the ledger holds of its key beside: rows of an earlier
 * pass, or of another copy.
 */
function inQuarantine(run: Run): string {
  const here = `run = ${run.id} and last_seen = ${run.pass}`;
  return `select 0::smallint as tbl, 0::smallint as facet, array[b.held] as key, q.item, q.entity, q.source, q.reason, q.position, q.detail,
      null::text as "table", null::text as holder, b.held, coalesce(s.fp::text, '') as place,
      case when b.held = min(b.held) over (partition by q.item) then coalesce(r.rows, 0) else 0 end as rows
    from ${LEDGER}.quarantine q
    cross join lateral (select encode(sha256(convert_to(q.body, 'UTF8')), 'hex') as held) b
    left join ${LEDGER}.item s on s.run = q.run and s.hash = q.item
    left join (select i.hash as item, count(l.item) as rows from ${LEDGER}.item i left join ${LEDGER}.line l on l.item = i.id
      where i.run = ${run.id} and i.hash in (select item from ${LEDGER}.quarantine where ${here})
        and not exists (select from (${keptItems(run)}) s where s.item = i.hash) group by i.hash) r on r.item = q.item
    where q.run = ${run.id} and q.last_seen = ${run.pass}`;
}

/** As settling decides. */
const OUTRANKS = `(w.rank > w.holder_rank or w.rank is not null and w.holder_rank is null
  or w.rank is not distinct from w.holder_rank and w.item < w.holder_item)`;

/** Contributions that do not hold their row. What is accepted of one is its item, and which row of which item holds the place. */
const contested = ({ id }: Run): string => `
  select w.tbl, w.facet, w.key, w.item, $1::jsonb -> 'entities' ->> w.entity::text, w.source,
    case when w.holder_fp is null then 'foreign-row'
      -- What should have come to hold the row could not: settling found it changed.
      when t.waits = 'superseded' and ${OUTRANKS} then 'foreign-row'
      when t.shared ? w.facet::text then case when w.holder_fp = w.row_fp then 'copy' else 'differing-parts' end
      when t.waits <> 'identical' then t.waits when w.holder_fp = w.row_fp then 'copy' else 'conflict' end,
    null, null, t.name, w.holder_source, w.item_fp::text, coalesce(w.holder_item || ' ' || w.holder_fp, ''), 0
  from (with line as (
      select a.*, not a.holds as waits from ${LEDGER}.contribution a
      where a.run = ${id} and (a.tbl, a.facet, a.key) in (select tbl, facet, key from ${LEDGER}.parked where run = ${id})
    ), holder as (
      select distinct on (tbl, facet, key) tbl, facet, key, item as holder_item, row_fp as holder_fp, source as holder_source, rank as holder_rank
      from line where not waits order by tbl, facet, key, item)
    select * from line left join holder using (tbl, facet, key) where waits) w
  join (select key::smallint as tbl, value ->> 'name' as name, value ->> 'waits' as waits, value -> 'shared' as shared from jsonb_each($1::jsonb -> 'tables')) t on t.tbl = w.tbl`;

/** With what an operator has said of each, which counts only while everything is as it was then. */
const decided = (run: Run, waiting: string): string =>
  `select p.*, k.reason as accepted, to_char(k.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "acceptedAt",
     p.reason not in ('copy', 'superseded') as open
   from (${waiting}) p left join ${LEDGER}.accepted k on k.run = ${run.id} and k.item = p.item and k.tbl = p.tbl and k.facet = p.facet and k.key = p.key
     and k.held = p.held and k.holder = p.place`;

export const quarantined = (run: Run): string => decided(run, inQuarantine(run));
export const pending = (run: Run): string => decided(run, `${inQuarantine(run)} union all ${contested(run)}`);

const ROW = "case when tbl > 0 then key end";
const FIELDS = `json_build_object('reason', reason, 'entity', entity, 'source', source, 'position', position, 'detail', detail, 'rows', rows,
  'table', "table", 'key', ${ROW}, 'holder', holder, 'accepted', accepted, 'acceptedAt', "acceptedAt")`;

type GroupRow = Omit<PendingGroup, "rows" | "count" | "accepted"> & Record<"rows" | "count" | "accepted", string>;

/** By table, reason and entity, with up to so many of each as examples: those nobody has accepted first. */
export async function pendingGroups(
  session: Session,
  run: Run,
  mapping: Mapping,
  examples: number,
  which = "true",
): Promise<PendingGroup[]> {
  const { rows } = await session.query<GroupRow>(
    `with numbered as (
       select p.*, row_number() over (partition by "table", reason, entity order by accepted is not null, ${ROW}, source) as n
       from (${pending(run)}) p where ${which})
     select reason, entity, "table", count(*), count(accepted) as accepted, sum(rows) as rows,
       coalesce(json_agg(${FIELDS} order by n) filter (where n <= ${examples}), '[]') as examples
     from numbered group by reason, entity, "table" order by "table" nulls first, reason, entity`,
    [namesOf(mapping)],
  );
  return rows.map((row) => ({
    ...row,
    count: Number(row.count),
    accepted: Number(row.accepted),
    rows: Number(row.rows),
  }));
}

/** What was let go, and what was but is told again because something is no longer as it was. */
export async function decisionsIn(
  session: Session,
  run: Run,
  mapping: Mapping,
): Promise<{ letGo: LetGo[]; lost: LostAcceptances[] }> {
  const { rows: some } = await session.query(`select from ${LEDGER}.accepted where run = $1 limit 1`, [run.id]);
  if (some.length === 0) return { letGo: [], lost: [] };
  const groups = await pendingGroups(session, run, mapping, MOST, "open and accepted is not null");
  const letGo = groups.map(({ accepted: _, examples, ...group }) => ({
    ...group,
    items: examples.map(({ source, key, holder, accepted, acceptedAt }) => ({
      source,
      key,
      holder,
      accepted,
      acceptedAt,
    })),
  }));
  const { rows } = await session.query<Omit<LostAcceptances, "count"> & { count: string }>(
    `with waiting as materialized (select * from (${pending(run)}) p),
     lost as (
       select k.source, p.reason, p.entity, p.same, row_number() over (partition by p.reason, p.entity, p.same order by k.source) as n
       from ${LEDGER}.accepted k cross join lateral (
         select w.reason, w.entity, (w.tbl, w.facet, w.key, w.held) = (k.tbl, k.facet, k.key, k.held) as same
         from waiting w where w.item = k.item and w.open and w.accepted is null order by same desc limit 1) p
       where k.run = ${run.id} and not exists (select from waiting w
         where w.accepted is not null and (w.item, w.tbl, w.facet, w.key) = (k.item, k.tbl, k.facet, k.key)))
     select reason, entity, case when same then 'holder' else 'item' end as since, count(*),
       json_agg(json_build_object('source', source) order by n) filter (where n <= ${EXAMPLES}) as examples
     from lost group by reason, entity, same order by reason, entity, same`,
    [namesOf(mapping)],
  );
  return { letGo, lost: rows.map((row) => ({ ...row, count: Number(row.count) })) };
}

export function pendingList(sessions: Sessions, mapping: Mapping): PendingList {
  return {
    groups: (run, examples) => sessions.use((session) => pendingGroups(session, run, mapping, examples)),
    each: async (run, take) => {
      // Not done again where the connection is lost: whoever takes the lines has some of them already.
      const session = await sessions.take();
      try {
        await transaction(session, async () => {
          await session.query(
            `declare waiting no scroll cursor for select ${FIELDS} as line from (${pending(run)}) p where reason <> 'copy'
             order by "table" nulls first, reason, entity, ${ROW}, source`,
            [namesOf(mapping)],
          );
          for (;;) {
            const { rows } = await session.query<{ line: Pending }>(`fetch ${BATCH} from waiting`);
            if (rows.length === 0) return;
            await take(rows.map(({ line }) => line));
          }
        });
      } finally {
        await sessions.give(session);
      }
    },
  };
}
