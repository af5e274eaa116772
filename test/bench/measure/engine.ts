/** A cluster of a contestant's own, as the rehearsal starts one, whose processor seconds can be read. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../../../bin/embedded/postgres.ts";
import { must } from "../../../lambda/domain/must.ts";
import { treeSeconds } from "./processor.ts";

export interface Engine extends AsyncDisposable {
  readonly url: string;
  readonly dataFolder: string;
  /** All its processes have taken so far. */
  seconds(): number;
}

/** Asks as an onlooker: a session for each question, so that none stands open beside what is measured. */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  query: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(query, values)).rows;
  } finally {
    await client.end();
  }
}

export async function startEngine(): Promise<Engine> {
  const server = await startPostgres();
  const [facts] = await ask<{ data_directory: string }>(server.url, "show data_directory");
  const { data_directory: dataFolder } = must(facts, "every server has a folder");
  const [pid = ""] = (await readFile(join(dataFolder, "postmaster.pid"), "utf8")).split("\n");
  return {
    url: server.url,
    dataFolder,
    seconds: () => treeSeconds(Number(pid)),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
