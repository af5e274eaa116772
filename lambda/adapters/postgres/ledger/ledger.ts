/** The ledger's tables, as versioned migrations in a schema of their own. A migration that has been released is never edited. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { migrateVersions } from "../session/migrator.ts";
import type { Sessions } from "../session/sessions.ts";
import { LEDGER, type TablePlace } from "../session/sql.ts";

/** A table of that name in the ledger's schema. */
export const inLedger = (name: string): TablePlace => ({ schema: LEDGER, name });

/** What stands beside the tables, the ones that build on others first. */
export const VIEWS = ["audit", "contribution"];
export const NUMBERS = `${LEDGER}.item_number`;
/** Numbers of items that a session takes at once. */
export const NUMBERS_AT_ONCE = 1_000;

const first: Migration = {
  up: async (db: Kysely<unknown>) => {
    const statements = [
      sql`create table migration_ledger.run (
        id smallint generated always as identity primary key,
        source text not null unique,
        mapping text not null,
        -- The numbers tables and entities go by here, what each of them meant, and what tells a table's rows.
        parts text not null,
        expired_at bigint not null,
        pass smallint not null default 1,
        phase text not null default 'copy',
        started_at timestamptz not null,
        -- The phases of the pass so far, each with the moment it was entered.
        entered jsonb not null default '[]',
        -- What the source said it holds.
        size jsonb,
        -- The exports that the pass has applied, the one it applies now last; and where any were found, for whoever reads them again.
        exports jsonb not null default '[]',
        places jsonb not null default '[]',
        report text,
        -- Keys of source items leave the databases only as hashes under this.
        log_key uuid not null default gen_random_uuid(),
        -- Grows with everything that begins: a pass, a repair, a rollback. What was begun before it may end nothing any more.
        epoch integer not null default 0,
        -- Wishes to stop so far, and those that were known when the run was last opened.
        stops integer not null default 0,
        stops_seen integer not null default 0,
        sealed_at timestamptz
      )`,
      // A name alone is not a table: there may be one of it in every schema.
      sql`create table migration_ledger.created_table (
        run smallint not null references migration_ledger.run,
        schema text not null,
        name text not null,
        primary key (run, schema, name)
      )`,
      // Updated once a page: the free half of each block keeps those updates within it.
      sql`create table migration_ledger.unit (
        run smallint not null references migration_ledger.run,
        pass smallint not null,
        unit integer not null,
        descriptor text not null,
        cursor text,
        done boolean not null default false,
        -- Read once more, for the copies of items that stand in the source more than once, and how far.
        reread boolean not null default false,
        reread_cursor text,
        pages integer not null default 0,
        -- Of the windows of changes that a pass goes on with, the how manieth it belongs to; 0 of what was read before them.
        "window" smallint not null default 0,
        -- What is wrong with it as a whole, found at its end.
        fault jsonb,
        -- Of a window: what its changes were, in counts and examples.
        changes jsonb,
        tally text not null,
        -- Some of the tally's counts: progress is asked for several times a second.
        read bigint not null default 0,
        migrated bigint not null default 0,
        quarantined bigint not null default 0,
        primary key (run, pass, unit)
      ) with (fillfactor = 50)`,
      // Numbers of items, taken many at a time: an index of them grows at one end.
      sql`create sequence migration_ledger.item_number increment by ${sql.raw(String(NUMBERS_AT_ONCE))}`,
      sql`create table migration_ledger.item (
        id bigint primary key,
        run smallint not null,
        entity smallint not null,
        pass smallint not null,
        hash uuid not null unique,
        fp uuid not null,
        at timestamptz not null default now(),
        source text not null
      )`,
      // What an item gives to one part of a row.
      sql`create table migration_ledger.line (
        item bigint not null,
        fp uuid not null,
        run smallint not null,
        tbl smallint not null,
        facet smallint not null,
        rank numeric,
        key text[] not null
      )`,
      sql`create index line_item on migration_ledger.line (item)`,
      // Contributions that do not hold their row, with the values they would give.
      sql`create table migration_ledger.parked (
        run smallint not null,
        tbl smallint not null,
        facet smallint not null,
        key text[] not null,
        item bigint not null,
        vals text[] not null,
        primary key (run, tbl, facet, key, item)
      )`,
      // Who holds what. What a query does not ask for is not joined.
      sql`create view migration_ledger.contribution as
        select l.run, l.tbl, l.facet, l.key, l.fp as row_fp, l.rank, l.item as id, p.item is null as holds,
          i.hash as item, i.fp as item_fp, i.entity, i.source, i.pass, i.at
        from migration_ledger.line l
        left join migration_ledger.parked p on p.run = l.run and p.tbl = l.tbl and p.facet = l.facet and p.key = l.key and p.item = l.item
        left join migration_ledger.item i on i.id = l.item`,
      // For people: what came from where, in clear.
      sql`create view migration_ledger.audit as
        select c.run, r.source as source_table, e.key as entity, c.source as source_key, t.key as target_table, c.key as target_key, c.holds, c.pass, c.at
        from migration_ledger.contribution c join migration_ledger.run r on r.id = c.run
        join lateral json_each(r.parts::json -> 'tables') t on (t.value ->> 'number')::smallint = c.tbl
        join lateral json_each(r.parts::json -> 'entities') e on (e.value ->> 'number')::smallint = c.entity`,
      // What stood in columns that no contribution gives, right after this run wrote the row; no line where that was nothing.
      sql`create table migration_ledger.ungiven (
        run smallint not null,
        tbl smallint not null,
        key text[] not null,
        was jsonb not null,
        primary key (run, tbl, key)
      )`,
      // What was to be removed and is still there: changed since, or kept by a trigger.
      sql`create table migration_ledger.unremoved (
        run smallint not null,
        tbl smallint not null,
        facet smallint not null,
        key text[] not null,
        item uuid not null,
        source text not null,
        row_fp uuid not null,
        primary key (run, tbl, facet, key)
      )`,
      // A page's records in their order. Logged: a crash would empty an unlogged one, and everything would look stale.
      sql`create table migration_ledger.seen (
        run smallint not null,
        pass smallint not null,
        unit integer not null,
        page integer not null,
        "window" smallint not null default 0,
        items uuid[] not null,
        versions uuid[] not null,
        fates "char"[] not null,
        primary key (run, pass, unit, page)
      )`,
      sql`alter table migration_ledger.seen alter items set storage external, alter versions set storage external`,
      // Versions of items of an export that were left behind, and of those whose rows are of before: a later change has to know what an
      // item was counted as. Of one it may be both.
      sql`create table migration_ledger.left_behind (
        run smallint not null,
        item uuid not null,
        version uuid not null,
        entity smallint not null,
        pass smallint not null,
        fate "char" not null,
        primary key (run, item, version, fate)
      )`,
      // Versions of items that a pass has read more than once. What each of its copies was counted as, by what became of them,
      // and what is decided, once it is: until then it is kept whole, where it alone does not decide.
      sql`create table migration_ledger.repeated (
        run smallint not null,
        pass smallint not null,
        item uuid not null,
        version uuid not null,
        counted json not null,
        kind text,
        positions text[] not null default '{}',
        body text,
        fate text,
        primary key (run, pass, item, version)
      )`,
      sql`create index repeated_undecided on migration_ledger.repeated (run, pass, item, version) where fate is null`,
      // The body is text: jsonb refuses U+0000, and an item must never be too odd for quarantine.
      sql`create table migration_ledger.quarantine (
        run smallint not null,
        item uuid not null,
        version uuid not null,
        entity text,
        reason text not null,
        detail text not null,
        source text not null,
        position text,
        body text not null,
        first_seen smallint not null,
        last_seen smallint not null,
        primary key (run, item, version)
      )`,
      // What runs have built on tables, with the statements that make it and unmake it. What stands under its name and is
      // defined otherwise is somebody else's. The version is the schema's own migration that made it, where one did.
      sql`create table migration_ledger.built (
        tbl text not null,
        kind text not null,
        name text not null,
        run smallint not null,
        definition text not null,
        version text,
        made text[] not null,
        unmade text not null,
        primary key (tbl, kind, name, run)
      )`,
      // What is done one by one when the rows are in, since the run's last beginning: noted before it begins, for who comes after
      // a process that vanished; and why it could not be done. Of the run as a whole the table is ''.
      sql`create table migration_ledger.attempt (
        run smallint not null,
        epoch integer not null,
        tbl text not null,
        kind text not null,
        name text not null,
        ended boolean not null default false,
        reason text,
        primary key (tbl, kind, name, run)
      )`,
      // What of a proof is computed already, while the rest is not yet, and the versions of the rows it comes from; and which
      // parts of it were begun, for who goes on with it.
      sql`create table migration_ledger.lap (
        run smallint not null,
        epoch integer not null,
        what text not null,
        content text not null,
        versions text not null,
        at timestamptz not null default now(),
        primary key (run, what)
      )`,
      // What is left of what all readers of a source may consume together; below nothing where turns are taken ahead of time.
      // Unlogged: nobody waits for the disk, and a crash of Postgres costs the source a second's worth.
      sql`create unlogged table migration_ledger.allowance (
        source text primary key,
        balance double precision not null,
        share double precision not null default 1,
        at timestamptz not null default clock_timestamp(),
        gave_way_at timestamptz not null default '-infinity'
      ) with (fillfactor = 50)`,
      // What an operator lets go, a line for each contribution and one of table 0 for each body in quarantine: bound to what the item
      // held then and to what held its place, so that nothing is let go that nobody has looked at.
      sql`create table migration_ledger.accepted (
        run smallint not null,
        item uuid not null,
        tbl smallint not null,
        facet smallint not null,
        key text[] not null,
        held text not null,
        holder text not null,
        source text not null,
        reason text not null,
        at timestamptz not null default now(),
        primary key (run, item, tbl, facet, key)
      )`,
      // Lines a repair has still to mend. A line of table 0 is an item in quarantine.
      sql`create table migration_ledger.damage (
        run smallint not null,
        item uuid not null,
        tbl smallint not null,
        facet smallint not null,
        key text[] not null,
        missing boolean not null,
        source text not null,
        primary key (run, item, tbl, facet, key)
      )`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const MIGRATIONS: Record<string, Migration> = { "0001_first": first };

/** Creates or upgrades the ledger. */
export async function migrateLedger(sessions: Sessions): Promise<void> {
  const { error } = await migrateVersions(sessions, { versions: MIGRATIONS });
  if (error !== undefined) throw error;
}
