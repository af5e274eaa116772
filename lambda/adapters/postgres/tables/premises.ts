/** A database and a user in it → what a run needs of both before it looks at any table. */
import type { Finding } from "../../../domain/migration-error.ts";
import type { Mapping } from "../../../mapping/model.ts";
import { inLedger } from "../ledger/ledger.ts";
import { ledgerOfOthers } from "../ledger/run/owned.ts";
import type { Session } from "../session/connection.ts";
import { quote } from "../session/sql.ts";

interface Facts {
  readonly database: string;
  readonly role: string;
  readonly encoding: string;
  readonly temporary: boolean;
  readonly replication: string;
  readonly missing: readonly string[];
  readonly lacks: boolean;
  readonly creates: boolean;
  readonly closed: readonly string[];
}

export interface Premises {
  readonly role: string;
  readonly findings: readonly Finding[];
  readonly isLedgerOurs: boolean;
  /** Whether the role may make what is missing, wherever that is to stand. */
  readonly mayMake: boolean;
  /** Roles that are named and not there. */
  readonly missing: readonly string[];
}

const FACTS = `
  select current_database() as database, current_user as role, current_setting('server_encoding') as encoding,
    has_database_privilege(current_database(), 'temporary') as temporary, current_setting('session_replication_role') as replication,
    array(select r from unnest($1::text[]) r where not exists (select from pg_roles where rolname = r)) as missing,
    exists (select from unnest($2::text[]) s where not exists (select from pg_namespace where nspname = s)) as lacks,
    has_database_privilege(current_database(), 'create') as creates,
    array(select distinct nspname::text from unnest($2::text[], $3::text[]) t(s, n) join pg_namespace on nspname = s
      where not has_schema_privilege(pg_namespace.oid, 'create')
        and not exists (select from pg_class where relnamespace = pg_namespace.oid and relname = n)) as closed`;

export async function premises(session: Session, { after, tables }: Mapping): Promise<Premises> {
  const named = [...(after.owner === undefined ? [] : [after.owner]), ...after.grants.map(({ role }) => role)];
  const made = [inLedger("run"), ...tables];
  const { rows } = await session.query<Facts>(FACTS, [
    [...new Set(named)],
    made.map(({ schema }) => schema),
    made.map((table) => table.name),
  ]);
  const [is] = rows;
  if (is === undefined) throw new Error("a question without a condition has an answer");
  const { database, role, encoding, temporary, replication, missing, lacks, creates, closed } = is;
  const findings: Finding[] = [];
  const ledger = await ledgerOfOthers(session, role);
  const say = (problem: string, remedy: string, where = "the database") => findings.push({ where, problem, remedy });
  // Every fingerprint is taken over UTF-8, and what is no letter of the database's could not be stored.
  if (encoding !== "UTF8") say(`its encoding is ${encoding}`, "create it with encoding 'UTF8'");
  if (!temporary)
    say(
      `${role} may not make temporary tables in it`,
      `grant temporary on database ${quote(database)} to ${quote(role)}`,
    );
  if (lacks && !creates)
    say(
      `${role} may not make a schema in it, and the ledger's or another one is not there yet`,
      `grant create on database ${quote(database)} to ${quote(role)}`,
    );
  for (const schema of closed)
    say(
      `${role} may not make tables in it`,
      `grant create on schema ${quote(schema)} to ${quote(role)}`,
      `schema ${schema}`,
    );
  if (replication === "replica")
    say(
      "session_replication_role is replica: neither triggers nor foreign keys are heeded",
      `alter role ${quote(role)} reset session_replication_role, and: alter database ${quote(database)} reset session_replication_role`,
    );
  if (ledger !== undefined) findings.push(ledger);
  for (const name of missing)
    say(
      `role "${name}" does not exist`,
      `create role ${quote(name)}, or correct owner and grants in tables.ts`,
      "tables.ts",
    );
  return {
    role,
    findings,
    isLedgerOurs: ledger === undefined,
    mayMake: closed.length === 0 && (creates || !lacks),
    missing,
  };
}
