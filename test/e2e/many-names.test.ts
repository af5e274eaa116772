/** A table whose items have attributes named after data: the report stays small, and says how much it does not name. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { withoutKeys } from "../../lambda/domain/proof/report-keys.ts";
import { MOST_NAMES } from "../../lambda/domain/proof/tally.ts";
import { bigint, defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({ users: { id: text().primaryKey(), logins: bigint() } });
const items = defineItems(tables, { keys: { pk: "PK" }, ignore: ["Legacy"] }, ({ item, into }) => [
  item("User", { pk: "USER#{id}" }, ({ key, attr }) => [
    into("users", { id: key.id, logins: attr("Counts").at("Logins") }),
  ]),
]);
const schema = { tables, items };

const USERS = 400;
const user = (at: number): Item => ({
  PK: { S: `USER#u${at}` },
  // A map of which one member is read, and every other is a name of its own.
  Counts: { M: { Logins: { N: String(at) }, [`device-${at}`]: { N: "1" } } },
  [`seen_by_${at}`]: { S: "x" },
  Color: { S: "red" },
  Legacy: { S: "x" },
});
const users = Array.from({ length: USERS }, (_, at) => user(at));

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], page: number) =>
  migrateTrial({ url: database.url, schema, source: memorySource(list, "memory:names", page) });

it("I8: beyond so many names of an entity the others are counted together, and the verdict stays what it was", async () => {
  const report = await migrate(users, 50);
  expect(report.verdict).toBe("discrepant");
  expect(report.unmapped).toHaveLength(MOST_NAMES);
  expect(report.unmapped).toContainEqual(expect.objectContaining({ attribute: "Color", count: USERS }));
  const [further, ...none] = report.furtherUnmapped ?? [];
  expect(none).toEqual([]);
  expect(further).toMatchObject({ entity: "User", count: 2 * USERS - (MOST_NAMES - 1) });
  expect(report.ignoredAttributes).toEqual([{ entity: "User", attribute: "Legacy", count: USERS }]);
  expect(reportText(report)).toContain(`${2 * USERS - (MOST_NAMES - 1)} values under further names`);
  // I10: where keys may not be seen, neither may the one that stands for all of these.
  expect(JSON.stringify(withoutKeys(report, () => "#"))).not.toContain("USER#");
});

it("I5: which names are told apart does not depend on the order of reading", async () => {
  const { unmapped, furtherUnmapped } = await migrate(users, 50);
  await query(database.url, "drop table users cascade");
  await query(database.url, "drop schema migration_ledger cascade");
  const other = await migrate(users.toReversed(), 7);
  expect(other.unmapped).toEqual(unmapped);
  expect(other.furtherUnmapped).toEqual(furtherUnmapped);
});

it("as many names as there is room for are told one by one", async () => {
  // Two of each user, and the one they share: as many as there is room for.
  const few = users.slice(0, (MOST_NAMES - 2) / 2);
  const report = await migrate(few, 50);
  expect(report.unmapped).toHaveLength(2 * few.length + 1);
  expect(report.furtherUnmapped).toEqual([]);
});
