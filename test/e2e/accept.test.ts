/** What is let go is exactly what the next proof counts as let go; anything else is refused with what is the matter with it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { bill, declared, FOLDER, file, n, one, operator, tables } from "../support/bills.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const { migrate, verify, accept, acceptAll, refusal, waiting } = operator(() => database.url);

describe("I9: what no decision mends is refused with its reason", () => {
  it("an orphan, by the item that gives its row and by the equal copy that waits behind it", async () => {
    const orphan = [FOLDER, file("a", "IN"), file("b", "IN", "gone"), file("b", "COPY", "gone")];
    await migrate(orphan);
    for (const way of ["IN", "COPY"]) {
      const { code, told, findings } = await refusal({ key: ["FILE#b", `${way}#gone`] });
      expect(code).toBe("not-accepted");
      expect(told).toMatch(/points to a row of folders that is not there .* → put the missing item into the source/);
      expect(findings[0]?.keys).toEqual(["(b)"]);
    }
    expect((await verify(orphan)).verdict).toBe("discrepant");
  });

  it("a row that is gone, one that was changed here, an attribute no column takes, an item that is gone", async () => {
    const items = [bill("x", "me"), bill("y", "me"), one("BEST#z", "me", { At: n(1), More: n(2) }), FOLDER];
    await migrate(items);
    await query(database.url, "delete from bills where id = 'x'");
    await query(database.url, "update bills set sum = 7 where id = 'y'");
    expect((await refusal({ key: ["BILL#x", "me"] })).told).toMatch(/its row is gone → run repair/);
    expect((await refusal({ key: ["BILL#y", "me"] })).told).toMatch(/changed here since .* → run repair --force/);
    expect((await refusal({ key: ["BEST#z", "me"] })).told).toMatch(
      /no column takes it.* → read it in a column .*; or leave it behind, ignore: \["More"\]/,
    );
    await migrate(items.slice(0, 3));
    expect((await refusal({ key: ["FOLDER#1", "IS"] })).told).toMatch(/no longer gives it.* → run migrate --prune/);
  });

  it("an item that is fine, one nobody knows, an equal copy, a row that a later one replaces", async () => {
    const two = [one("BEST#z", "old", { At: n(1) }), one("BEST#z", "new", { At: n(2) })];
    const items = [FOLDER, file("a", "IN"), file("a", "COPY"), ...two];
    expect((await migrate(items)).verdict).toBe("verified");
    for (const key of [["FOLDER#1", "IS"], ["FILE#a"], ["BEST#z", "old"]])
      expect((await refusal({ key })).told).toMatch(/waits for a decision: what was read of/);
    expect((await refusal({ key: ["FILE#nobody"] })).told).toMatch(/knows no such item/);
    for (const reasonCode of ["copy", "superseded", "collision"])
      expect((await refusal({ all: true, reasonCode })).told).toMatch(/nothing waits at all/);
    expect(await verify(items)).not.toHaveProperty("accepted");
  });

  it("where only a part can be let go that part is, and the rest is named", async () => {
    const items = [FOLDER, file("b", "IN", "gone"), file("b", "COPY", "gone", 2)];
    await migrate(items);
    const done = await accept({ key: await waiting("conflict") });
    expect(done.groups).toMatchObject([{ reason: "conflict", entity: "File", table: "files", count: 1 }]);
    expect(done.remains).toMatchObject([{ where: "table files", problem: expect.stringContaining("folders") }]);
    const report = await verify(items);
    expect(report).toMatchObject({ verdict: "discrepant", accepted: 1 });
    expect(report.discrepancies.map(({ check }) => check)).toEqual(["relations"]);
  });
});

describe("an item in quarantine whose rows an earlier pass wrote", () => {
  const good = [bill("a", "me"), bill("b", "me")];
  const rotten = [bill("a", "me", "1.5"), bill("b", "me")];
  const rows = () => query(database.url, "select id from bills order by id");

  it("I9: is told with its rows; let go, they stay and the verdict says so; --prune removes them", async () => {
    await migrate(good);
    const before = await migrate(rotten);
    expect(before.discrepancies.map(({ problem }) => problem)).toEqual([
      "1 item is in quarantine: would-round",
      "1 item in quarantine left 1 row of an earlier pass behind",
    ]);
    expect((await accept({ key: ["BILL#a", "me"] })).groups).toMatchObject([{ reason: "would-round", rows: 1 }]);
    const report = await verify(rotten);
    expect(report).toMatchObject({ verdict: "verified", accepted: 1, discrepancies: [] });
    expect(reportText(report)).toMatch(
      /^VERIFIED \(1 accepted\) {2}Postgres holds what the source held, but for what was let go: 1 would-round \(Bill\); 1 row of an earlier pass stay/,
    );
    expect(await rows()).toHaveLength(2);
    // A new pass meets all of it again, and without --prune leaves it.
    expect(await migrate(rotten)).toMatchObject({ verdict: "verified", accepted: 1 });
    expect(await rows()).toHaveLength(2);
    for (const _ of ["removes", "has nothing left to remove"]) {
      expect(await migrate(rotten, { prune: true })).toMatchObject({ verdict: "verified", accepted: 1 });
      expect(await rows()).toEqual([{ id: "b" }]);
    }
    expect((await migrate(good)).verdict).toBe("verified");
    expect(await rows()).toHaveLength(2);
  });

  it("I9: was let go before those rows were there: they are told, and so is the acceptance that holds no more", async () => {
    await migrate(rotten);
    await accept({ key: ["BILL#a", "me"] });
    expect((await migrate(rotten)).verdict).toBe("verified");
    await migrate(good);
    const report = await migrate(rotten);
    expect(report.verdict).toBe("discrepant");
    expect(report.discrepancies.map(({ problem }) => problem)).toContainEqual(
      "1 acceptance holds no more: another row or item stands in its place since",
    );
  });

  it("is not pruned while nobody has let it go", async () => {
    await migrate(good);
    expect((await migrate(rotten, { prune: true })).verdict).toBe("discrepant");
    expect(await rows()).toHaveLength(2);
  });
});

describe("I9: an acceptance that holds no more is said, with the command that renews it", () => {
  const conflict = [FOLDER, file("b", "IN"), file("b", "COPY", "1", 2)];

  it("because the item changed", async () => {
    await migrate([bill("a", "me", "1.5")]);
    await accept({ key: ["BILL#a", "me"] });
    const report = await migrate([bill("a", "me", "2.5")]);
    expect(report.discrepancies).toMatchObject([
      { problem: "1 item is in quarantine: would-round" },
      {
        problem: "1 acceptance holds no more: the item, or what the mapping makes of it, is another one since",
        remedy: expect.stringContaining("accept --reason-code would-round --entity Bill --all --reason TEXT"),
        examples: [{ source: expect.stringContaining("BILL#a") }],
      },
    ]);
    expect(await acceptAll("would-round", "Bill")).toMatchObject({ items: 1 });
    expect((await verify([bill("a", "me", "2.5")])).verdict).toBe("verified");
  });

  it("because the mapping changed", async () => {
    const both = [bill("b", "me"), bill("b", "you", 2)];
    await migrate(both);
    await acceptAll("collision");
    const changed = { tables, items: declared("Note", 0) };
    const report = await migrate(both, { remap: true }, changed);
    expect(report.discrepancies.map(({ problem }) => problem)).toContainEqual(
      "1 acceptance holds no more: the item, or what the mapping makes of it, is another one since",
    );
  });

  it("because another item holds the row", async () => {
    await migrate(conflict);
    await acceptAll("conflict");
    expect((await verify(conflict)).verdict).toBe("verified");
    const [, waits = ""] = await waiting("conflict");
    const way = waits.startsWith("IN") ? "COPY" : "IN";
    const report = await migrate([
      FOLDER,
      ...conflict.filter((each) => JSON.stringify(each).includes(waits)),
      file("b", way, "1", 9),
    ]);
    expect(report.discrepancies.map(({ problem }) => problem)).toContainEqual(
      "1 acceptance holds no more: another row or item stands in its place since",
    );
  });

  it("and not where the item is fine by now, or gone", async () => {
    await migrate([bill("a", "me", "1.5"), bill("b", "me")]);
    await accept({ key: ["BILL#a", "me"] });
    expect(await migrate([bill("a", "me"), bill("b", "me")])).not.toHaveProperty("accepted");
    expect(await migrate([bill("a", "me", "1.5"), bill("b", "me")])).toMatchObject({ verdict: "discrepant" });
    expect((await migrate([bill("b", "me")], { prune: true })).discrepancies).toEqual([]);
  });
});
