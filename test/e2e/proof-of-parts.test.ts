/** The proof of merged rows: a value that stands in the wrong part of its row is caught. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

describe("I9: parts of a merged row that hold each other's values", () => {
  const people = defineTables({
    people: table({
      tenant: text().primaryKey(),
      id: text().primaryKey(),
      billing: text().nullable(),
      contact: text().nullable(),
    }).duplicates("merge"),
  });
  const parts = defineItems(people, { keys: { pk: "PK", sk: "SK" } }, ({ item, part }) => [
    item("Billing", { pk: "{tenant}#{id}", sk: "BILLING" }, ({ key, attr }) => [
      part("people", { tenant: key.tenant, id: key.id, billing: attr("Email") }),
    ]),
    item("Contact", { pk: "{tenant}#{id}", sk: "CONTACT" }, ({ key, attr }) => [
      part("people", { tenant: key.tenant, id: key.id, contact: attr("Email") }),
    ]),
  ]);
  const merged = { tables: people, items: parts };
  const list = ["1", "2", "3"].flatMap((id) =>
    ["BILLING", "CONTACT"].map(
      (SK): Item => ({ PK: { S: `t#${id}` }, SK: { S: SK }, Email: { S: `${SK.toLowerCase()} of ${id}` } }),
    ),
  );

  it.each([
    ["in one row", "update people set billing = contact, contact = billing where id = '2'"],
    ["in every row", "update people set billing = contact, contact = billing"],
    [
      "of two rows",
      "update people set contact = case id when '1' then 'billing of 2' else contact end, billing = case id when '2' then 'contact of 1' else billing end",
    ],
  ])("are told without a sample that meets the row: %s", async (_, swap) => {
    const report = await migrateTrial({ url: database.url, schema: merged, items: list });
    expect(report.verdict).toBe("verified");
    expect(report.tables[0]?.facets.map(({ columns, actualRows }) => [...columns, actualRows])).toEqual([
      ["tenant", "id", "billing", 3],
      ["tenant", "id", "contact", 3],
    ]);
    await query(database.url, swap);
    const task = { target: database.url, schema: merged, options: { sample: 0 } };
    const told = await verifyTrial(task, memorySource(list));
    expect(told.discrepancies).toMatchObject([
      { check: "content", subject: "people", problem: expect.stringContaining("in (billing) and in (contact)") },
    ]);
    expect(told.discrepancies[0]?.examples[0]?.key?.[0]).toBe("t");
    expect(reportText(told)).toMatch(/\(tenant, id, billing\) +3 +3 +[0-9a-f]{16} +[0-9a-f]{16}$/m);
    expect(told.tables[0]?.facets.every((facet) => facet.expectedFingerprint !== facet.actualFingerprint)).toBe(true);
    await expect(runRollback({ target: database.url, schema: merged, force: false })).rejects.toMatchObject({
      findings: [{ where: "table people", problem: expect.stringContaining("changed since") }],
    });
  });
});
