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

/** What of others keeps tables from being dropped, as far as it is made of relations: views, and tables that refer to them. */
export async function dependentsOf(session: Session, tables: readonly TablePlace[]): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>(
    `with gone as (select to_regclass(t)::oid as oid from unnest($1::text[]) t)
     select r.ev_class::regclass::text as name from pg_depend d join pg_rewrite r on r.oid = d.objid
     where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
       and d.refobjid in (select oid from gone) and r.ev_class not in (select oid from gone)
     union select conrelid::regclass::text from pg_constraint
     where contype = 'f' and confrelid in (select oid from gone) and conrelid not in (select oid from gone) order by name`,
    [tables.map(tableSql)],
  );
  return rows.map(({ name }) => name);
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
