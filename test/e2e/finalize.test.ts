/** A finalize in several invocations: each thing is built once, in the server, whoever has gone meanwhile; and in the end all is as one invocation leaves it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, migrationOf, openTarget, type Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import { type Migration, plan } from "../../lambda/pipeline/migrate.ts";
import { workflowCopy, workflowFinalize } from "../../lambda/pipeline/workflow.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import { runRepair } from "../../lambda/verbs/repair.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { runVerify } from "../../lambda/verbs/verify.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { query } from "../support/migration.ts";
import { otherSession } from "../support/other-session.ts";
import { tcpProxy } from "../support/tcp-proxy.ts";

/** One of everything that is built, and a check that takes as long as a test wants: while somebody holds the gate. */
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
const schema: Schema = { tables, items };

const owner = (id: string): Item => ({ PK: { S: `O#${id}` }, SK: { S: "O" } });
const pet = (id: string, tag = id, of = "1"): Item => ({
  ...{ PK: { S: `O#${of}` }, SK: { S: `P#${id}` } },
  ...{ Tag: { S: tag }, N: { N: String(id.length) } },
});
const LIST = [owner("1"), owner("2"), pet("a"), pet("bb"), pet("ccc")];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await makeGate();
});
afterEach(() => database.drop());

const makeGate = () =>
  query(
    database.url,
    `create function passed_gate(text) returns boolean language plpgsql immutable as $$ begin
       perform pg_advisory_xact_lock_shared(7); return true; end $$`,
  );

/** Counts what is built beside twins, also where that is taken back: no rollback takes a sequence's number back. */
async function counting(): Promise<() => Promise<number>> {
  await query(
    database.url,
    `create sequence built; create schema counting;
     create function counting.one() returns event_trigger language plpgsql as $$ begin
       if exists (select from pg_event_trigger_ddl_commands() where schema_name = 'public') then perform nextval('public.built'); end if; end $$;
     create event trigger counting_one on ddl_command_end when tag in ('CREATE INDEX', 'ALTER TABLE') execute function counting.one()`,
  );
  return async () => {
    const [row] = await query<{ last: number }>(
      database.url,
      "select case when is_called then last_value else 0 end::int as last from built",
    );
    return row?.last ?? 0;
  };
}

interface How {
  readonly signal?: AbortSignal;
  readonly url?: string;
  /** Settles when the process is killed: nothing of it is tried again. */
  readonly killed?: Promise<void>;
}

async function invocation<T>(
  list: readonly Item[],
  work: (migration: Migration, run: Run | undefined) => Promise<T>,
  { signal = new AbortController().signal, url = database.url, killed }: How = {},
): Promise<T> {
  const mapping = load(schema);
  await using target = openTarget(url, mapping);
  killed?.then(() => target[Symbol.asyncDispose]());
  const edge = { progress: { tell: () => undefined }, signal };
  const task = { source: "", target: url, schema, options: { concurrency: 1, units: 1 } };
  const [run] = await target.runs.list();
  return await work(migrationOf(task, edge, memorySource(list), target, mapping), run);
}

const copied = (list: readonly Item[]) =>
  invocation(list, async (migration) => workflowCopy(migration, await plan(migration)));
const finalize = (list: readonly Item[], how?: How) =>
  invocation(list, (migration, run) => workflowFinalize(migration, must(run, "planned")), how);

/** A finalize that is ended as soon as it has sent what `last` says: by being killed, before the answer comes, or by its time being over. */
async function cutOff(list: readonly Item[], by: "kill" | "time", last: RegExp): Promise<boolean> {
  const { hostname, port } = new URL(database.url);
  await using proxy = await tcpProxy(hostname, Number(port));
  const url = new URL(database.url);
  [url.hostname, url.port] = ["127.0.0.1", String(proxy.port)];
  const time = new AbortController();
  const killed = Promise.withResolvers<void>();
  proxy.onSent = (data) => {
    if (!last.test(data.toString())) return "answer";
    proxy.onSent = () => "answer";
    if (by === "time") time.abort();
    else {
      proxy.refuse = true;
      setTimeout(() => {
        proxy.cut();
        killed.resolve();
      }, 60);
    }
    return by === "kill" ? "cut" : "answer";
  };
  return await finalize(list, { signal: time.signal, url: url.href, killed: killed.promise }).catch(
    (error: unknown) => {
      if (by === "kill") return false;
      throw error;
    },
  );
}

const verify = async (list: readonly Item[]) =>
  (
    await runVerify(
      { target: database.url, schema, options: { sample: 5 } },
      { progress: { tell: () => undefined }, signal: new AbortController().signal },
      memorySource(list),
    )
  ).report;

/** Somebody at the gate: the check is being validated until it is opened. */
async function closedGate(): Promise<AsyncDisposable> {
  const somebody = await otherSession(database.url);
  await somebody.run("select pg_advisory_lock(7)");
  return somebody;
}

const WAITING = `select query, pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`;
const atWork = async () =>
  (await query<{ query: string; pid: number }>(database.url, WAITING)).map(({ query: sql }) => sql);
const untilAtWork = () => expect.poll(atWork, { timeout: 20_000 }).toEqual([expect.stringContaining("validate")]);

/** Everything a database has beside the time it was made at. */
async function state() {
  const all = await Promise.all(
    [
      "select conrelid::regclass::text as tbl, conname, pg_get_constraintdef(oid) as def, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
      "select indexrelid::regclass::text as index, pg_get_indexdef(indexrelid) as def, indisvalid from pg_index where indrelid in ('owners'::regclass, 'pets'::regclass) order by 1",
      "select attrelid::regclass::text as tbl, attname, attnotnull, attidentity from pg_attribute where attrelid in ('owners'::regclass, 'pets'::regclass) and attnum > 0 order by 1, 2",
      "select tbl, kind, name, definition, version, made, unmade from migration_ledger.built order by tbl, kind, name",
      "select tbl, kind, name, ended, reason is null as well from migration_ledger.attempt order by tbl, kind, name",
      "select pass, phase from migration_ledger.run",
      "select t::text from owners t union all select t::text from pets t order by 1",
    ].map((sql) => query(database.url, sql)),
  );
  return all;
}

/** What is left to the server, as it goes over the wire. */
const BUILDING = /^Q[\s\S]*((create index \S+ on|alter table|analyze) "public"|do '|do {2}E')/;

describe("what is being built when its invocation ends", () => {
  it.each(["time", "kill"] as const)(
    "goes on in the server (%s), is waited for by the next one, and is never begun twice",
    async (by) => {
      const built = await counting();
      await copied(LIST);
      let last: Promise<boolean>;
      {
        await using _ = await closedGate();
        const first = cutOff(LIST, by, /^Q[\s\S]*validate constraint "waits"/);
        await untilAtWork();
        expect(await first).toBe(false);
        await untilAtWork();
        // The run itself is free, and what is at work is not begun once more.
        const second = new AbortController();
        const waiting = finalize(LIST, { signal: second.signal });
        await expect.poll(async () => (await atWork()).length, { timeout: 20_000 }).toBe(2);
        second.abort();
        expect(await waiting).toBe(false);
        const place = { target: database.url, schema, force: false };
        await expect(runRollback(place)).rejects.toThrow(/something is being built for run 1, by process \d+/);
        last = finalize(LIST);
      }
      expect(await last).toBe(true);
      const [total, stood] = [await built(), await state()];
      expect((await verify(LIST)).verdict).toBe("verified");
      await runRollback({ target: database.url, schema, force: false });
      await query(database.url, "select setval('built', 1, false)");
      await copied(LIST);
      expect(await finalize(LIST)).toBe(true);
      expect([await built(), await state()]).toEqual([total, stood]);
    },
  );
});

describe("I5: a finalize that is cut off at everything it builds ends as one that is not", () => {
  const ORPHAN = pet("d", "d", "nobody");
  const DOUBLE = pet("e", "a");
  it.each([
    ["time", "keeps every promise", LIST],
    ["kill", "keeps every promise", LIST],
    ["kill", "breaks some", [...LIST, ORPHAN, DOUBLE]],
  ] as const)("by %s, of data that %s", { timeout: 120_000 }, async (by, _, list) => {
    await using alone = await createDatabase();
    const mine = database;
    await copied(list);
    let invocations = 1;
    for (; !(await cutOff(list, by, BUILDING)); invocations += 1) expect(invocations).toBeLessThan(40);
    const [cut, report] = [await state(), await verify(list)];
    // NOT NULL, unique, two indexes, a check, a foreign key, numbering, and the statistics of two tables, at the least.
    expect(invocations).toBeGreaterThan(10);
    try {
      database = alone;
      await makeGate();
      await copied(list);
      expect(await finalize(list)).toBe(true);
      expect(cut).toEqual(await state());
      const whole = await verify(list);
      expect([report.verdict, report.discrepancies.map(({ subject, count }) => [subject, count])]).toEqual([
        whole.verdict,
        whole.discrepancies.map(({ subject, count }) => [subject, count]),
      ]);
      expect(whole.verdict).toBe(list === LIST ? "verified" : "discrepant");
    } finally {
      database = mine;
    }
  });
});

it("an index that is not whole is told, and a repair builds it anew", async () => {
  await copied(LIST);
  expect(await finalize(LIST)).toBe(true);
  expect((await verify(LIST)).verdict).toBe("verified");
  await query(database.url, "update pg_index set indisvalid = false where indexrelid = 'pets_tag_idx'::regclass");
  expect((await verify(LIST)).discrepancies).toMatchObject([{ subject: "pets (tag)", problem: /index is not there/ }]);
  const edge = { progress: { tell: () => undefined }, signal: new AbortController().signal };
  const place = { target: database.url, schema, options: {}, force: false };
  expect((await runRepair(place, edge, memorySource(LIST))).report.verdict).toBe("verified");
});
