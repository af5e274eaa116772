/** A database → its own tables and the ledger's, as the catalogue describes them, and what is in them. */
import { ask } from "../measure/engine.ts";

export const LEDGER = "migration_ledger";

export interface Relation {
  readonly schema: string;
  /** Qualified and quoted. */
  readonly name: string;
  readonly columns: string;
  /** All but those of JSON. */
  readonly plainColumns: string;
  readonly ddl: string;
  readonly indexes: readonly string[];
}

const RELATIONS = `
  select n.nspname as schema, format('%I.%I', n.nspname, c.relname) as name, columns.names as columns,
    columns.plain as "plainColumns",
    format('create %s table %I.%I (%s)%s', case c.relpersistence when 'u' then 'unlogged' else '' end, n.nspname, c.relname,
      columns.ddl, coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as ddl,
    array(select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid order by i.indexrelid) as indexes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace, lateral (
    select string_agg(format('%I', a.attname), ', ' order by a.attnum) filter (where a.attgenerated = '') as names,
      string_agg(format('%I', a.attname), ', ' order by a.attnum) filter (where a.atttypid not in ('json'::regtype, 'jsonb'::regtype)) as plain,
      string_agg(format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case a.attgenerated when '' then '' else format(' generated always as (%s) stored', pg_get_expr(d.adbin, c.oid)) end,
        case when a.attnotnull then ' not null' else '' end), ', ' order by a.attnum) as ddl
    from pg_attribute a left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) columns
  where c.relkind = 'r' and n.nspname in ('public', '${LEDGER}')
  order by n.nspname <> 'public', pg_table_size(c.oid) desc`;

export const relationsOf = (url: string): Promise<Relation[]> => ask<Relation>(url, RELATIONS);

/** Rows and their hash, by table of the database's own; a table without a row is left out. */
export type Contents = Readonly<Record<string, { readonly rows: number; readonly hash: string }>>;

/** Numbers in JSON are left out: only we keep all their digits. */
export async function contentsOf(url: string): Promise<Contents> {
  const contents: Record<string, Contents[string]> = {};
  for (const { schema, name, plainColumns } of await relationsOf(url)) {
    if (schema !== "public") continue;
    const sum = `select count(*)::int as rows, sum(hashtextextended(row(${plainColumns})::text, 0)::numeric)::text as hash from ${name}`;
    const [found] = await ask<Contents[string]>(url, sum);
    if (found !== undefined && found.rows > 0) contents[name] = found;
  }
  return contents;
}

/** How many rows there are. Throws where a table does not hold what it should. */
export function rowsIn(contents: Contents, expected: Contents): number {
  const names = new Set([...Object.keys(contents), ...Object.keys(expected)]);
  const differing = [...names].filter((name) => contents[name]?.hash !== expected[name]?.hash);
  if (differing.length > 0) throw new Error(`other rows than in ours are in ${differing.join(", ")}`);
  return Object.values(contents).reduce((sum, { rows }) => sum + rows, 0);
}
