/** Another user of the database, whose transactions stay open as long as a test wants; and who waits for whom. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export interface OtherSession extends AsyncDisposable {
  run(sql: string): Promise<unknown>;
}

export async function otherSession(url: string): Promise<OtherSession> {
  const client = new pg.Client({ connectionString: url, application_name: "somebody" });
  await client.connect();
  return { run: (sql) => client.query(sql), [Symbol.asyncDispose]: () => client.end() };
}

/** Returns when so many sessions of the database wait for a lock, or when one of `ended` has come to its end instead. */
export async function untilWaiting(
  url: string,
  sessions: number,
  ...ended: readonly Promise<unknown>[]
): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  for (const each of ended) each.then(end, end);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    while (!over) {
      const { rows } = await client.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (rows.length >= sessions) return;
      await sleep(20);
    }
  } finally {
    await client.end();
  }
}
