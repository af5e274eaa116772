/** Tables locked for a rollback: others are waited for, and not for ever; whoever comes then waits. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { transaction } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { lockExclusively } from "../../../../lambda/adapters/postgres/session/exclusive.ts";
import { openSessions } from "../../../../lambda/adapters/postgres/session/sessions.ts";
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

async function locking(longest?: number, url = database.url): Promise<string> {
  await using sessions = openSessions(url, "test");
  return await sessions.use((session) =>
    transaction(session, async () => {
      await lockExclusively(session, TABLES, longest);
      return "ours";
    }),
  );
}

it("tables are locked in one order, and whoever comes then waits", async () => {
  await somebody.run("begin; insert into b values (1)");
  const locked = locking();
  await untilWaiting(database.url, 1, locked);
  // It has the first one, and waits for the second: a writer of the first one waits behind it.
  await using another = await otherSession(database.url);
  await another.run("set lock_timeout = '50ms'");
  await expect(another.run("insert into a values (2)")).rejects.toMatchObject({ code: "55P03" });
  await somebody.run("rollback");
  expect(await locked).toBe("ours");
  await another.run("insert into a values (2)");
});

it.each([
  ["as long as an application bears", 50, ""],
  ["as long as the operator says, where that is less", 600_000, "?lock_timeout=50"],
])("others are waited for %s, and then nothing has happened", async (_, longest, said) => {
  await somebody.run("begin; insert into a values (1)");
  await expect(locking(longest, `${database.url}${said}`)).rejects.toMatchObject({ code: "target-busy" });
  await somebody.run("commit");
  expect(await query(database.url, "select from a")).toHaveLength(1);
});
