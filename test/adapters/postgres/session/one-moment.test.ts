/** Sessions side by side: what each sees, what becomes of a failure, and what they leave behind. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Session } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { sideBySide } from "../../../../lambda/adapters/postgres/session/one-moment.ts";
import { openSessions, type Sessions } from "../../../../lambda/adapters/postgres/session/sessions.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { query } from "../../../support/migration.ts";
import { otherSession, untilWaiting } from "../../../support/other-session.ts";

let database: TestDatabase;
let sessions: Sessions;
beforeEach(async () => {
  database = await createDatabase();
  await query(database.url, "create table things (n int); insert into things values (1)");
  await query(database.url, "create table others (n int)");
  sessions = openSessions(database.url, "test");
});
afterEach(async () => {
  await sessions[Symbol.asyncDispose]();
  await database.drop();
});

const TABLES = ["things", "others"].map((name) => ({ schema: "public", name }));
const ask = async (session: Session, sql: string): Promise<unknown> => (await session.query(sql)).rows[0];
/** Tasks, so many at a time, and their results. */
const all = <T>(atOnce: number, tasks: readonly ((session: Session) => Promise<T>)[]): Promise<T[]> =>
  sideBySide<T, T[]>(sessions, TABLES, atOnce, async () => ({ tasks, end: async (results) => [...results] }));
const COUNT = "select count(*)::int as count, pg_backend_pid() as backend from things";

it("all see what was there when they began, each on a connection of its own, and answer in their order", async () => {
  const begun = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  let count = 0;
  const task = (at: number) => async (session: Session) => {
    count += 1;
    if (count === 3) begun.resolve();
    await written.promise;
    return { at, ...Object(await ask(session, COUNT)) };
  };
  const three = all(3, [0, 1, 2].map(task));
  await begun.promise;
  await query(database.url, "insert into things values (2)");
  written.resolve();
  const seen = await three;
  expect(seen).toMatchObject([0, 1, 2].map((at) => ({ at, count: 1 })));
  expect(new Set(seen.map(({ backend }) => backend)).size).toBe(3);
  expect(await all(3, [task(0)])).toMatchObject([{ count: 2 }]);
});

it("what is made of the results is of the same moment", async () => {
  const count = await sideBySide(sessions, TABLES, 2, async (first) => ({
    tasks: [() => query(database.url, "insert into things values (2)")],
    end: () => ask(first, COUNT),
  }));
  expect(count).toMatchObject({ count: 1 });
});

it("one that fails ends it, nothing is begun after it, and no transaction stays open", async () => {
  let begun = 0;
  const tasks = [0, 1, 2, 3, 4, 5].map((at) => async (session: Session) => {
    begun += 1;
    if (at === 1) await session.query("select 1 / 0");
    await session.query("select pg_sleep(0.2)");
  });
  await expect(all(2, tasks)).rejects.toThrow("22012");
  expect(begun).toBeLessThan(4);
  const open =
    "select from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()";
  await expect.poll(() => query(database.url, open)).toEqual([]);
});

it("whoever is done first may wait for the others, and only here", async () => {
  const idle = "show idle_in_transaction_session_timeout";
  const told = await all(
    2,
    [0, 1].map(() => (session: Session) => ask(session, idle)),
  );
  expect(told).toEqual([0, 1].map(() => ({ idle_in_transaction_session_timeout: "0" })));
  expect(await sessions.use((session) => ask(session, idle))).toEqual({ idle_in_transaction_session_timeout: "1min" });
});

const rowsOf = async (session: Session, table: string): Promise<number> =>
  (await session.query(`select from ${table}`)).rows.length;

/** Somebody who wants a table alone, and would give up in the end. */
async function wanting(table: string) {
  const somebody = await otherSession(database.url);
  await somebody.run("set lock_timeout = '20s'");
  const done = somebody.run(`alter table ${table} add m int`);
  done.catch(() => undefined);
  await untilWaiting(database.url, 1, done);
  return { done, [Symbol.asyncDispose]: () => somebody[Symbol.asyncDispose]() };
}

it("whoever wants a table meanwhile waits for all of them, and none of them for another", async () => {
  const both = Promise.withResolvers<void>();
  const wanted = Promise.withResolvers<Awaited<ReturnType<typeof wanting>>>();
  const results = await sideBySide(sessions, TABLES, 2, async () => ({
    tasks: [
      async (session) => {
        await both.promise;
        wanted.resolve(await wanting("things"));
        return rowsOf(session, "others");
      },
      async (session) => {
        both.resolve();
        await wanted.promise;
        return rowsOf(session, "things");
      },
    ],
    end: async (counts) => counts,
  }));
  expect(results).toEqual([0, 1]);
  await using somebody = await wanted.promise;
  await somebody.done;
});

it("one that would have to wait for them leaves all to the first", async () => {
  const gone = Promise.withResolvers<void>();
  const watched: Sessions = {
    ...sessions,
    give: async (session) => {
      gone.resolve();
      await sessions.give(session);
    },
  };
  const wanted = Promise.withResolvers<Awaited<ReturnType<typeof wanting>>>();
  const done: Session[] = [];
  const task = async (session: Session) => {
    await gone.promise;
    done.push(session);
    return rowsOf(session, "things");
  };
  const first = await sideBySide(watched, TABLES, 2, async (session) => {
    await rowsOf(session, "things");
    wanted.resolve(await wanting("things"));
    return { tasks: [task, task], end: async () => session };
  });
  expect(done).toEqual([first, first]);
  await using somebody = await wanted.promise;
  await somebody.done;
});

it("a table that is not there is nobody's to wait for", async () => {
  const places = [...TABLES, { schema: "public", name: "nothing" }];
  expect(await sideBySide(sessions, places, 2, async () => ({ tasks: [], end: async () => "over" }))).toBe("over");
});
