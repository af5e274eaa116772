/**
 * Rows and values that others have written, before, between and behind the passes: none is overwritten or removed without
 * `--force`, and each is told until somebody has decided on it.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, migrateTrial, query, repairTrial, verifyTrial } from "../support/migration.ts";
import { otherSession, untilWaiting } from "../support/other-session.ts";
import { counted, NEW, OLD, of, PROFILE, schema, USER, VISITS, ZOE } from "../support/shared-rows.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], prune = false) =>
  beginTrial({ url: database.url, schema, items: list, options: { prune } });
/** A pass with a transaction of others that is open when a page is written, or when settling begins, and commits when that waits. */
async function meanwhile(when: "page" | "settling", change: string, list: readonly Item[]) {
  await using somebody = await otherSession(database.url);
  const begin = () => somebody.run(`begin; ${change}`);
  const around = (target: Target): Target =>
    when === "page"
      ? beforePages((page) => page === 1 && begin())(target)
      : {
          ...target,
          tables: {
            ...target.tables,
            complete: async (...how) => {
              await begin();
              return await target.tables.complete(...how);
            },
          },
        };
  const pass = migrateTrial({ url: database.url, schema, items: list, options: { units: 1, concurrency: 1 }, around });
  await untilWaiting(database.url, 1, pass);
  await somebody.run("commit");
  return await pass;
}

const verify = async (list: readonly Item[]) =>
  await verifyTrial({ target: database.url, schema, options: {} }, memorySource(list));
const repair = async (list: readonly Item[], force = false) =>
  await repairTrial({ target: database.url, schema, options: {}, force }, memorySource(list));
const rollback = (force = false) => runRollback({ target: database.url, schema, force });
const ask = <R extends object>(sql: string) => query<R & Record<string, unknown>>(database.url, sql);
interface Ada {
  readonly email: string | null;
  readonly name: string | null;
  readonly visits: number;
}
const ada = async () => (await ask<Ada>("select email, name, visits from users where id = 'ada'"))[0];
const problems = ({ discrepancies }: Awaited<ReturnType<typeof verify>>) =>
  discrepancies.map(({ problem, examples }) => `${problem}: ${examples.map(({ key }) => key?.join(" ")).join(", ")}`);
const KEPT = /1 row was to be removed and is still there.*ada/;

/** As an application has it: with columns that the schema does not know, filled by a default, a sequence and a trigger. */
async function adopt(): Promise<void> {
  await ask(`create table users (org text, id text, email text, name text, visits integer default 7, note text,
    since timestamptz not null default clock_timestamp(), no bigserial, twice integer generated always as (visits * 2) stored,
    stamped integer, primary key (org, id))`);
  await ask(
    "create table best (k text primary key, v text not null, at bigint not null, seen integer not null default 0)",
  );
  await ask(`create function stamp() returns trigger language plpgsql as
    $$ begin new.stamped := coalesce(new.stamped, 0) + 1; return new; end $$`);
  await ask("create trigger stamp before insert or update on users for each row execute function stamp()");
}

describe("I12: a part of a merged row", () => {
  const WAYS: Record<string, readonly [change: string, given: Item, stands: object]> = {
    "that others have filled": ["update users set name = 'typed in'", PROFILE, { name: "typed in" }],
    "that holds a default, which others have changed": ["update users set visits = 8", VISITS, { visits: 8 }],
    "of a row of which others have changed another part": [
      "update users set email = 'theirs'",
      PROFILE,
      { email: "theirs", name: null },
    ],
    "of a row that others have made anew": [
      "delete from users; insert into users (org, id, email) values ('o', 'ada', 'theirs')",
      PROFILE,
      { email: "theirs", name: null },
    ],
    "of a bare row that others have made anew": [
      "delete from users; insert into users (org, id) values ('o', 'ada')",
      PROFILE,
      { email: null, name: null },
    ],
    "of a row with a column of theirs": [
      "alter table users add note text; update users set note = 'theirs'",
      PROFILE,
      { name: null },
    ],
  };
  it.each(Object.entries(WAYS))("%s is not taken, and the item is told", async (_, [change, given, stands]) => {
    await migrate([USER]);
    await ask(change);
    const report = await migrate([USER, given]);
    expect(await ada()).toMatchObject(stands);
    expect(problems(report)).toContainEqual(
      expect.stringMatching(/do(es)? not hold (its|their) row: foreign-row: o ada/),
    );
    // And what was decided can be carried out.
    expect(await repair([USER, given], true)).toMatchObject({ verdict: "verified" });
  });

  it("is taken while it is empty and the row is as it was left, in a table of others as well", async () => {
    await adopt();
    await migrate([USER]);
    const before = await ask("select since, no from users");
    expect(await migrate([USER, PROFILE, VISITS])).toMatchObject({ verdict: "verified" });
    expect(await ada()).toEqual({ email: "ada@example.org", name: "Ada", visits: 99 });
    expect(await migrate([of("USER#ada", "METADATA", "new"), PROFILE], true)).toMatchObject({ verdict: "verified" });
    expect(await ada()).toEqual({ email: "new", name: "Ada", visits: 7 });
    expect(await ask("select since, no from users")).toEqual(before);
    expect(await migrate([ZOE], true)).toMatchObject({ verdict: "verified" });
    expect(await ada()).toBeUndefined();
  });

  it("that waits is not settled into a value of others when its holder is gone", async () => {
    const [first, second] = [PROFILE, of("USER#ada", "PROFILE#2", "Ada L.")];
    await migrate([USER, first, second]);
    const holder = (await ada())?.name === "Ada" ? first : second;
    const other = holder === first ? second : first;
    await ask("update users set name = 'typed in'");
    const report = await migrate([USER, other], true);
    expect(report.verdict).toBe("discrepant");
    expect(await ada()).toMatchObject({ name: "typed in" });
  });

  it("that others change while its page is being written is not written over", async () => {
    await migrate([USER, PROFILE]);
    const pass = await meanwhile("page", "update users set name = 'typed in'", [
      of("USER#ada", "METADATA", "new"),
      PROFILE,
    ]);
    expect(pass.verdict).toBe("discrepant");
    expect(await ada()).toMatchObject({ email: "ada@example.org", name: "typed in" });
  });

  it("that changes while a page of our own changes another part of the row is changed, too", async () => {
    await migrate([USER, PROFILE]);
    await using somebody = await otherSession(database.url);
    const theirs = "begin; insert into best values ('q', 'theirs', 1, 0)";
    // The first page has written its part and waits for the key; the second one waits for the row.
    const list = [of("USER#ada", "METADATA", "new"), of("USER#ada", "PROFILE#1", "new"), counted("BEST#q", "ours", 1)];
    const pass = migrateTrial({
      url: database.url,
      schema,
      items: list,
      options: { units: 2, concurrency: 2 },
      around: beforePages((page) => (page === 1 ? somebody.run(theirs) : untilWaiting(database.url, 1))),
    });
    await untilWaiting(database.url, 2, pass);
    await somebody.run("rollback");
    expect((await pass).verdict).toBe("verified");
    expect(await ada()).toMatchObject({ email: "new", name: "new" });
  });

  it("is made anew by a repair only in a row that is still missing", async () => {
    await migrate([USER, PROFILE, ZOE]);
    await ask("delete from users where id = 'ada'");
    expect(await repair([USER, PROFILE, ZOE])).toMatchObject({ verdict: "verified" });
    await ask("delete from users where id = 'ada'");
    const source = memorySource([USER, PROFILE, ZOE]);
    const { reread } = source;
    if (reread.how === "none") throw new Error("it can be read again");
    // Between the list of what is missing and its mending.
    const get = async (keys: readonly Item[]) => {
      await ask("insert into users (org, id) values ('o', 'ada') on conflict do nothing");
      return await reread.get(keys);
    };
    const task = { target: database.url, schema, options: {}, force: false };
    const report = await repairTrial(task, { ...source, reread: { ...reread, get } });
    expect(report.verdict).toBe("discrepant");
    expect(await ada()).toMatchObject({ email: null, name: null });
  });
});

describe("I12: a contested row of one part", () => {
  it("is settled only while it is what was written, whatever comes while it waits", async () => {
    await migrate([OLD]);
    const pass = await meanwhile("settling", "update best set v = 'theirs'", [OLD, NEW]);
    expect(pass.verdict).toBe("discrepant");
    expect(await ask("select v from best")).toEqual([{ v: "theirs" }]);
  });

  it.each(["update best set seen = 5", "delete from best; insert into best values ('x', 'old', 1, 5)"])(
    "is not settled over a column that no item gives: %s",
    async (change) => {
      await migrate([OLD]);
      await ask(change);
      expect(problems(await migrate([OLD, NEW]))).toContainEqual(expect.stringMatching(/foreign-row: x/));
      expect(await ask("select v, seen from best")).toEqual([{ v: "old", seen: 5 }]);
      expect(await repair([OLD, NEW], true)).toMatchObject({ verdict: "verified" });
      expect(await ask("select v, seen from best")).toEqual([{ v: "new", seen: 5 }]);
    },
  );

  it("the twin: what nobody has touched is settled", async () => {
    await migrate([OLD]);
    expect(await migrate([OLD, NEW])).toMatchObject({ verdict: "verified" });
    expect(await ask("select v, seen from best")).toEqual([{ v: "new", seen: 0 }]);
  });
});

describe("I12: what a removal was meant to remove, and others have changed in any column", () => {
  const CHANGES: Record<string, string> = {
    "one that an item gave": "update users set email = 'theirs' where id = 'ada'",
    "one that the schema does not know": "update users set note = 'theirs' where id = 'ada'",
    "one of that kind with a default": "update users set since = '2020-01-01' where id = 'ada'",
    "one that no item gave": "update users set visits = 8 where id = 'ada'",
    "one that was added since":
      "alter table users add more text default 'x'; update users set more = 'y' where id = 'ada'",
    "all of them, by making the row anew":
      "delete from users where id = 'ada'; insert into users (org, id, email) values ('o', 'ada', 'ada@example.org')",
  };
  it.each(Object.entries(CHANGES))("stays, and is told until it is resolved: %s", async (_, change) => {
    await adopt();
    expect((await migrate([USER, ZOE])).verdict).toBe("verified");
    await ask(change);
    expect(problems(await migrate([ZOE], true))).toContainEqual(expect.stringMatching(KEPT));
    expect(problems(await verify([ZOE]))).toContainEqual(expect.stringMatching(KEPT));
    expect(problems(await repair([ZOE]))).toContainEqual(expect.stringMatching(KEPT));
    expect(problems(await migrate([ZOE]))).toContainEqual(expect.stringMatching(KEPT));
    expect(await ada()).toBeDefined();
    await ask("delete from users where id = 'ada'");
    expect((await verify([ZOE])).verdict).toBe("verified");
  });

  it("goes with the repair that is told to", async () => {
    await adopt();
    await migrate([USER, ZOE]);
    await ask("update users set note = 'theirs'");
    await migrate([ZOE], true);
    expect(await repair([ZOE], true)).toMatchObject({ verdict: "verified" });
    expect(await ada()).toBeUndefined();
    expect(await ask("select id, note from users")).toEqual([{ id: "zoe", note: "theirs" }]);
  });

  it("goes with the next pass where it is as it was written again, or no trigger keeps it any more", async () => {
    await adopt();
    await ask("create function keep() returns trigger language plpgsql as 'begin return null; end'");
    await ask("create trigger keep before delete on users for each row execute function keep()");
    await migrate([USER, ZOE]);
    expect(problems(await migrate([ZOE], true))).toContainEqual(expect.stringMatching(KEPT));
    await ask("drop trigger keep on users");
    expect((await migrate([ZOE])).verdict).toBe("verified");
    expect(await ada()).toBeUndefined();
  });

  it("is no fault any more when an item gives the row again", async () => {
    await adopt();
    await migrate([NEW, ZOE]);
    await ask("update best set seen = 1");
    expect((await migrate([ZOE], true)).verdict).toBe("discrepant");
    await ask("delete from best");
    expect((await migrate([NEW, ZOE])).verdict).toBe("verified");
  });

  it("the twin: what stands where defaults, sequences and triggers put it is ours, and goes", async () => {
    await adopt();
    await migrate([USER, PROFILE, ZOE, NEW]);
    await ask("alter table users add more text default 'x'");
    expect((await migrate([ZOE], true)).verdict).toBe("verified");
    expect(await ask("select id from users")).toEqual([{ id: "zoe" }]);
    expect(await linesOf(database.url, "ungiven")).toHaveLength(1);
    expect(await rollback()).toMatchObject({ removed: { users: 1 }, left: {} });
    expect(await ask("select id from users")).toEqual([]);
  });
});

describe("I12: a column that is being added and filled while a row is to be removed", () => {
  it("is waited for, and keeps the row", async () => {
    const moved = of("MOVING#1", "x", "ada");
    await migrate([moved, ZOE]);
    // The item gives another row now: what it gave before is removed as its page is written.
    const change = "alter table moving add note text; update moving set note = 'theirs'";
    const pass = await meanwhile("page", change, [of("MOVING#1", "x", "eve"), ZOE]);
    expect(pass.verdict).toBe("discrepant");
    expect(await ask("select id, note from moving order by id")).toEqual([
      { id: "ada", note: "theirs" },
      { id: "eve", note: null },
    ]);
  });
});
