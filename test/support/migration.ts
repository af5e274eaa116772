/** Items and a database → a migration as the drivers run it, with room for a test's own decorations around its ports. */
import pg from "pg";
import { load, migrationOf, openTarget, type Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { Options } from "../../lambda/options.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { migrate } from "../../lambda/pipeline/migrate.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { numbered, runsAt } from "../../lambda/runs.ts";
import { runRepair } from "../../lambda/verbs/repair.ts";
import { runVerify } from "../../lambda/verbs/verify.ts";
import { memorySource } from "./memory-source.ts";
import { held } from "./reports.ts";
import { IS_THOROUGH } from "./thoroughness.ts";

export interface Trial {
  readonly url: string;
  readonly schema: Schema;
  readonly items?: readonly Item[];
  /** Of the source, where it is of memory. */
  readonly name?: string;
  readonly source?: ItemSource;
  readonly options?: Options;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  /** Puts something between the pipeline and the target. */
  readonly around?: (target: Target) => Target;
}

/** What a verb is run between: nobody listens, and it has time. */
export const quiet = (signal = new AbortController().signal) => ({ progress: { tell: () => undefined }, signal });

/** Proves a run anew. */
export const verifyTrial = async (...[task, source, signal]: Verb<typeof runVerify>): Promise<Report> =>
  held((await runVerify(task, quiet(signal), source)).report);

/** Repairs a run. */
export const repairTrial = async (...[task, source, signal]: Verb<typeof runRepair>): Promise<Report> =>
  held((await runRepair(task, quiet(signal), source)).report);

type Verb<V extends typeof runVerify | typeof runRepair> = [
  task: Parameters<V>[0],
  source: ItemSource,
  signal?: AbortSignal,
];

/** Workers and units of which a test does not speak: each costs a connection and ten statements, so that all there are by themselves wait for more time. */
const FEW = IS_THOROUGH ? {} : { units: 2, concurrency: 2 };

/** Runs one migration to its end. */
export async function migrateTrial({
  url,
  schema,
  items = [],
  name,
  source,
  options = {},
  signal,
  now,
  around,
}: Trial): Promise<Report> {
  const from = source ?? memorySource(items, name);
  const known = (await runsAt(url)).find((run) => run.source === from.name);
  const mapping = known === undefined ? load(schema) : numbered(schema, known);
  await using target = openTarget(url, mapping, { migrations: schema.migrations });
  const task = { source: "", target: url, schema, options: { ...FEW, ...options } };
  const decorated = around === undefined ? target : around(target);
  const migration = migrationOf(task, quiet(signal), from, decorated, mapping);
  return held(await migrate(now === undefined ? migration : { ...migration, now }));
}

type Ask = <R extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<R[]>;

/** Asks what there is to ask, one after the other, on a connection of its own. */
async function asking<T>(url: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A server that is ended behind its back is told by the next query.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("set timezone = 'UTC'");
    return await work(async (sql, values) => (await client.query(sql, values)).rows);
  } finally {
    await client.end();
  }
}

/** One query. */
export const query = <R extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<R[]> =>
  asking(url, (ask) => ask<R>(sql, values));

/** What each of some queries gives. */
export const queries = (url: string, all: readonly string[]): Promise<unknown[][]> =>
  asking(url, async (ask) => {
    const results: unknown[][] = [];
    for (const sql of all) results.push(await ask(sql));
    return results;
  });

/** Every row of some tables as text, in one order: equal exactly when the tables are. */
export const dump = (url: string, tables: readonly string[]): Promise<Record<string, string[]>> =>
  asking(url, async (ask) => {
    const dumped: Record<string, string[]> = {};
    for (const table of tables) {
      const sql = `select t::text as row from ${pg.escapeIdentifier(table)} t order by 1`;
      dumped[table] = (await ask<{ row: string }>(sql)).map(({ row }) => row);
    }
    return dumped;
  });

/** Which version of each row is stored, by the transaction that wrote it: unchanged exactly when nothing wrote the row. */
export const versions = (url: string, tables: readonly string[]): Promise<Map<string, string>> =>
  asking(url, async (ask) => {
    const all = new Map<string, string>();
    for (const table of tables) {
      const sql = `select t::text as row, xmin::text || ' ' || ctid::text as version from ${pg.escapeIdentifier(table)} t`;
      for (const { row, version } of await ask<{ row: string; version: string }>(sql))
        all.set(`${table} ${row}`, version);
    }
    return all;
  });

/** Does something before every page that is written; counts them over all workers. */
export const beforePages =
  (fault: (page: number) => unknown) =>
  (target: Target): Target => {
    let page = 0;
    const claim: Target["queue"]["claim"] = async (run) => {
      const claimed = await target.queue.claim(run);
      if (claimed === undefined) return undefined;
      return {
        ...claimed,
        commit: async (write) => {
          page += 1;
          await fault(page);
          await claimed.commit(write);
        },
      };
    };
    return { ...target, queue: { ...target.queue, claim } };
  };
