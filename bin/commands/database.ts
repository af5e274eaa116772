/** `--target` → a database that is there: a URL as it is, or `embedded`, a Postgres of this process's own. */
import { startPostgres } from "../embedded/postgres.ts";
import { tell } from "../terminal/print.ts";
import { untilStopped } from "../terminal/stop.ts";

export interface Database extends AsyncDisposable {
  readonly url: string;
}

export async function openDatabase(target: string): Promise<Database> {
  if (target !== "embedded") return { url: target, [Symbol.asyncDispose]: async () => undefined };
  const postgres = await startPostgres();
  return { url: postgres.url, [Symbol.asyncDispose]: () => postgres.stop() };
}

/** For whoever wants to look at what a migration made before it is gone. */
export async function keepUntilStopped({ url }: Pick<Database, "url">): Promise<void> {
  tell(`\nThe database is at ${url} until you press Ctrl-C.`);
  await untilStopped();
}
