/** What a proof finds is mended item by item, where it can be; what cannot be is left alone and told. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf, runAt, SPOILED } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query, repairTrial, verifyTrial } from "../support/migration.ts";
import { contact, GOOD, owner, pet, schema } from "../support/pets.ts";

const names = Object.keys(schema.tables);
let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], around?: (target: Target) => Target) =>
  beginTrial({ url: database.url, schema, items: list, ...(around === undefined ? {} : { around }) });
const task = (force: boolean) => ({ target: database.url, schema, options: {}, force });
const repair = async (list: readonly Item[], force = false, signal?: AbortSignal): Promise<Report> =>
  await repairTrial(task(force), memorySource(list), signal);
const verify = async (list: readonly Item[]): Promise<Report> => await verifyTrial(task(false), memorySource(list));

/** One for each check of the proof: what is done behind its back, which check tells, and the words by which it names it. */
const DAMAGE = [
  ["a digit", "update pets set weight = weight + 1e-28 where pet_id = 'a'", "content", '"a"', true],
  ["a missing row", "delete from pets where pet_id = 'b'", "counts", '"b"', false],
  [
    "a missing merged row",
    "alter table pets drop constraint pets_owner_id_fkey; delete from owners where owner_id = '1'",
    "counts",
    '"1"',
    false,
  ],
  [
    "a value no item gave",
    "update owners set phone = '5' where owner_id = '2'",
    "content",
    "values that no item gave",
    true,
  ],
  ["a swapped key", "update visits set visit_id = 'x'", "counts", '"a"', false],
  [
    "two swapped keys",
    "alter table pets drop constraint pets_tag_key; update pets set tag = case pet_id when 'a' then 'tag b' else 'tag a' end",
    "content",
    '"a"',
    true,
  ],
  [
    "a broken relation",
    "alter table pets drop constraint pets_owner_id_fkey; update pets set owner_id = 'nobody' where pet_id = 'a'",
    "relations",
    "PET#a",
    true,
  ],
  ["a whole table", "drop table visits", "", "", false],
] as const;

describe("I9: damage made in Postgres is found, and mended from the items in question alone", () => {
  it.each(DAMAGE)("%s", async (damage, sql, check, named, isChange) => {
    await migrate(GOOD);
    const whole = await dump(database.url, names);
    await query(database.url, sql);
    if (check !== "") {
      const found = await verify(GOOD);
      expect(found.verdict).toBe("discrepant");
      expect(JSON.stringify(found.discrepancies.filter((each) => each.check === check))).toContain(named);
    }
    // A row that was changed here is somebody's, until an operator says that it is not.
    if (isChange) {
      expect((await repair(GOOD)).verdict).toBe("discrepant");
      expect(await repair(GOOD, true)).toMatchObject({ verdict: "verified", discrepancies: [] });
    } else {
      const mended = await repair(GOOD);
      expect(mended.repaired?.rows).toBeGreaterThan(0);
      if (damage === "a swapped key") {
        // The row under the wrong key is nobody's: whoever put it there removes it.
        expect(mended.discrepancies.map(({ subject }) => subject)).toEqual(["visits"]);
        await query(database.url, "delete from visits where visit_id = 'x'");
        expect((await verify(GOOD)).verdict).toBe("verified");
      } else expect(mended).toMatchObject({ verdict: "verified", discrepancies: [] });
    }
    expect(await dump(database.url, names)).toEqual(whole);
  });

  it("an extra row stays, and is named each time: it is somebody's", async () => {
    await migrate(GOOD);
    await query(database.url, "insert into visits values ('zz', now(), 'x')");
    const left = await repair(GOOD, true);
    expect(JSON.stringify(left.discrepancies)).toContain('"zz"');
    await query(database.url, "delete from visits where visit_id = 'zz'");
    expect((await verify(GOOD)).verdict).toBe("verified");
  });

  it("a lost quarantine line is found, and a new pass brings it back", async () => {
    const rotten = [...GOOD, pet("2", "c", { Weight: { S: "heavy" } })];
    await migrate(rotten);
    await query(database.url, SPOILED.quarantineLost);
    const found = await verify(rotten);
    expect(found.discrepancies).toMatchObject([{ check: "accounting", subject: "quarantine" }]);
    expect((await migrate(rotten)).quarantine).toMatchObject([{ reason: "wrong-type", count: 1 }]);
  });
});

describe("I1: items in quarantine", () => {
  const bad = pet("2", "c", { Weight: { S: "heavy" } });
  const good = pet("2", "c");

  it("are read again: one that was corrected becomes rows, and every count follows it", async () => {
    expect((await migrate([...GOOD, bad])).verdict).toBe("discrepant");
    const report = await repair([...GOOD, good]);
    expect(report).toMatchObject({ verdict: "verified", pass: 1, repaired: { released: 1, refused: 0 } });
    expect(report.items).toMatchObject({ read: 11, migrated: 10, quarantined: 0 });
    await using fresh = await createDatabase();
    await migrateTrial({ url: fresh.url, schema, items: [...GOOD, good] });
    expect(await dump(database.url, names)).toEqual(await dump(fresh.url, names));
    expect(await migrate([...GOOD, good])).toMatchObject({
      verdict: "verified",
      items: { unchanged: 10, migrated: 0 },
    });
  });

  it("that are gone from the source are no longer counted", async () => {
    await migrate([...GOOD, bad]);
    const report = await repair(GOOD);
    expect(report).toMatchObject({ verdict: "verified", repaired: { released: 1 }, items: { read: 10 } });
    expect(report.entities.find(({ name }) => name === "Pet")).toMatchObject({ read: 2, quarantined: 0 });
    // What progress is told by follows, too.
    const units = await linesOf<{ read: string; quarantined: string }>(database.url, "units");
    const sum = (of: "read" | "quarantined") => units.reduce((all, unit) => all + Number(unit[of]), 0);
    expect([sum("read"), sum("quarantined")]).toEqual([10, 0]);
  });

  it("that are still refused stay, with the reason they are refused for now", async () => {
    const other = pet("2", "c", { Weight: { NULL: true } });
    await migrate([...GOOD, bad]);
    expect(await repair([...GOOD, other])).toMatchObject({
      verdict: "discrepant",
      repaired: { released: 0, refused: 1 },
      quarantine: [{ reason: "null-attribute", count: 1 }],
    });
  });

  it("that match another kind of item now are counted there", async () => {
    const strange: Item = { PK: { S: "OWNER#9" }, SK: { S: "NOTHING" } };
    await migrate([...GOOD, strange]);
    expect(await repair([...GOOD, strange])).toMatchObject({ verdict: "discrepant", repaired: { refused: 1 } });
    expect(await repair([...GOOD, owner("3"), contact("3")])).toMatchObject({ verdict: "verified" });
  });
});

it("items that hold something else by now are left to a new pass, and told", async () => {
  await migrate(GOOD);
  await query(database.url, "delete from pets where pet_id = 'b'");
  const changed = GOOD.map((item) => (JSON.stringify(item).includes("PET#b") ? { ...item, Weight: { N: "9" } } : item));
  expect(await repair(changed)).toMatchObject({ verdict: "discrepant", repaired: { rows: 0, changed: 1 } });
  expect((await migrate(changed)).discrepancies.map(({ check }) => check)).not.toContain("accounting");
});

it("nothing to mend is no fault", async () => {
  await migrate(GOOD);
  expect(await repair(GOOD)).toMatchObject({ verdict: "verified", repaired: { rows: 0, released: 0 } });
});

describe("I3: a repair that is interrupted", () => {
  it.each([true, false])("goes on, or is ended by migrate: %s", async (isRepair) => {
    await migrate(GOOD);
    await query(
      database.url,
      "alter table pets drop constraint pets_owner_id_fkey; delete from owners where owner_id = '1'",
    );
    const stopped = await repair(GOOD, false, AbortSignal.abort());
    expect(stopped.verdict).toBe("incomplete");
    expect((await runAt(database.url)).phase).toBe("repair");
    if (isRepair) expect((await repair(GOOD)).verdict).toBe("verified");
    else {
      expect(await migrate(GOOD)).toMatchObject({ verdict: "discrepant", pass: 1 });
      expect((await repair(GOOD)).verdict).toBe("verified");
    }
    expect(
      await query(
        database.url,
        "select conname from pg_constraint where conname = 'pets_owner_id_fkey' and convalidated",
      ),
    ).toHaveLength(1);
  });
});

it("before a pass has been copied there is nothing to repair", async () => {
  await migrateTrial({ url: database.url, schema, items: GOOD, signal: AbortSignal.abort() });
  await expect(repair(GOOD)).rejects.toMatchObject({ code: "no-run" });
});
