/**
 * Roles of the database → the statements that make them, lock the migrator out, and hand the tables to the application. Each is one
 * statement, as the Data API takes it, safe to run again, and for a master who is no superuser.
 */

/** Nobody knows a password of it: who may sign in is IAM's to say. */
export const ROLE = "migrator";

/** Roles that nobody signs in as. */
export interface Roles {
  /** Owns everything a run makes, from the first minute; the master is a member of it. */
  readonly owner: string;
  /** May read the tables, and write them once they are handed over. Whatever the application signs in as is granted it. */
  readonly appRole: string;
}

/** Makes it, and is gone in the same transaction. */
const MAKER = "migrator_maker";

/**
 * Since PostgreSQL 16 whoever makes a role is a member of it, and a member of a role that IAM signs in may count as one that IAM
 * signs in: the master, whose password would be refused. So another role makes the migrator's, which then has no master; all that is
 * to be given and taken later are memberships. Where the master comes to be a member all the same, nothing of it has happened.
 */
export const admitting = ({ owner, appRole }: Roles): string => `
do $$
declare
  master text := current_user;
  was_by_iam boolean := pg_has_role(current_user, 'rds_iam', 'member');
begin
  if not exists (select from pg_roles where rolname = '${owner}') then
    create role ${owner};
  end if;
  if not exists (select from pg_roles where rolname = '${appRole}') then
    create role ${appRole};
  end if;
  if not pg_has_role(master, '${owner}', 'usage') then
    execute format('grant ${owner} to %I', master);
  end if;
  if not exists (select from pg_roles where rolname = '${ROLE}') then
    create role ${MAKER} createrole;
    execute format('grant ${MAKER} to %I', master);
    set local role ${MAKER};
    create role ${ROLE} login;
    reset role;
    drop role ${MAKER};
  end if;
  grant rds_iam to ${ROLE};
  grant ${owner} to ${ROLE};
  execute format('grant connect on database %I to ${ROLE}, ${appRole}', current_database());
  execute format('grant create on database %I to ${owner}', current_database());
  grant usage, create on schema public to ${owner};
  grant usage on schema public to ${appRole};
  alter default privileges for role ${owner} in schema public grant select on tables to ${appRole};
  if pg_has_role(current_user, 'rds_iam', 'member') and not was_by_iam then
    raise exception 'making ${ROLE} would make % a member of rds_iam, and its password would be refused', master
      using hint = 'make the role by hand, as the README says: the cluster is given without secretArn then';
  end if;
end
$$`;

/** Takes the sign-in and every right. The role stays as a name that owns nothing. */
export const lockingOut = ({ owner }: Pick<Roles, "owner">): string => `
do $$
begin
  if exists (select from pg_roles where rolname = '${ROLE}') then
    revoke rds_iam from ${ROLE};
    execute format('revoke connect on database %I from ${ROLE}', current_database());
    if exists (select from pg_roles where rolname = '${owner}') then
      revoke ${owner} from ${ROLE};
    end if;
  end if;
end
$$`;

/** Lets the application write whatever the owner has by now and will have, but for what the ledger keeps. */
export const handingOver = ({ owner, appRole }: Roles): string => `
do $$
declare
  each record;
begin
  for each in
    select n.nspname as place, c.relname as name, c.relkind = 'S' as numbers
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relowner = '${owner}'::regrole and c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname not in ('migration_ledger', 'pg_toast')
      and not pg_is_other_temp_schema(n.oid)
  loop
    execute format('grant usage on schema %I to ${appRole}', each.place);
    if each.numbers then
      execute format('grant usage, select on sequence %I.%I to ${appRole}', each.place, each.name);
    else
      execute format('grant select, insert, update, delete on %I.%I to ${appRole}', each.place, each.name);
    end if;
  end loop;
  alter default privileges for role ${owner} in schema public grant select, insert, update, delete on tables to ${appRole};
  alter default privileges for role ${owner} in schema public grant usage, select on sequences to ${appRole};
end
$$`;
