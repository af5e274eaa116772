/** Tables locked for a rollback: others are waited for, told of, and not for ever; and those who come later wait. */
import { afterEach, beforeEach, expect, it } from "vitest";

import { transaction } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { lockExclusively } from "../../../../lambda/adapters/postgres/session/exclusive.ts";
import { openSessions } from "../../../../lambda/adapters/postgres/session/sessions.ts";
import type { ProgressEvent } from "../../../../lambda/ports/progress.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { query } from "../../../support/migration.ts";
import { type OtherSession, otherSession, untilWaiting } from "../../../support/other-session.ts";

const TABLES = ["b", "a"].map((name) => ({ schema: "public", name }));

let database: TestDatabase;
let somebody: OtherSession;
beforeEach(async () => {
  database = await createDatabase();
  await query(database.url, "create table a (n int); create table b (n int)");
  somebody = await otherSession(database.url);
});
afterEach(async () => {
  await somebody[Symbol.asyncDispose]();
  await database.drop();
});

async function locking<T>(work: () => Promise<T>, longest?: number) {
  const told: ProgressEvent[] = [];
  await using sessions = openSessions(database.url, "test");
  const locked = sessions.use((session) =>
    transaction(session, async () => {
      await lockExclusively(session, TABLES, { tell: (event) => void told.push(event) }, longest);
      return await work();
    }),
  );
  return { told, result: await locked };
}

it("whoever uses a table is waited for, and told of by what others know the session by", async () => {
  await somebody.run("begin; insert into b values (1)");
  const locked = locking(async () => "ours");
  await untilWaiting(database.url, 1, locked);
  // Longer than what is not worth a word.
  await somebody.run("select pg_sleep(1.5)");
  await somebody.run("commit");
  const { told, result } = await locked;
  expect(result).toBe("ours");
  expect(told).toEqual([
    {
      kind: "warning",
      finding: expect.objectContaining({ problem: expect.stringMatching(/^1 other session .*: \d+ \(somebody\)/) }),
    },
  ]);
});

it("and not for ever: then nothing has happened", async () => {
  await somebody.run("begin; insert into a values (1)");
  await expect(locking(async () => "ours", 50)).rejects.toMatchObject({
    code: "in-use",
    message: expect.stringMatching(/\(somebody\)/),
  });
  await somebody.run("commit");
  expect(await query(database.url, "select from a")).toHaveLength(1);
});

it("tables are locked in one order, and whoever comes then waits", async () => {
  await somebody.run("begin; insert into b values (1)");
  const locked = locking(async () => "ours");
  await untilWaiting(database.url, 1, locked);
  // It has the first one, and waits for the second: a writer of the first one waits behind it.
  await using another = await otherSession(database.url);
  await another.run("set lock_timeout = '50ms'");
  await expect(another.run("insert into a values (2)")).rejects.toMatchObject({ code: "55P03" });
  await somebody.run("rollback");
  expect((await locked).result).toBe("ours");
  await another.run("insert into a values (2)");
});
