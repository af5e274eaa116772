import { describe, expect, it } from "vitest";
import type { Finding } from "../../lambda/domain/migration-error.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { bigint, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { query } from "../support/migration.ts";
import { INDEXED, movedDatabase, PLAIN, ROLE, schemaOf, TABLE, users } from "../support/mover.ts";

const { database, run, migrate } = movedDatabase();

async function findingsOf(trial: Promise<unknown>): Promise<readonly Finding[]> {
  const error: unknown = await trial.then(
    (done) => done,
    (is: unknown) => is,
  );
  if (!(error instanceof MigrationError) || error.code !== "preflight")
    throw new Error(`it was not refused by preflight: ${error instanceof Error ? error.stack : JSON.stringify(error)}`);
  // Nothing is there that was not there before.
  expect(await query(database.url, "select to_regnamespace('migration_ledger')::text as ledger")).toEqual([
    { ledger: null },
  ]);
  return error.findings;
}

const owned = `alter table users owner to ${ROLE}`;
const allowed = `grant select, insert, update, delete on users to ${ROLE}`;

interface Case {
  readonly is: readonly string[];
  readonly schema?: typeof PLAIN;
  readonly where?: string;
  readonly problem: RegExp;
  /** The remedy's SQL, from its text; without it the remedy is no statement of the database's. */
  readonly remedy?: RegExp;
}

const CASES: Record<string, Case> = {
  "a deferrable primary key": {
    is: [TABLE.replace("primary key", "primary key deferrable initially deferred"), owned],
    problem: /users_pkey is deferrable/,
    remedy: /(alter table .*)/,
  },
  "a generated column": {
    is: [TABLE.replace("email text not null", "email text generated always as (lower(id)) stored"), owned],
    where: "table users, column email",
    problem: /computes it/,
    remedy: /(alter table .* drop expression)/,
  },
  "a column that is always numbered": {
    is: [TABLE.replace("age bigint not null", "age bigint generated always as identity"), owned],
    where: "table users, column age",
    problem: /numbers it/,
    remedy: /(alter table .*)/,
  },
  "a rule": {
    is: [TABLE, owned, "create rule r as on insert to users do also select 1"],
    problem: /the rule r/,
    remedy: /(alter table .*)/,
  },
  "a view in the place of a table": {
    is: ["create table u2 (id text primary key, email text, age bigint)", "create view users as select * from u2"],
    problem: /it is a view/,
  },
  "an unlogged table": {
    is: [TABLE.replace("create", "create unlogged"), owned],
    problem: /unlogged/,
    remedy: /(alter table .*)/,
  },
  "a table that others inherit from": {
    is: [TABLE, owned, "create table child () inherits (users)"],
    problem: /inherit from it/,
  },
  "rows that a policy hides": {
    is: [TABLE, allowed, "alter table users enable row level security"],
    problem: /row-level security hides/,
    remedy: /(alter table .*)/,
  },
  "a table of another role's that is to get an index": {
    is: [TABLE, allowed],
    schema: INDEXED,
    problem: new RegExp(`belongs to .*${ROLE} would have to change it: users_email_idx`),
    remedy: /(alter table .*)/,
  },
  "a table of another role's that may not be written": {
    is: [TABLE, `grant select on users to ${ROLE}`],
    problem: /permission denied for table users/,
    remedy: /(grant select, insert.*)/,
  },
  "a table of another role's of which nothing may be removed": {
    is: [TABLE, `grant select, insert, update on users to ${ROLE}`],
    problem: /permission denied for table users/,
    remedy: /(grant select, insert.*)/,
  },
  "no privilege to make temporary tables": {
    is: ["do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$"],
    where: "the database",
    problem: /temporary tables/,
    remedy: /(grant .*)/,
  },
  "no privilege to make the ledger": {
    is: [
      "do $$ begin execute format('revoke create on database %I from %I', current_database(), 'ROLE'); end $$".replace(
        "ROLE",
        ROLE,
      ),
    ],
    where: "the database",
    problem: /may not make a schema/,
    remedy: /(grant .*)/,
  },
  "no privilege to make the tables": {
    is: [`revoke create on schema public from ${ROLE}`, "revoke create on schema public from public"],
    where: "schema public",
    problem: /may not make tables/,
    remedy: /(grant .*)/,
  },
  "triggers and foreign keys that nobody heeds": {
    is: [`alter role ${ROLE} set session_replication_role = replica`],
    where: "the database",
    problem: /session_replication_role/,
    remedy: new RegExp(`(alter role "${ROLE}" reset session_replication_role)`),
  },
  "a check that is no SQL, on a table that is there": {
    is: [TABLE, owned],
    schema: schemaOf(defineTables({ users: users().check("c", "no_such_column > 0") })),
    where: 'alter table "public"."users" add constraint "c" check (no_such_column > 0) not valid',
    problem: /column "no_such_column" does not exist/,
  },
  "a name that something else has, on a table that is there": {
    is: [TABLE, owned, "create table users_email_idx (x text)"],
    schema: INDEXED,
    problem: /needs the name users_email_idx/,
  },
  "a name that something else has": {
    is: ["create table users_email_idx (x text)"],
    schema: INDEXED,
    problem: /needs the name users_email_idx/,
  },
  "a table of another role's that is to belong to a third": {
    is: [TABLE, `grant select, insert, update, delete on users to ${ROLE}`],
    schema: schemaOf(defineTables({ users: users() }, { owner: "pg_monitor" })),
    problem: /may not hand it to pg_monitor/,
  },
  "a table of another source's that may not be referred to": {
    is: ["create table teams (id text primary key)", `grant select on teams to ${ROLE}`],
    schema: schemaOf(
      defineTables({
        users: table({ id: text().primaryKey(), email: text().references("teams"), age: bigint() }),
        teams: table({ id: text().primaryKey() }).writtenElsewhere(),
      }),
    ),
    problem: /may not refer to it/,
  },
  "an index that is no SQL, on a table that is there": {
    is: [TABLE, owned],
    schema: schemaOf(defineTables({ users: users().indexWhere("age = ", "age") })),
    problem: /syntax error/,
  },
  "a role that is not there, with a table that is": {
    is: [TABLE, owned],
    schema: schemaOf(defineTables({ users: users() }, { grants: { "nobody at all": ["select"] } })),
    where: "tables.ts",
    problem: /role "nobody at all" does not exist/,
    remedy: /(create role "nobody at all")/,
  },
};

describe("is refused before anything is written", () => {
  it.each(Object.entries(CASES))("%s", async (_, { is, schema = PLAIN, where = "table users", problem, remedy }) => {
    await run(...is);
    const findings = await findingsOf(migrate(schema));
    expect(findings).toContainEqual(
      expect.objectContaining({
        where: schema === PLAIN || where !== "table users" ? where : expect.any(String),
        problem: expect.stringMatching(problem),
      }),
    );
    if (remedy === undefined) return;
    // As it is typed, by whoever may; afterwards the run goes through.
    const [, sql] = findings.map((finding) => remedy.exec(finding.remedy)).find((found) => found !== null) ?? [];
    expect(sql).toBeDefined();
    await query(database.url, sql ?? "");
    try {
      expect((await migrate(schema)).discrepancies).toEqual([]);
    } finally {
      await query(database.url, 'drop owned by "nobody at all"; drop role "nobody at all"').catch(() => undefined);
    }
  });

  it("what stands in several places, all at once", async () => {
    await run(
      TABLE.replace("primary key", "primary key deferrable").replace("age bigint not null", "age integer"),
      owned,
      "create rule r as on delete to users do nothing",
      "do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$",
    );
    const broken = schemaOf(defineTables({ users: users().check("c", "no_such_column > 0") }));
    const problems = (await findingsOf(migrate(broken))).map(({ problem }) => problem);
    for (const problem of [/temporary/, /deferrable/, /it is integer/, /the rule r/, /no_such_column/])
      expect(problems).toContainEqual(expect.stringMatching(problem));
  });

  it("a ledger that belongs to somebody else", async () => {
    await migrate(PLAIN, database.url);
    await run(`alter table users owner to ${ROLE}`, `grant usage on schema migration_ledger to ${ROLE}`);
    await run(`grant select on all tables in schema migration_ledger to ${ROLE}`);
    await expect(migrate()).rejects.toMatchObject({
      code: "preflight",
      findings: [expect.objectContaining({ where: "the ledger migration_ledger" })],
    });
  });
});
