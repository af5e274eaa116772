/** A finished run, run again: what did not change is not written, what changed is, and what vanished is told. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial, versions } from "../support/migration.ts";

const schema = { tables, items };
const names = Object.keys(tables);
const sample = [...sampleItems({ items: 600, seed: 3, now: new Date("2026-01-01T00:00:00Z") })];
const now = () => new Date("2026-01-01T00:00:00Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await migrateTrial({ url: database.url, schema, items: sample, now });
});
afterAll(() => database.drop());

const sort = (item: Item, prefix: string): boolean => {
  const key = item.SK;
  return key !== undefined && "S" in key && key.S.startsWith(prefix);
};

it("I4: an unchanged source is read whole and no row of any table is written", async () => {
  const before = await versions(database.url, names);
  const report = await migrateTrial({ url: database.url, schema, items: sample, now });
  expect(report.verdict).toBe("verified");
  expect(report.pass).toBe(2);
  expect(report.items.read).toBe(sample.length);
  expect(report.items.migrated).toBe(0);
  expect(report.items.unchanged).toBe(sample.length - report.items.expired);
  expect(await versions(database.url, names)).toEqual(before);
});

it("one item changed, one deleted, one list shortened: exactly those rows change, and the deleted item's rows are stale", async () => {
  const before = await versions(database.url, names);
  const renamed = must(
    sample.find((item) => sort(item, "FOLDER#")),
    "the sample has folders",
  );
  const shortened = must(
    sample.find(
      (item) =>
        sort(item, "FILE#") && item.Versions !== undefined && "L" in item.Versions && item.Versions.L.length > 1,
    ),
    "the sample has files with several versions",
  );
  const deleted = must(
    sample.find((item) => sort(item, "SHARE#")),
    "the sample has shares",
  );
  const versionsOf = must(shortened.Versions, "chosen for it");
  const list = "L" in versionsOf ? versionsOf.L : [];
  const changed = sample
    .filter((item) => item !== deleted)
    .map((item): Item => {
      if (item === renamed) return { ...item, FolderName: { S: "renamed" } };
      if (item === shortened) return { ...item, Versions: { L: list.slice(0, -1) } };
      return item;
    });

  const report = await migrateTrial({ url: database.url, schema, items: changed, now });
  const after = await versions(database.url, names);
  const gone = [...before.keys()].filter((row) => !after.has(row));
  const fresh = [...after.keys()].filter((row) => !before.has(row));
  const rewritten = [...after].filter(([row, version]) => before.has(row) && before.get(row) !== version);
  expect(rewritten).toEqual([]);
  expect(gone.map((row) => row.split(" ")[0]).sort()).toEqual(["file_versions", "folders"]);
  expect(fresh.map((row) => row.split(" ")[0])).toEqual(["folders"]);
  expect(fresh[0]).toContain("renamed");

  expect(report.items.migrated).toBe(2);
  expect(report.verdict).toBe("discrepant");
  const stale = report.discrepancies.filter(({ problem }) => problem.includes("no longer gives"));
  expect(stale.map(({ subject, count }) => [subject, count])).toEqual([["FileShare", 1]]);
  expect(stale[0]?.examples[0]?.source).toContain("SHARE#");
});

it("the source as it was brings the database back to what it was", async () => {
  const report = await migrateTrial({ url: database.url, schema, items: sample, now });
  expect(report.discrepancies).toEqual([]);
  expect(report.verdict).toBe("verified");
});
