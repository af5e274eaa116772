/** An item that stands in its source more than once: told by its key and its positions, kept whole, and mended without going in circles. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, repairTrial, verifyTrial, versions } from "../support/migration.ts";
import { BOB, IGNORED, ONE, OTHER, REFUSED, schema, user } from "../support/users.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], options = {}, around?: (target: Target) => Target) =>
  beginTrial({ url: database.url, schema, items: list, options, ...(around === undefined ? {} : { around }) });
const repair = async (list: readonly Item[]): Promise<Report> =>
  await repairTrial({ target: database.url, schema, options: {}, force: false }, memorySource(list));
const emails = () => query<{ id: string; email: string }>(database.url, "select id, email from users order by id");
const reasons = ({ quarantine }: Report) => quarantine.map(({ reason, count }) => `${count} ${reason}`);
const kept = async () =>
  (await linesOf<{ position: string; reason: string }>(database.url, "quarantine"))
    .map(({ position, reason }) => `${position} ${reason}`)
    .toSorted();

describe("I5: which of several copies holds the rows", () => {
  it.each([1, 2, 3])("is the same in any order, in each pass, with %s units", async (units) => {
    const first = await migrate([BOB, ONE, OTHER], { units });
    const held = await emails();
    const before = await versions(database.url, ["users"]);
    expect(first).toMatchObject({
      verdict: "discrepant",
      items: { read: 3, migrated: 2, quarantined: 1, repeated: 0 },
    });
    const again = await migrate([OTHER, ONE, BOB], { units });
    expect(again).toMatchObject({
      verdict: "discrepant",
      items: { read: 3, unchanged: 2, migrated: 0, quarantined: 1 },
    });
    expect(await versions(database.url, ["users"])).toEqual(before);
    await using other = await createDatabase();
    await migrateTrial({ url: other.url, schema, items: [OTHER, BOB, ONE], options: { units, concurrency: 1 } });
    expect(await query(other.url, "select id, email from users order by id")).toEqual(held);
  });

  it("is not the one that is ignored, nor one that is refused: both are kept whole beside it", async () => {
    const report = await migrate([REFUSED, ONE, IGNORED, ONE]);
    expect(await emails()).toEqual([{ id: "ada", email: "one@x" }]);
    expect(reasons(report).sort()).toEqual(["1 repeated-key", "1 would-round"]);
    expect(report.items).toMatchObject({ read: 4, migrated: 1, ignored: 0, quarantined: 2, repeated: 1 });
    expect(await kept()).toEqual(["item 0 would-round", "item 2 repeated-key"]);
  });

  it("is the next one where a table of others does not take it", async () => {
    await query(database.url, "create table users (id text primary key, email text not null, age bigint not null)");
    await migrate([ONE, OTHER]);
    const [{ email } = { email: "" }] = await emails();
    await using fresh = await createDatabase();
    await query(
      fresh.url,
      `create table users (id text primary key, email text not null check (email <> '${email}'), age bigint not null)`,
    );
    for (const list of [
      [ONE, OTHER],
      [OTHER, ONE],
    ]) {
      const report = await migrateTrial({ url: fresh.url, schema, items: list });
      expect(reasons(report)).toEqual(["1 postgres-refused"]);
      expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness"]);
      const [row] = await query<{ email: string }>(fresh.url, "select email from users");
      expect([email, row?.email].sort()).toEqual(["one@x", "other@x"]);
    }
  });

  it("nothing is said of copies that are all left behind, nor of equal ones", async () => {
    const other = { ...IGNORED, Email: { S: "gone too" } };
    const { Email, ...rest } = BOB;
    const report = await migrate([
      IGNORED,
      other,
      other,
      BOB,
      { ...rest, Age: { N: "36.0" }, ...(Email && { Email }) },
    ]);
    expect(report).toMatchObject({ verdict: "verified", items: { read: 5, ignored: 2, migrated: 1, repeated: 2 } });
    expect(reportText(report)).toContain("0 quarantined · 2 repeated");
    // The twin: without a repeated one no column is there for it.
    await using fresh = await createDatabase();
    expect(reportText(await migrateTrial({ url: fresh.url, schema, items: [BOB] }))).not.toContain("repeated");
  });

  it("a key is one however its number is spelled, in binary keys too", async () => {
    const mapped = defineTables({ things: { id: text().primaryKey(), v: text() } });
    const numbers = defineItems(mapped, { keys: { pk: "id" } }, ({ item, into }) => [
      item("Thing", { pk: "{id}" }, ({ key, attr }) => [into("things", { id: key.id, v: attr("v") })]),
    ]);
    const thing = (id: Item[string], v: string): Item => ({ id, v: { S: v } });
    const list = [
      thing({ N: "1" }, "a"),
      thing({ N: "1.0" }, "b"),
      thing({ N: "10e-1" }, "a"),
      thing({ B: new Uint8Array([1]) }, "a"),
      thing({ B: new Uint8Array([1]) }, "b"),
      thing({ S: "2" }, "a"),
    ];
    const report = await migrateTrial({ url: database.url, schema: { tables: mapped, items: numbers }, items: list });
    expect(report.items).toMatchObject({ read: 6, migrated: 3, quarantined: 2, repeated: 1 });
    expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness"]);
  });
});

describe("I1: what is told of them", () => {
  it("names the key, both positions and what holds the rows; in the report, its text, and in JSON", async () => {
    const report = await migrate([BOB, ONE, OTHER]);
    const [row] = (await emails()).filter(({ id }) => id === "ada");
    const [holder, put] = row?.email === "one@x" ? ["item 1", "item 2"] : ["item 2", "item 1"];
    expect(report.quarantine).toMatchObject([
      {
        reason: "repeated-key",
        entity: "User",
        count: 1,
        examples: [
          {
            position: put,
            detail: `the same key stands, with something else, at ${holder}, which holds the rows: correct the source, and run migrate again`,
          },
        ],
      },
    ]);
    expect(reportText(report)).toContain(`USER#ada / METADATA, at ${put}`);
  });

  it("a live table promises that there are none, and is not looked through", async () => {
    const looked: string[] = [];
    const around = (target: Target): Target => ({
      ...target,
      repeats: {
        ...target.repeats,
        find: (run) => {
          looked.push("find");
          return target.repeats.find(run);
        },
      },
    });
    const source: ItemSource = { ...memorySource([BOB, ONE]), keys: "unique" };
    await migrateTrial({ url: database.url, schema, source, around });
    expect(looked).toEqual([]);
    await migrate([BOB, ONE], {}, around);
    expect(looked).toEqual(["find"]);
  });
});

describe("the ways out end", () => {
  it.each([
    ["one of them left in the source, whichever it is, and a new pass", [ONE]],
    ["the other one", [OTHER]],
    ["and one that is new", [user("ada", "new@x")]],
  ])("%s", async (_, left) => {
    await migrate([BOB, ONE, OTHER, REFUSED]);
    const report = await migrate([...left, BOB]);
    expect(report).toMatchObject({ verdict: "verified", discrepancies: [], quarantine: [] });
    expect(await emails()).toEqual([
      { id: "ada", email: left[0]?.Email && "S" in left[0].Email ? left[0].Email.S : "" },
      { id: "bob", email: "bob@x" },
    ]);
    expect(await linesOf(database.url, "quarantine")).toEqual([]);
  });

  it("all of them gone: the rows are stale, and pruned", async () => {
    await migrate([BOB, ONE, OTHER]);
    expect((await migrate([BOB])).discrepancies).toHaveLength(1);
    expect(await migrate([BOB], { prune: true })).toMatchObject({ verdict: "verified" });
    expect(await emails()).toEqual([{ id: "bob", email: "bob@x" }]);
  });

  it("accepted: the next proof counts them, and so does the next pass", async () => {
    await migrate([BOB, ONE, OTHER, REFUSED]);
    await runAccept({ target: database.url, schema, key: ["USER#ada", "METADATA"], reason: "an old copy" });
    const task = { target: database.url, schema, options: {} };
    const report = await verifyTrial(task, memorySource([BOB, ONE, OTHER, REFUSED]));
    expect(report).toMatchObject({ verdict: "verified", accepted: 2 });
    expect(await migrate([REFUSED, OTHER, ONE, BOB])).toMatchObject({ verdict: "verified", accepted: 2 });
  });

  it("repair takes out the copies that are gone while the one that holds the rows is there, and leaves the rest to a pass", async () => {
    await migrate([BOB, ONE, OTHER, REFUSED]);
    const [row] = (await emails()).filter(({ id }) => id === "ada");
    const [holder, other] = row?.email === "one@x" ? [ONE, OTHER] : [OTHER, ONE];
    // As it is, nothing changes.
    expect(await repair([BOB, ONE, OTHER, REFUSED])).toMatchObject({
      verdict: "discrepant",
      repaired: { released: 0, refused: 1 },
      items: { read: 4, quarantined: 2 },
    });
    expect(await repair([BOB, holder, other])).toMatchObject({ items: { read: 3, quarantined: 1 } });
    // The one that holds the rows is gone: which one does now is for a pass to say.
    expect(await repair([BOB, other])).toMatchObject({ repaired: { refused: 1 }, items: { read: 3, quarantined: 1 } });
    expect(await repair([BOB, holder])).toMatchObject({
      verdict: "verified",
      repaired: { released: 1, refused: 0 },
      items: { read: 2, migrated: 2, quarantined: 0 },
    });
  });

  it("a row of such an item that was lost is written again as it was", async () => {
    await migrate([BOB, ONE, OTHER]);
    const held = await emails();
    await query(database.url, "delete from users where id = 'ada'");
    expect((await repair([OTHER, BOB, ONE])).repaired).toMatchObject({ rows: 1 });
    expect(await emails()).toEqual(held);
  });

  it("repair writes the only copy that is left of several that were all refused", async () => {
    await migrate([BOB, REFUSED, user("ada", "refused too", { S: "x" })]);
    const report = await repair([BOB, ONE]);
    expect(report).toMatchObject({ verdict: "verified", items: { read: 2, migrated: 2, quarantined: 0 } });
    expect((await migrate([BOB, ONE])).items).toMatchObject({ unchanged: 2 });
  });

  const NEW = user("ada", "new@x");
  it.each([
    ["several stand where one was refused", [BOB, REFUSED], [BOB, ONE, OTHER]],
    ["another stands beside the one that holds the rows", [BOB, ONE, OTHER], [BOB, ONE, NEW]],
    ["another stands beside the other one", [BOB, ONE, OTHER], [BOB, OTHER, NEW]],
  ])("I9: repair lets nothing go while a copy is there that nobody has decided about: %s", async (_, before, now) => {
    await migrate(before);
    const report = await repairTrial(
      { target: database.url, schema, options: { sample: 0 }, force: false },
      memorySource(now),
    );
    expect(report).toMatchObject({ verdict: "discrepant", repaired: { released: 0, refused: 1 } });
    const after = await migrate(now);
    expect(after.verdict).toBe("discrepant");
    expect(reasons(after)).toEqual(["1 repeated-key"]);
  });
});
