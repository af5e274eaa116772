/** The role that migrates → the statements that make it and that lock it out. Each is one statement, safe to run again. */

/** Nobody knows a password of it: who may sign in is IAM's to say. */
export const ROLE = "migrator";

/**
 * Creates the role, or brings an existing one to the same state, and gives it what it needs and no more: its own schemas
 * for the ledger, its own tables in `public`. There is no CREATE ROLE IF NOT EXISTS, and the Data API takes one statement.
 */
export const ADMIT = `
do $$
begin
  if not exists (select from pg_roles where rolname = '${ROLE}') then
    create role ${ROLE};
  end if;
  alter role ${ROLE} login;
  grant rds_iam to ${ROLE};
  execute format('grant connect, create on database %I to ${ROLE}', current_database());
  grant usage, create on schema public to ${ROLE};
end
$$`;

/**
 * Takes the sign-in and the right to make anything new. The role itself stays: it owns the tables it made, and whom they
 * were granted to goes on reading them.
 */
export const LOCK_OUT = `
do $$
begin
  if exists (select from pg_roles where rolname = '${ROLE}') then
    alter role ${ROLE} nologin;
    execute format('revoke connect, create on database %I from ${ROLE}', current_database());
    revoke create on schema public from ${ROLE};
  end if;
end
$$`;
