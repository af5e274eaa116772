/** What the ledger shows to people: which item gave which row, and when, every name in clear. */
import { expect, it } from "vitest";
import { createDatabase } from "../../../support/database.ts";
import { migrateTrial, query } from "../../../support/migration.ts";
import { GOOD, pair, pet, schema } from "../../../support/pets.ts";

it("has a line for each contribution, the waiting ones among them, and none twice", async () => {
  await using database = await createDatabase();
  const items = [...GOOD, pet("2", "a", { Tag: { S: "another" } }), pair("MIDDLE", "k")];
  await migrateTrial({ url: database.url, schema, items });
  const [counts] = await query(
    database.url,
    "select (select count(*) from migration_ledger.audit) as shown, (select count(*) from migration_ledger.contribution) as there",
  );
  expect(counts).toEqual({ shown: "11", there: "11" });
  const pets = await query(
    database.url,
    `select run, source_table, entity, source_key, target_table, target_key, holds, pass, at > now() - interval '1 hour' as recent
     from migration_ledger.audit where target_table = 'pets' and target_key = '{a}' order by holds`,
  );
  const line = {
    run: 1,
    source_table: "memory:test",
    entity: "Pet",
    target_table: "pets",
    target_key: ["a"],
    pass: 1,
    recent: true,
  };
  const keys = ['{"PK":{"S":"OWNER#1"},"SK":{"S":"PET#a"}}', '{"PK":{"S":"OWNER#2"},"SK":{"S":"PET#a"}}'];
  expect(pets).toEqual([false, true].map((holds) => ({ ...line, holds, source_key: expect.toBeOneOf(keys) })));
  expect(pets[0]?.source_key).not.toBe(pets[1]?.source_key);
});
