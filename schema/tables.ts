/**
 * What Postgres will hold: a file-management system, one table for each thing and one for each relation. Foreign keys,
 * unique constraints and indexes are built after the copy, and every foreign key gets an index without asking.
 */
import {
  bigint,
  boolean,
  bytea,
  date,
  defineTables,
  integer,
  jsonb,
  numeric,
  type TargetDatabase,
  table,
  text,
  timestamptz,
  uuid,
} from "../lambda/mapping/index.ts";

export const tables = defineTables({
  // One row from two items: the account item and the profile item each write their own columns.
  users: table({
    user_id: text().primaryKey(),
    user_name: text(),
    email: text().unique(),
    quota_bytes: bigint(),
    created_at: timestamptz(),
    display_name: text().nullable(),
    about: text().nullable(),
    birthday: date().nullable(),
    settings: jsonb().nullable(),
  }).duplicates("merge"),

  // A tree: a folder without a parent is one of its owner's top folders.
  folders: {
    folder_id: text().primaryKey(),
    owner_id: text().references("users"),
    parent_folder_id: text().nullable().references("folders"),
    name: text(),
    created_at: timestamptz(),
  },

  files: {
    file_id: uuid().primaryKey(),
    folder_id: text().references("folders"),
    name: text(),
    description: text().nullable(),
    size: bigint(),
    score: numeric().comment("Relevance. DynamoDB keeps 38 digits, and so does this column."),
    checksum: bytea(),
    archived: boolean(),
    metadata: jsonb(),
    created_at: timestamptz(),
    modified_at: timestamptz().index(),
  },

  // What was a set or a list inside the file item is a table of its own here, and can be joined.
  file_tags: {
    file_id: uuid().primaryKey().references("files"),
    tag: text().primaryKey(),
  },
  file_categories: {
    file_id: uuid().primaryKey().references("files"),
    category_id: text().primaryKey().references("categories"),
  },
  file_versions: {
    file_id: uuid().primaryKey().references("files"),
    position: integer().primaryKey().comment("Place in the file's list of versions, from 0."),
    size: bigint(),
    uploaded_by: text().references("users"),
    uploaded_at: timestamptz(),
    note: text().nullable(),
  },

  categories: {
    category_id: text().primaryKey(),
    name: text().unique(),
    price_per_gib: numeric(),
  },

  // N–N: whom a single file is shared with.
  file_shares: {
    user_id: text().primaryKey().references("users"),
    file_id: uuid().primaryKey().references("files"),
    permission: text(),
    shared_at: timestamptz(),
  },

  // N–N: who works in a folder, and in all folders below it. DynamoDB holds each of these twice, once under the folder
  // and once under the user. Equal copies become one row; copies that differ are reported as a conflict.
  folder_collaborators: table({
    folder_id: text().primaryKey().references("folders"),
    user_id: text().primaryKey().references("users"),
    role: text(),
    since: timestamptz(),
  }).duplicates("identical"),

  // Postgres has no time-to-live. This is what a pg_cron job would run instead, say every ten minutes:
  //   delete from upload_sessions where expires_at <= now();
  upload_sessions: table({
    session_id: uuid().primaryKey(),
    user_id: text().references("users"),
    folder_id: text().references("folders"),
    file_name: text(),
    bytes_received: bigint(),
    started_at: timestamptz(),
    expires_at: timestamptz().index(),
  }).comment("Unfinished uploads. Those past expires_at may be deleted at any time."),
});

/** The same tables as types: `new Kysely<Database>(…)`, for life after the migration. */
export type Database = TargetDatabase<typeof tables>;
