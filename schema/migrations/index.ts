/**
 * What tables cannot declare, as versioned migrations: `before` there are tables (extensions, types, functions), and `after`
 * the rows are in (views). Each runs once in a database, in the order of its name. A version that has run is never changed:
 * add another.
 */
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

export const before: Record<string, Migration> = {};

export const after: Record<string, Migration> = {
  "001_folder_paths": {
    up: async (db) => {
      await sql`
        create view folder_paths as
        with recursive paths as (
          select folder_id, owner_id, name as path, 1 as depth from folders where parent_folder_id is null
          union all
          select f.folder_id, f.owner_id, p.path || ' › ' || f.name, p.depth + 1
          from folders f join paths p on f.parent_folder_id = p.folder_id
        )
        select folder_id, owner_id, path, depth from paths`.execute(db);
    },
    // For a rollback: without it the view would stay, and its table with it.
    down: async (db) => {
      await sql`drop view folder_paths`.execute(db);
    },
  },
};
