/** Tables of somebody else's that refer to ours: removing rows would remove theirs, or be refused. */
import { MigrationError } from "../../../domain/migration-error.ts";
import type { Session } from "../session/connection.ts";
import { quote, type TablePlace, tableSql } from "../session/sql.ts";

interface Inbound {
  readonly name: string;
  readonly schema: string;
  readonly from: string;
  readonly to: string;
  readonly action: string;
}

/**
 * What of others keeps tables from being dropped, as far as it is made of relations, with the statement that takes it away: views,
 * also those upon views, in the order in which they can go, and tables that refer to them.
 */
export async function dependentsOf(session: Session, tables: readonly TablePlace[]): Promise<Dependent[]> {
  const { rows } = await session.query<Dependent>(
    `with recursive gone as (select to_regclass(t)::oid as oid from unnest($1::text[]) t),
     needing as (
       select oid, 0 as depth from gone
       union all
       select r.ev_class, n.depth + 1 from needing n
         join pg_depend d on d.refobjid = n.oid and d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
         join pg_rewrite r on r.oid = d.objid and r.ev_class <> n.oid
       where n.depth < 100),
     views as (select oid, max(depth) as depth from needing where oid not in (select oid from gone where oid is not null) group by oid)
     select name, kind, 'drop ' || kind || ' ' || name as drop from (
       select v.oid::regclass::text as name, case c.relkind when 'm' then 'materialized view' else 'view' end as kind, v.depth
       from views v join pg_class c on c.oid = v.oid order by v.depth desc, 1) v
     union all
     select conrelid::regclass::text, 'table', format('alter table %s drop constraint %I', conrelid::regclass, conname) from (
       select conrelid, conname from pg_constraint where contype = 'f' and confrelid in (select oid from gone)
         and conrelid not in (select oid from gone where oid is not null) order by 1, 2) k`,
    [tables.map(tableSql)],
  );
  return rows;
}

/** What depends on a table, and the statement that takes it away. */
interface Dependent {
  readonly name: string;
  readonly kind: "view" | "materialized view" | "table";
  readonly drop: string;
}

/**
 * With `onlyCarrying` only those that would change count, also while they hold no row. Throws MigrationError `in-use` where a foreign key of any table but these and `own` carries deletions on, or stops them: rows that are
 * not the run's would be changed, or nothing could be removed any more.
 */
export async function refuseDependents(
  session: Session,
  tables: readonly TablePlace[],
  { own = [], onlyCarrying = false }: { readonly own?: readonly TablePlace[]; readonly onlyCarrying?: boolean } = {},
): Promise<void> {
  const { rows } = await session.query<Inbound>(
    `select k.conname as name, n.nspname as schema, c.relname as from, k.confrelid::regclass::text as to, k.confdeltype as action
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where k.contype = 'f' and k.confrelid = any(array(select to_regclass(t) from unnest($1::text[]) t)::oid[])`,
    [tables.map(tableSql)],
  );
  const ours = new Set([...tables, ...own].map(tableSql));
  const findings = [];
  for (const { name, schema, from, to, action } of rows) {
    const table = tableSql({ schema, name: from });
    if (ours.has(table)) continue;
    const carries = action === "c" || action === "n" || action === "d";
    if (onlyCarrying && !carries) continue;
    const { rows: used } = onlyCarrying ? { rows: [true] } : await session.query(`select from ${table} limit 1`);
    if (used.length === 0) continue;
    const problem = `${quote(name)} refers to ${to}, and ${carries ? "would change with the rows that are removed there" : "keeps rows there from being removed"}`;
    findings.push({
      where: `table ${schema}.${from}`,
      problem,
      remedy: "drop it for the time being, or keep the rows",
    });
  }
  if (findings.length === 0) return;
  throw new MigrationError("in-use", "tables of others refer to rows that would be removed", "see each finding", {
    findings,
  });
}
