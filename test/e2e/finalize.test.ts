/** A finalize in several invocations: each thing is built once, in the server, whoever has gone meanwhile; and in the end all is as one invocation leaves it. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runRepair } from "../../lambda/verbs/repair.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import {
  closedGate,
  copied,
  cutOff,
  finalize,
  LIST,
  makeGate,
  pet,
  proof,
  schema,
  waiting,
} from "../support/invocations.ts";
import { linesOf, runAt } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { query } from "../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await makeGate(database.url);
});
afterEach(() => database.drop());

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

/** Everything a database has beside the time it was made at. */
async function state(url = database.url) {
  const all = await Promise.all(
    [
      "select conrelid::regclass::text as tbl, conname, pg_get_constraintdef(oid) as def, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
      "select indexrelid::regclass::text as index, pg_get_indexdef(indexrelid) as def, indisvalid from pg_index where indrelid in ('owners'::regclass, 'pets'::regclass) order by 1",
      "select attrelid::regclass::text as tbl, attname, attnotnull, attidentity from pg_attribute where attrelid in ('owners'::regclass, 'pets'::regclass) and attnum > 0 order by 1, 2",
      "select t::text from owners t union all select t::text from pets t order by 1",
    ].map((sql) => query(url, sql)),
  );
  const built = (await linesOf(url, "built")).map(({ run: _, ...made }) => made);
  return [...all, await runAt(url), built, await linesOf(url, "attempts")];
}

const untilAtTheGate = () => expect.poll(() => waiting(database.url)).toEqual([expect.stringContaining("validate")]);

/** What is left to the server, as it goes over the wire. */
const BUILDING = /^Q[\s\S]*((create index \S+ on|alter table|analyze) "public"|do '|do {2}E')/;

describe("what is being built when its invocation ends", () => {
  it.each(["time", "kill"] as const)(
    "goes on in the server (%s), is waited for by the next one, and is never begun twice",
    async (by) => {
      const built = await counting();
      await copied(database.url, LIST);
      let last: Promise<boolean>;
      {
        await using _ = await closedGate(database.url);
        const first = cutOff(database.url, by, /^Q[\s\S]*validate constraint "waits"/, (url, how) =>
          finalize(url, LIST, how),
        );
        await untilAtTheGate();
        expect(await first).toBe(by === "time" ? false : undefined);
        await untilAtTheGate();
        // The run itself is free, and what is at work is not begun once more.
        const second = new AbortController();
        const next = finalize(database.url, LIST, { signal: second.signal });
        await expect.poll(async () => (await waiting(database.url)).length).toBe(2);
        // A client that has gone is noticed within five seconds, by sessions that look.
        if (by === "kill") await sleep(6_000);
        expect(await waiting(database.url)).toHaveLength(2);
        second.abort();
        expect(await next).toBe(false);
        const place = { target: database.url, schema, force: false };
        await expect(runRollback(place)).rejects.toThrow(/something is being built for run 1, by process \d+/);
        last = finalize(database.url, LIST);
      }
      expect(await last).toBe(true);
      const [total, stood] = [await built(), await state()];
      expect((await proof(database.url, LIST)).verdict).toBe("verified");
      await runRollback({ target: database.url, schema, force: false });
      await query(database.url, "select setval('built', 1, false)");
      await copied(database.url, LIST);
      expect(await finalize(database.url, LIST)).toBe(true);
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
  ] as const)("by %s, of data that %s", async (by, _, list) => {
    await copied(database.url, list);
    let invocations = 1;
    const cut = () => cutOff(database.url, by, BUILDING, (url, how) => finalize(url, list, how));
    for (; (await cut()) !== true; invocations += 1) expect(invocations).toBeLessThan(40);
    // NOT NULL, unique, two indexes, a check, a foreign key, numbering, and the statistics of two tables, at the least.
    expect(invocations).toBeGreaterThan(10);
    await using alone = await createDatabase();
    await makeGate(alone.url);
    await copied(alone.url, list);
    expect(await finalize(alone.url, list)).toBe(true);
    expect(await state()).toEqual(await state(alone.url));
    const attempts = await linesOf<{ ended: boolean }>(database.url, "attempts");
    expect(attempts.filter(({ ended }) => !ended)).toEqual([]);
    const [report, whole] = [await proof(database.url, list), await proof(alone.url, list)];
    expect([report.verdict, report.discrepancies.map(({ subject, count }) => [subject, count])]).toEqual([
      whole.verdict,
      whole.discrepancies.map(({ subject, count }) => [subject, count]),
    ]);
    expect(whole.verdict).toBe(list === LIST ? "verified" : "discrepant");
  });
});

it("an index that is not whole is told, and a repair builds it anew", async () => {
  await copied(database.url, LIST);
  expect(await finalize(database.url, LIST)).toBe(true);
  expect((await proof(database.url, LIST)).verdict).toBe("verified");
  await query(database.url, "update pg_index set indisvalid = false where indexrelid = 'pets_tag_idx'::regclass");
  expect((await proof(database.url, LIST)).discrepancies).toMatchObject([
    { subject: "pets (tag)", problem: /index is not there/ },
  ]);
  const edge = { progress: { tell: () => undefined }, signal: new AbortController().signal };
  const place = { target: database.url, schema, options: {}, force: false };
  expect((await runRepair(place, edge, memorySource(LIST))).report.verdict).toBe("verified");
});
