/**
 * A migration in invocations that may be cut off, each with everything opened anew, as another process would. Of its schema's
 * promises one takes as long as a test wants: while somebody holds the gate.
 */
import { load, migrationOf, openTarget, type Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import { prove, stopwatch } from "../../lambda/pipeline/conclude.ts";
import { type Migration, plan } from "../../lambda/pipeline/migrate.ts";
import { workflowCopy, workflowFinalize } from "../../lambda/pipeline/workflow.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import { memorySource } from "./memory-source.ts";
import { query } from "./migration.ts";
import { otherSession } from "./other-session.ts";
import { held } from "./reports.ts";
import { proxied } from "./tcp-proxy.ts";

/** One of everything that is built. */
const tables = defineTables({
  owners: table({ owner_id: text().primaryKey(), name: text() }).duplicates("merge"),
  pets: table({
    pet_id: text().primaryKey(),
    owner_id: text().references("owners").index(),
    tag: text().unique(),
    number: integer().identityLater(),
  })
    .check("waits", "passed_gate(pet_id)")
    .indexWhere("number > 0", "tag"),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part }) => [
  item("Owner", { pk: "O#{id}", sk: "O" }, ({ key }) => [part("owners", { owner_id: key.id, name: key.id })]),
  item("Pet", { pk: "O#{owner}", sk: "P#{id}" }, ({ key, attr }) => [
    into("pets", { pet_id: key.id, owner_id: key.owner, tag: attr("Tag"), number: attr("N") }),
  ]),
]);
export const schema: Schema = { tables, items };

const owner = (id: string): Item => ({ PK: { S: `O#${id}` }, SK: { S: "O" } });
export const pet = (id: string, tag = id, of = "1"): Item => ({
  ...{ PK: { S: `O#${of}` }, SK: { S: `P#${id}` } },
  ...{ Tag: { S: tag }, N: { N: String(id.length) } },
});
export const LIST = [owner("1"), owner("2"), pet("a"), pet("bb"), pet("ccc")];

export const makeGate = (url: string) =>
  query(
    url,
    `create function passed_gate(text) returns boolean language plpgsql immutable as $$ begin
       perform pg_advisory_xact_lock_shared(7); return true; end $$`,
  );

/** Somebody at the gate, until it is opened. */
export async function closedGate(url: string): Promise<AsyncDisposable> {
  const somebody = await otherSession(url);
  await somebody.run("select pg_advisory_lock(7)");
  return somebody;
}

/** Statements that wait for somebody: at the gate, or for each other. */
export const waiting = async (url: string): Promise<string[]> =>
  (
    await query<{ query: string }>(
      url,
      "select query from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'",
    )
  ).map(({ query: sql }) => sql);

interface How {
  readonly signal?: AbortSignal;
  /** Settles when the process is killed: nothing of it is tried again. */
  readonly killed?: Promise<void>;
}

async function invocation<T>(
  url: string,
  list: readonly Item[],
  work: (migration: Migration, run: Run | undefined) => Promise<T>,
  { signal = new AbortController().signal, killed }: How = {},
): Promise<T> {
  const mapping = load(schema);
  await using target = openTarget(url, mapping);
  killed?.then(() => target[Symbol.asyncDispose]());
  const edge = { progress: { tell: () => undefined }, signal };
  const task = { source: "", target: url, schema, options: { concurrency: 1, units: 1, seed: 1, sample: 5 } };
  const [run] = await target.runs.list();
  return await work(migrationOf(task, edge, memorySource(list), target, mapping), run);
}

export const copied = (url: string, list: readonly Item[]) =>
  invocation(url, list, async (migration) => workflowCopy(migration, await plan(migration)));
export const finalize = (url: string, list: readonly Item[], how?: How) =>
  invocation(url, list, (migration, run) => workflowFinalize(migration, must(run, "planned")), how);
export const proof = (url: string, list: readonly Item[], how?: How) =>
  invocation(
    url,
    list,
    async (migration, run) => held(await prove(migration, must(run, "planned"), stopwatch(migration.now))),
    how,
  );

/**
 * An invocation that is ended as soon as it has sent what `last` says: by being killed, before the answer comes, or by its time
 * being over. Undefined where it was killed.
 */
export async function cutOff<T>(
  database: string,
  by: "kill" | "time",
  last: RegExp,
  work: (url: string, how: How) => Promise<T>,
): Promise<T | undefined> {
  const { proxy, through } = await proxied({ url: database });
  await using _ = proxy;
  const time = new AbortController();
  const killed = Promise.withResolvers<void>();
  let struck = false;
  proxy.onSent = (data) => {
    if (struck || !last.test(data.toString())) return "answer";
    struck = true;
    if (by === "time") {
      time.abort();
      return "answer";
    }
    proxy.refuse = true;
    setTimeout(() => {
      proxy.cut();
      killed.resolve();
    }, 60);
    return "cut";
  };
  return await work(through, { signal: time.signal, killed: killed.promise }).catch((error: unknown) => {
    if (!struck || by === "time") throw error;
    return undefined;
  });
}
