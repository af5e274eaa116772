/** A table that is there already → what of it would keep a run from writing, proving or completing it, and what is worth a look. */
import type { Finding } from "../../../domain/migration-error.ts";
import type { AfterModel, TableModel } from "../../../mapping/model.ts";
import type { Session } from "../session/connection.ts";
import { quote, quoteAll, tableSql } from "../session/sql.ts";
import { promisedLater } from "./ddl.ts";

/** What the catalogue says of a table, before anything is asked of the table itself. */
interface Facts {
  readonly kind: string;
  readonly persistence: string;
  readonly owner: string;
  /** This user may do what the owner may. */
  readonly mine: boolean;
  readonly secured: boolean;
  readonly hasChildren: boolean;
  /** The name of the primary key where it is deferrable. */
  readonly deferrable: string | null;
  readonly generated: readonly string[];
  readonly identities: readonly string[];
  readonly rules: readonly string[];
  readonly triggers: readonly string[];
  /** Indexes it has by name. */
  readonly indexes: readonly string[];
  /** Whether this user may hand it to the owner that the schema names; null where there is no such role. */
  readonly handover: boolean | null;
}

const names = (select: string): string => `array(${select} order by 1)`;
const FACTS = `
  select c.relkind as kind, c.relpersistence as persistence, pg_get_userbyid(c.relowner) as owner,
    pg_has_role(c.relowner, 'usage') as mine, row_security_active(c.oid) as secured,
    c.relkind = 'r' and exists (select from pg_inherits h where h.inhparent = c.oid) as "hasChildren",
    (select k.relname::text from pg_index i join pg_class k on k.oid = i.indexrelid
      where i.indrelid = c.oid and i.indisprimary and not i.indimmediate) as deferrable,
    ${names("select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and attgenerated <> '' and attname = any($2::text[])")} as generated,
    ${names("select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and attidentity = 'a' and attname = any($2::text[])")} as identities,
    ${names("select rulename::text from pg_rewrite where ev_class = c.oid and ev_type <> '1' and ev_enabled <> 'D'")} as rules,
    ${names("select tgname::text from pg_trigger where tgrelid = c.oid and not tgisinternal and tgenabled <> 'D'")} as triggers,
    ${names("select k.relname::text from pg_index i join pg_class k on k.oid = i.indexrelid where i.indrelid = c.oid")} as indexes,
    (select r.oid = c.relowner or u.rolsuper or pg_has_role(r.oid, 'member') and has_schema_privilege(r.oid, c.relnamespace, 'create')
      from pg_roles r, pg_roles u where r.rolname = $3 and u.rolname = current_user) as handover
  from pg_class c where c.oid = to_regclass($1)`;

const NO_TABLES: Readonly<Record<string, string>> = {
  v: "it is a view",
  m: "it is a materialized view",
  f: "it is a foreign table, whose rows are somewhere else",
  S: "it is a sequence",
  c: "it is a type",
};

interface Adopted {
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Who migrates, and what becomes of the tables afterwards. */
export interface Adopting {
  readonly role: string;
  readonly after: AfterModel;
}

/** Each remedy is a statement as it is typed. */
export async function adopted(session: Session, table: TableModel, { role, after }: Adopting): Promise<Adopted> {
  const at = tableSql(table);
  const { rows } = await session.query<Facts>(FACTS, [at, table.columns.map(({ name }) => name), after.owner ?? null]);
  const [is] = rows;
  const [findings, warnings]: [Finding[], Finding[]] = [[], []];
  if (is === undefined) return { findings, warnings };
  const where = `table ${table.name}`;
  const say = (problem: string, remedy: string, column?: string) =>
    findings.push({ where: column === undefined ? where : `${where}, column ${column}`, problem, remedy });
  const other = NO_TABLES[is.kind];
  if (other !== undefined) {
    say(other, "give the table another name in tables.ts, or drop what has this one");
    return { findings, warnings };
  }
  if (is.persistence !== "p") {
    const lost = is.persistence === "u" ? "unlogged: a crash of the server empties it" : "temporary";
    say(`it is ${lost}`, `alter table ${at} set logged`);
  }
  if (is.hasChildren)
    say(
      "other tables inherit from it, and their rows would be taken for its own",
      `alter table CHILD no inherit ${at}`,
    );
  if (is.deferrable !== null) {
    const key = quoteAll(table.primaryKey.map(({ name }) => name));
    say(
      `its primary key ${is.deferrable} is deferrable: a row that is there already is not noticed when it is written`,
      `alter table ${at} drop constraint ${quote(is.deferrable)}, add primary key (${key})`,
    );
  }
  for (const column of is.generated)
    say(
      "Postgres computes it, and takes no value",
      `leave it out of tables.ts, or: alter table ${at} alter ${quote(column)} drop expression`,
      column,
    );
  for (const column of is.identities)
    say(
      "Postgres numbers it, and takes no value",
      `alter table ${at} alter ${quote(column)} set generated by default`,
      column,
    );
  for (const rule of is.rules)
    say(`the rule ${rule} rewrites what is written to it`, `alter table ${at} disable rule ${quote(rule)}`);
  if (is.secured)
    say(
      `row-level security hides rows of it from ${role}: what is hidden cannot be proven`,
      `alter role ${quote(role)} bypassrls, or: alter table ${at} disable row level security`,
    );
  if (is.handover === false && after.owner !== undefined)
    say(
      `${role} may not hand it to ${after.owner}, as tables.ts says`,
      `grant ${quote(after.owner)} to ${quote(role)}, and: grant create on schema ${quote(table.schema)} to ${quote(after.owner)}`,
    );
  const built = builtOn(table, after, new Set(is.indexes));
  if (built.length > 0 && !is.mine)
    say(
      `it belongs to ${is.owner}, and ${role} would have to change it: ${built.join(", ")}`,
      `grant ${quote(is.owner)} to ${quote(role)}, or: alter table ${at} owner to ${quote(role)}`,
    );
  for (const trigger of is.triggers)
    warnings.push({
      where,
      problem: `the trigger ${trigger} is called for every row; it may change, refuse or repeat what is written`,
      remedy: `alter table ${at} disable trigger ${quote(trigger)}, for the time of the migration`,
    });
  return { findings, warnings };
}

/** What only an owner may build. */
function builtOn(table: TableModel, after: AfterModel, there: ReadonlySet<string>): string[] {
  return [
    ...(after.owner === undefined ? [] : ["its owner"]),
    ...(after.grants.length === 0 ? [] : ["its grants"]),
    ...promisedLater(table).map(({ name }) => `NOT NULL of ${name}`),
    ...[...table.uniques, ...table.checks, ...table.foreignKeys].map(({ name }) => name),
    ...table.indexes.map(({ name }) => name).filter((name) => !there.has(name)),
    ...table.columns.flatMap(({ name, laterDefault, identity }) =>
      laterDefault === undefined && identity === undefined ? [] : [`the default of ${name}`],
    ),
  ];
}

/** What a run does with the rows of a table, each as a statement that is planned, with its privileges checked, and not carried out. */
export function rowStatements(table: TableModel): string[] {
  const at = tableSql(table);
  const columns = quoteAll(table.columns.map(({ name }) => name));
  const key = quoteAll(table.primaryKey.map(({ name }) => name));
  const own = table.columns.filter((column) => !table.primaryKey.includes(column));
  const set = own.map(({ name }) => `${quote(name)} = t.${quote(name)}`).join(", ");
  return [
    `select ${columns} from ${at} t for update`,
    `insert into ${at} as t (${columns}) select ${columns} from ${at} where false on conflict (${key}) do nothing returning ${key}`,
    ...(own.length === 0 ? [] : [`update ${at} t set ${set} where false`]),
    `delete from ${at} t where false`,
  ].map((statement) => `explain ${statement}`);
}
