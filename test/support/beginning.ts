/** What many tests of a file begin with: a migration that is run once, and of which each of them gets the database it left. */
import { inject } from "vitest";
import type { Schema } from "../../lambda/compose.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { becomeLike, createDatabase, type TestDatabase } from "./database.ts";
import { atFileEnd } from "./file-end.ts";
import { migrateTrial, query, type Trial } from "./migration.ts";

interface Beginning {
  readonly database: TestDatabase;
  readonly report: Report;
}

const beginnings = new Map<string, Beginning>();

const schemas: Schema[] = [];
function numberOf(schema: Schema): number {
  if (!schemas.includes(schema)) schemas.push(schema);
  return schemas.indexOf(schema);
}

/** Anything that somebody made there or set there, and any connection that a copy would cut off. */
const TOUCHED = `
  select from pg_class where oid >= 16384 union all select from pg_namespace where oid >= 16384
  union all select from pg_proc where oid >= 16384 union all select from pg_event_trigger
  union all select from pg_default_acl
  union all select from pg_database where datname = current_database() and (datacl is not null or datdba <> 10)
  union all select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where datname = current_database()
  union all select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;

/** Databases of other servers, and those that somebody else goes to under another name, are not copied. */
const isOurs = (url: string): boolean => new URL("/", url).href === new URL("/", inject("postgresUrl")).href;

/**
 * As `migrateTrial`, for tests whose subject is what comes afterwards: a migration of the same items by the same schema
 * object into an untouched database is a copy of the first one in the file. With anything else in play it is run.
 * The database is made anew on the way: nobody else may be about to use it.
 */
export async function beginTrial(trial: Trial): Promise<Report> {
  const { url, schema, items, name, options, ...more } = trial;
  const isPlain = Object.values(more).every((each) => each === undefined);
  if (!isPlain || !isOurs(url) || (await query(url, TOUCHED)).length > 0) return await migrateTrial(trial);
  const key = JSON.stringify([numberOf(schema), items, name, options]);
  const known = beginnings.get(key);
  if (known !== undefined) {
    await becomeLike(url, known.database);
    return structuredClone(known.report);
  }
  const report = await migrateTrial(trial);
  const database = await createDatabase({ url });
  beginnings.set(key, { database, report: structuredClone(report) });
  atFileEnd(async () => {
    beginnings.delete(key);
    await database.drop();
  });
  return report;
}
