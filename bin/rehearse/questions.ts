/**
 * The migrated sample → answers to three questions the DynamoDB table could not answer without reading all of it. Each is
 * one SQL statement, written with the types the schema folder gives: a renamed column does not compile.
 */
import { type Compilable, type Kysely, sql } from "kysely";
import { must } from "../../lambda/domain/must.ts";
import type { Database } from "../../schema/tables.ts";
import { sqlText } from "./sql-text.ts";

export interface Answer {
  readonly question: string;
  /** Can be pasted into psql as it stands. */
  readonly sql: string;
  readonly columns: readonly string[];
  /** The first few, as text. */
  readonly rows: readonly (readonly string[])[];
  readonly milliseconds: number;
}

const SHOWN = 5;

export async function askQuestions(db: Kysely<Database>): Promise<readonly Answer[]> {
  const folder = await fullestFolder(db);
  const user = await busiestUser(db);
  return [
    await ask(`Which files lie below the folder "${folder.name}", however deep?`, filesBelow(db, folder.folder_id)),
    await ask(`Which files can ${user.name} reach, and how?`, filesInReach(db, user.user_id)),
    await ask("How much is stored in each category, and what does it cost?", storageByCategory(db)),
  ];
}

/** Down the tree from one folder, then the files of every folder found. */
function filesBelow(db: Kysely<Database>, folderId: string) {
  return db
    .withRecursive("below(folder_id, path)", (query) =>
      query
        .selectFrom("folders")
        .select(["folder_id", "name as path"])
        .where("folder_id", "=", folderId)
        .unionAll(
          query
            .selectFrom("folders")
            .innerJoin("below", "below.folder_id", "folders.parent_folder_id")
            .select(({ ref }) => [
              "folders.folder_id",
              sql<string>`${ref("below.path")} || ' › ' || ${ref("folders.name")}`.as("path"),
            ]),
        ),
    )
    .selectFrom("below")
    .innerJoin("files", "files.folder_id", "below.folder_id")
    .select(["below.path", "files.name", "files.size", sql<string>`count(*) over ()`.as("files_in_all")])
    .orderBy("files.size", "desc")
    .limit(SHOWN);
}

/** Their own folders and those they work in, with everything below; and the files shared with them one by one. */
function filesInReach(db: Kysely<Database>, userId: string) {
  return (
    db
      .withRecursive("folder(folder_id, how)", (query) =>
        query
          .selectFrom("folders")
          .select(["folder_id", sql<string>`'owned'`.as("how")])
          .where("owner_id", "=", userId)
          .union(
            query
              .selectFrom("folder_collaborators")
              .select(["folder_id", sql<string>`'through a folder'`.as("how")])
              .where("user_id", "=", userId),
          )
          .union(
            query
              .selectFrom("folders")
              .innerJoin("folder", "folder.folder_id", "folders.parent_folder_id")
              .select(["folders.folder_id", "folder.how"]),
          ),
      )
      .with("reach", (query) =>
        query
          .selectFrom("folder")
          .innerJoin("files", "files.folder_id", "folder.folder_id")
          .select(["folder.how", "files.file_id", "files.name", "files.size"])
          .union(
            query
              .selectFrom("file_shares")
              .innerJoin("files", "files.file_id", "file_shares.file_id")
              .select([sql<string>`'shared'`.as("how"), "files.file_id", "files.name", "files.size"])
              .where("file_shares.user_id", "=", userId),
          ),
      )
      .selectFrom("reach")
      .select(["how", "name", "size", sql<string>`count(*) over (partition by how)`.as("files_this_way")])
      // The largest of each way first, so that a short list shows every way.
      .orderBy(sql`row_number() over (partition by how order by size desc)`)
      .orderBy("how")
      .limit(SHOWN)
  );
}

/** A file in two categories counts in both. */
function storageByCategory(db: Kysely<Database>) {
  return db
    .selectFrom("categories")
    .innerJoin("file_categories", "file_categories.category_id", "categories.category_id")
    .innerJoin("files", "files.file_id", "file_categories.file_id")
    .select([
      "categories.name",
      sql<string>`count(*)`.as("files"),
      sql<string>`pg_size_pretty(sum(files.size))`.as("stored"),
      sql<string>`round(sum(files.size) / 1024.0 ^ 3 * categories.price_per_gib, 2)`.as("price"),
    ])
    .groupBy("categories.category_id")
    .orderBy(sql`sum(files.size)`, "desc")
    .limit(SHOWN);
}

/** The top folder with the most files below it. */
async function fullestFolder(db: Kysely<Database>) {
  const folder = await db
    .withRecursive("below(top_id, folder_id)", (query) =>
      query
        .selectFrom("folders")
        .select(["folder_id as top_id", "folder_id"])
        .where("parent_folder_id", "is", null)
        .unionAll(
          query
            .selectFrom("folders")
            .innerJoin("below", "below.folder_id", "folders.parent_folder_id")
            .select(["below.top_id", "folders.folder_id"]),
        ),
    )
    .selectFrom("below")
    .innerJoin("files", "files.folder_id", "below.folder_id")
    .innerJoin("folders", "folders.folder_id", "below.top_id")
    .select(["folders.folder_id", "folders.name"])
    .groupBy("folders.folder_id")
    .orderBy(sql`count(*)`, "desc")
    .orderBy("folders.folder_id")
    .limit(1)
    .executeTakeFirst();
  return must(folder, "the sample has files in folders");
}

/** The user to whom others have opened the most: files shared with them, times files in folders they work in. */
async function busiestUser(db: Kysely<Database>) {
  const user = await db
    .selectFrom("users")
    .innerJoin("file_shares", "file_shares.user_id", "users.user_id")
    .innerJoin("folder_collaborators", "folder_collaborators.user_id", "users.user_id")
    .innerJoin("files", "files.folder_id", "folder_collaborators.folder_id")
    .select(["users.user_id", ({ fn }) => fn.coalesce("users.display_name", "users.user_name").as("name")])
    .groupBy("users.user_id")
    .orderBy(sql`count(*)`, "desc")
    .orderBy("users.user_id")
    .limit(1)
    .executeTakeFirst();
  return must(user, "the sample has users with whom something is shared");
}

async function ask<Row extends object>(
  question: string,
  query: Compilable<Row> & { execute(): Promise<readonly Row[]> },
): Promise<Answer> {
  const started = performance.now();
  const rows = await query.execute();
  return {
    question,
    sql: sqlText(query.compile()),
    columns: Object.keys(rows[0] ?? {}),
    rows: rows.map((row) => Object.values(row).map(String)),
    milliseconds: performance.now() - started,
  };
}
