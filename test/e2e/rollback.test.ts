/** `rollback`: what a run made is gone, what it did not make is as it was, and nobody's change is lost without being asked. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, openTarget } from "../../lambda/compose.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf, runAt } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query } from "../support/migration.ts";
import { otherSession, untilWaiting } from "../support/other-session.ts";
import { GIVEN, schema } from "../support/people.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

/** Everything there is but the empty ledger. */
const objects = () =>
  query(
    database.url,
    `select n.nspname, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'migration_ledger') order by 1, 2`,
  );
const KEPT = ["runs", "contributions", "parked", "seen", "units", "quarantine", "made tables"] as const;
const ledgerLines = async () => Object.values(await ledgerOf(database.url, ...KEPT)).flat().length;
const migrate = (list = GIVEN) => beginTrial({ url: database.url, schema, items: list, options: { units: 2 } });
const undo = (force = false) => runRollback({ target: database.url, schema, force });

it("I12: tables the run made are dropped, views of its own too, and nothing of it is left", async () => {
  await query(database.url, "create table notes (n text)");
  const before = await objects();
  await migrate();
  expect(await objects()).not.toEqual(before);
  expect((await undo()).dropped.toSorted()).toEqual(["edges", "people", "pets"]);
  expect(await objects()).toEqual(before);
  expect(await ledgerLines()).toBe(0);
  // And it can all be done again.
  expect((await migrate(GIVEN.slice(0, 5))).verdict).toBe("verified");
});

describe("I12: in tables that were there before", () => {
  beforeEach(async () => {
    await query(database.url, "create table pets (pet text primary key, owner text not null, age bigint not null)");
    await query(database.url, "insert into pets values ('rex', 'joe', 9)");
    await query(database.url, "create table people (id text primary key, name text, phone text)");
    await query(database.url, "insert into people values ('joe', 'Joe', null)");
    await migrate();
  });

  it("its rows go and those of others stay", async () => {
    expect(await query(database.url, "select pet from pets order by pet")).toEqual([{ pet: "rex" }, { pet: "tom" }]);
    expect(await undo()).toMatchObject({ dropped: ["edges"], removed: { people: 1, pets: 1 } });
    expect(await query(database.url, "select * from pets")).toEqual([{ pet: "rex", owner: "joe", age: "9" }]);
    expect(await query(database.url, "select * from people")).toEqual([{ id: "joe", name: "Joe", phone: null }]);
    expect(
      await query(
        database.url,
        "select conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace",
      ),
    ).toEqual([]);
    expect(await ledgerLines()).toBe(0);
  });

  it("a row that was changed since is refused for, and kept where that is forced", async () => {
    await query(database.url, "update pets set age = 5 where pet = 'tom'");
    await expect(undo()).rejects.toMatchObject({
      code: "rollback-refused",
      findings: [{ where: "table pets", keys: ["(tom)"], problem: "1 row was changed since it was written" }],
    });
    expect(await undo(true)).toMatchObject({ removed: { people: 1 }, left: { pets: 1 } });
    expect(await query(database.url, "select pet, age from pets order by pet")).toEqual([
      { pet: "rex", age: "9" },
      { pet: "tom", age: "5" },
    ]);
  });

  it("a row of others that refers to one of its own is named, and all of it stays", async () => {
    await query(database.url, "create table toys (pet text references pets)");
    await query(database.url, "insert into toys values ('tom')");
    await expect(undo()).rejects.toMatchObject({ code: "in-use", message: expect.stringMatching(/refer to rows/) });
    await query(database.url, "drop table toys");
    expect((await undo()).removed).toMatchObject({ pets: 1 });
  });
});

describe("is refused, and changes nothing,", () => {
  beforeEach(() => migrate());
  it.each([
    ["where a row was changed", "update pets set age = 9", /1 row was changed since/],
    ["where a row was added", "insert into edges values ('7', '8')", /1 row was added by others/],
  ])("%s", async (_, change, problem) => {
    await query(database.url, change);
    const before = await objects();
    await expect(undo()).rejects.toMatchObject({
      code: "rollback-refused",
      findings: expect.arrayContaining([expect.objectContaining({ problem: expect.stringMatching(problem) })]),
    });
    expect(await objects()).toEqual(before);
    expect((await undo(true)).dropped).toHaveLength(3);
  });

  it("where something of others depends on a table", async () => {
    await query(database.url, "create view theirs as select * from edges");
    await expect(undo(true)).rejects.toMatchObject({
      code: "rollback-refused",
      message: expect.stringMatching(/depend/),
    });
    expect(await query(database.url, "select count(*)::int as rows from theirs")).toEqual([{ rows: 1 }]);
    await query(database.url, "drop view theirs");
    expect((await undo()).dropped).toHaveLength(3);
  });

  it("while somebody works on the run", async () => {
    await migrateTrial({
      url: database.url,
      schema,
      source: memorySource(GIVEN),
      options: { units: 2 },
      signal: AbortSignal.abort(),
    });
    await using target = openTarget(database.url, load(schema));
    const [run] = await target.runs.list();
    if (run === undefined) throw new Error("there is a run");
    const claim = await target.queue.claim(run);
    await expect(undo()).rejects.toMatchObject({
      code: "in-use",
      message: expect.stringMatching(/somebody is working/),
    });
    await claim?.release();
    expect((await undo()).dropped).toHaveLength(3);
  });
});

describe("I12: what others do while a rollback waits for them", () => {
  beforeEach(() => migrate());

  it("counts: it is refused, and has changed nothing", async () => {
    const before = await objects();
    await using somebody = await otherSession(database.url);
    await somebody.run("begin; insert into edges values ('7', '8')");
    const undoing = undo();
    await untilWaiting(database.url, 1, undoing);
    await somebody.run("commit");
    await expect(undoing).rejects.toMatchObject({
      code: "rollback-refused",
      findings: [{ where: "table edges", problem: "1 row was added by others", keys: ["(7, 8)"] }],
    });
    expect(await query(database.url, "select from edges where a = '7'")).toHaveLength(1);
    expect(await objects()).toEqual(before);
    expect((await runAt(database.url)).phase).toBe("ended");
    expect((await undo(true)).dropped).toHaveLength(3);
  });

  it("or fails, where it comes later: nobody is told that a row was kept which is gone", async () => {
    await using somebody = await otherSession(database.url);
    await somebody.run("begin; select from people");
    const undoing = undo();
    await untilWaiting(database.url, 1, undoing);
    await using another = await otherSession(database.url);
    const inserting = another.run("insert into edges values ('7', '8')").then(
      () => "kept",
      (error: unknown) => error,
    );
    await untilWaiting(database.url, 2, undoing, inserting);
    await somebody.run("commit");
    expect((await undoing).dropped).toHaveLength(3);
    expect(await inserting).toMatchObject({ code: "42P01" });
  });

  it("the twin: what they take back again is no loss", async () => {
    await using somebody = await otherSession(database.url);
    await somebody.run("begin; insert into edges values ('7', '8')");
    const undoing = undo();
    await untilWaiting(database.url, 1, undoing);
    await somebody.run("rollback");
    expect((await undoing).dropped).toHaveLength(3);
  });
});

it("I12: a column of others in a table of the run is theirs to lose, and so is what they put there", async () => {
  await migrate();
  await query(database.url, "alter table pets add note text, add at timestamptz default now()");
  await query(database.url, "update pets set note = 'theirs' where pet = 'tom'");
  await expect(undo()).rejects.toMatchObject({ findings: [{ where: "table pets", keys: ["(tom)"] }] });
  // Empty, or as its default has filled it, it is none.
  await query(database.url, "update pets set note = null");
  expect((await undo()).dropped).toHaveLength(3);
});

it("the command tells what was done, and refuses where there is nothing to take back", async () => {
  const root = resolve(import.meta.dirname, "../..");
  const command = () =>
    spawnSync(
      process.execPath,
      [join(root, "bin/cli.ts"), "rollback", "--yes", "--target", database.url, "--schema", "test/cases/all-types"],
      { encoding: "utf8", cwd: root },
    );
  expect(command()).toMatchObject({ status: 3, stderr: expect.stringMatching(/there is no migration/) });
  const { tables: declared, items: spec } = {
    ...(await import("../cases/all-types/tables.ts")),
    ...(await import("../cases/all-types/items.ts")),
  };
  await migrateTrial({ url: database.url, schema: { tables: declared, items: spec }, items: [{ id: { S: "1" } }] });
  expect(command()).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^ROLLED BACK {2}run 1 of memory:test\n {2}tables dropped: all_types\n$/),
  });
});
