/** Several COPYs in one message: each table gets its lines, and where one fails those behind it never were. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { connect, type Session, transaction } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { CopyLines } from "../../../../lambda/adapters/postgres/session/copy-text.ts";
import { isKeyTaken } from "../../../../lambda/adapters/postgres/session/errors.ts";
import { inSavepoint } from "../../../../lambda/adapters/postgres/session/savepoint.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { query } from "../../../support/migration.ts";
import { proxied } from "../../../support/tcp-proxy.ts";

let database: TestDatabase;
let on: Awaited<ReturnType<typeof proxied>>;
let session: Session;
beforeEach(async () => {
  database = await createDatabase();
  await query(database.url, "create table a (n int primary key, t text); create table b (n int primary key, t text)");
  on = await proxied(database);
  session = await connect(on.through, "test");
});
afterEach(async () => {
  await session.close();
  await on.proxy[Symbol.asyncDispose]();
  await database.drop();
});

const lines = (table: string, ...rows: readonly string[]) => {
  const text = new CopyLines("as they came");
  for (const row of rows) text.add(row, "");
  return { table, columns: "n, t", lines: text };
};
const standing = async (table: string) =>
  (await query<{ n: number }>(database.url, `select n from ${table} order by n`)).map(({ n }) => n);

/** What is told of the rows, and what is thrown. */
async function copied(...copies: readonly ReturnType<typeof lines>[]) {
  const came: number[] = [];
  const thrown = await session
    .copy(copies, (rows) => void came.push(rows))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { came, thrown };
}

it("each table gets its lines, however many, and all are asked for at once", async () => {
  const asked: number[] = [];
  on.proxy.onSent = (data) => {
    const copies = data.toString("latin1").split("copy ").length - 1;
    if (copies > 0) asked.push(copies);
    return "answer";
  };
  const long = Array.from({ length: 30_000 }, (_, at) => `${at}\t${"é漢🎉".repeat(at % 20)}`);
  const all = [lines("a", "1\tone"), lines("b", ...long), lines("a"), lines("a", "3\tthree", "2\t\\N")];
  expect(await copied(...all)).toEqual({ came: [1, 30_000, 0, 2], thrown: undefined });
  expect([await standing("a"), (await standing("b")).length]).toEqual([[1, 2, 3], 30_000]);
  // And where there is nothing to send nothing is.
  expect(await copied()).toEqual({ came: [], thrown: undefined });
  expect(asked).toEqual([all.length]);
  expect((await session.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

it("where one fails those before it are told, those behind it never were, and the session goes on", async () => {
  await transaction(session, async () => {
    const failing = inSavepoint(session, async () => {
      const { came, thrown } = await copied(lines("a", "1\tx"), lines("b", "1\tx", "1\ty"), lines("a", "2\tx"));
      expect([came, isKeyTaken(thrown)]).toEqual([[1], true]);
      throw thrown;
    });
    await expect(failing).rejects.toThrow();
    expect(await copied(lines("b", "7\tx"))).toEqual({ came: [1], thrown: undefined });
  });
  expect([await standing("a"), await standing("b")]).toEqual([[], [7]]);
  // What is not there fails like what is refused, and none is of use to those behind it.
  const { came, thrown } = await copied(lines("a", "1\tx"), lines("nowhere", "1\tx"), lines("b", "2\tx"));
  expect([came, String(thrown)]).toEqual([[1], expect.stringContaining("a table is not there")]);
  expect([await standing("a"), await standing("b")]).toEqual([[], [7]]);
});

it("a connection that ends among them is told as lost", async () => {
  on.proxy.onSent = (data) => (data.includes("copy ") ? "cut" : "answer");
  const { thrown } = await copied(lines("a", "1\tx"), lines("b", "1\tx"));
  expect(thrown).toMatchObject({ code: "target-lost" });
  expect(session.broken).toBe(true);
});

it("lines that cannot be had are told, and Postgres does not wait for them", async () => {
  const none = lines("b");
  none.lines.inOrder = () => {
    throw new RangeError("no memory");
  };
  const { came, thrown } = await copied(lines("a", "1\tx"), none, lines("b", "1\tx"));
  expect([came, String(thrown)]).toEqual([[1], "RangeError: no memory"]);
  await expect(session.query("select")).rejects.toMatchObject({ code: "target-lost" });
  expect([await standing("a"), await standing("b")]).toEqual([[], []]);
});
