/**
 * What a table has beside its rows, as Postgres' catalogs tell it. Constraints, indexes, defaults and triggers are known by their
 * definitions as Postgres prints them: a name says nothing about what stands under it.
 */
import type { Named } from "../ledger/run/built.ts";
import type { Asking } from "../session/catalogue.ts";
import { quote } from "../session/sql.ts";

export interface Defined extends Named {
  readonly definition: string;
  /** In force, and for every row. */
  readonly valid: boolean;
}

/** Indexes that constraints are made of are told as these. What stands before `USING` names the index and its table. */
const DEFINED = `
  with target as (select tbl, to_regclass(tbl)::oid as oid from unnest($1::text[]) t(tbl)),
  indexes as (
    select g.tbl as target, c.relname as name, i.indisunique as uniq, i.indisvalid and i.indisready as valid, quote_ident(t.relname) as tbl,
      substr(pg_get_indexdef(i.indexrelid), length('CREATE INDEX  ON ') + case when i.indisunique then 7 else 0 end + length(quote_ident(c.relname)) + 1) as def
    from target g join pg_index i on i.indrelid = g.oid join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
    where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid))
  select t.tbl, case k.contype when 'p' then 'primary key' else 'constraint' end as kind, k.conname as name,
    regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') as definition, k.convalidated and coalesce(i.indisvalid, true)
      and not exists (select from pg_trigger g where g.tgconstraint = k.oid and g.tgenabled not in ('O', 'A')) as valid
  from target t join pg_constraint k on k.conrelid = t.oid left join pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
  where k.contype in ('p', 'u', 'x', 'f', 'c')
  union all
  select target, 'index', name, case when uniq then 'UNIQUE ' else '' end || substr(def, strpos(def, tbl || ' USING ') + length(tbl) + 1), valid from indexes
  union all
  select t.tbl, 'not null', attname, '', true from target t join pg_attribute on attrelid = t.oid where attnum > 0 and not attisdropped and attnotnull
  union all
  select t.tbl, 'identity', attname, '', true from target t join pg_attribute on attrelid = t.oid where attnum > 0 and not attisdropped and attidentity <> ''
  union all
  select t.tbl, 'default', a.attname, pg_get_expr(d.adbin, d.adrelid), true
  from target t join pg_attrdef d on d.adrelid = t.oid join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where a.attgenerated = ''
  union all
  select t.tbl, 'trigger', tgname, pg_get_triggerdef(g.oid), tgenabled <> 'D' from target t join pg_trigger g on g.tgrelid = t.oid where not tgisinternal
  order by 2, 3`;

/** What a table has, by its name as SQL; nothing where there is no such table. */
export type DefinedOf = (tbl: string) => readonly Defined[];

/** Everything tables have. Asked of all of them at once: it is the question that costs, more than what it is asked of. */
export async function definedOn(session: Asking, tables: readonly string[]): Promise<DefinedOf> {
  if (tables.length === 0) return () => [];
  // What is printed leaves out the schemas that need not be named: the same ones, whoever asks.
  const { rows: before } = await session.query<{ path: string }>(
    "select current_setting('search_path') as path, set_config('search_path', 'pg_catalog', false)",
  );
  const { rows } = await session.query<Defined & { readonly tbl: string }>(DEFINED, [tables]);
  await session.query("select set_config('search_path', $1, false)", [before[0]?.path ?? "public"]);
  const byTable = Map.groupBy(rows, ({ tbl }) => tbl);
  return (tbl) => byTable.get(tbl) ?? [];
}

/** Whether two things are known by one name. A table has one primary key, whatever that is called. */
export const sameName = (a: Named, b: Named): boolean =>
  a.kind === b.kind && (a.kind === "primary key" || a.name === b.name);

/** What is a column's own says nothing of which column, so that its name is part of what it is. */
const OF_A_COLUMN: ReadonlySet<Defined["kind"]> = new Set(["not null", "default", "identity"]);

type Known = Omit<Defined, "valid">;

/** Whether two things are one by their definitions, whatever they are called. */
export const sameThing = (a: Known, b: Known): boolean =>
  a.kind === b.kind && a.definition === b.definition && (a.name === b.name || !OF_A_COLUMN.has(a.kind));

/** The statements that make a thing anew, and the one that takes it down. `before` is the default that was there before it. */
export function statementsFor(
  tbl: string,
  { kind, name, definition }: Defined,
  before?: string,
): { readonly made: readonly string[]; readonly unmade: string } {
  const [table, named] = [`alter table ${tbl}`, quote(name)];
  switch (kind) {
    case "primary key":
    case "constraint": {
      // In force for new rows at once; for the rows that are there it is validated.
      const later = /^(FOREIGN KEY|CHECK) /.test(definition) ? " not valid" : "";
      return {
        made: [`${table} add constraint ${named} ${definition}${later}`],
        unmade: `${table} drop constraint if exists ${named}`,
      };
    }
    case "index": {
      const [unique, rest] = definition.startsWith("UNIQUE ")
        ? ["unique ", definition.slice("UNIQUE ".length)]
        : ["", definition];
      const schema = /^("(?:[^"]|"")*")\./.exec(tbl)?.[1] ?? quote("public");
      return {
        made: [`create ${unique}index ${named} on ${tbl} ${rest}`],
        unmade: `drop index if exists ${schema}.${named}`,
      };
    }
    case "not null":
      return { made: [`${table} alter ${named} set not null`], unmade: `${table} alter ${named} drop not null` };
    case "identity":
      return {
        made: [`${table} alter ${named} add generated by default as identity`],
        unmade: `${table} alter ${named} drop identity if exists`,
      };
    case "default":
      return {
        made: [`${table} alter ${named} set default ${definition}`],
        unmade: `${table} alter ${named} ${before === undefined ? "drop default" : `set default ${before}`}`,
      };
    case "trigger":
      return { made: [`${table} enable trigger ${named}`], unmade: `${table} disable trigger ${named}` };
  }
}
