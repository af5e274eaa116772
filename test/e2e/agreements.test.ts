/** What Postgres has no constraint for, and the proof asks of every row: copies of a column of another row, edges that stand in both directions. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";

function schemaWith({ repeats = true, copies = true } = {}) {
  const lines = table({
    id: text().primaryKey(),
    tenant: text(),
    customer: text(),
    customer_name: text().nullable(),
    city: text().nullable(),
  }).foreignKey(["tenant", "customer"], "customers");
  const friends = table({ a: text().primaryKey(), b: text().primaryKey() });
  const tables = defineTables({
    customers: { tenant: text().primaryKey(), id: text().primaryKey(), name: text(), city: text().nullable() },
    lines: repeats ? lines.repeats(["customer", "tenant"], { customer_name: "name", city: "city" }) : lines,
    friends: copies ? friends.duplicates("identical", { copies: 2 }) : friends.duplicates("identical"),
  });
  const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
    item("Customer", { pk: "T#{tenant}", sk: "C#{id}" }, ({ key, attr }) => [
      into("customers", { tenant: key.tenant, id: key.id, name: attr("n"), city: attr("c").optional() }),
    ]),
    item("Line", { pk: "T#{tenant}", sk: "L#{id}" }, ({ key, attr }) => [
      into("lines", {
        ...{ id: key.id, tenant: key.tenant, customer: attr("of") },
        ...{ customer_name: attr("n").optional(), city: attr("c").optional() },
      }),
    ]),
    item("Friend", { pk: "F#{a}", sk: "TO#{b}" }, ({ key }) => [into("friends", { a: key.a, b: key.b })]),
    item("FriendOf", { pk: "F#{b}", sk: "FROM#{a}" }, ({ key }) => [into("friends", { a: key.a, b: key.b })]),
  ]);
  return { tables, items };
}
const schema = schemaWith();
const made = (PK: string, SK: string, more: Readonly<Record<string, string>> = {}): Item => ({
  ...{ PK: { S: PK }, SK: { S: SK } },
  ...Object.fromEntries(Object.entries(more).map(([name, S]) => [name, { S }])),
});
const SOUND = [
  made("T#1", "C#7", { n: "Ada", c: "Kyiv" }),
  made("T#2", "C#7", { n: "Bob" }),
  made("T#1", "L#1", { of: "7", n: "Ada", c: "Kyiv" }),
  made("T#2", "L#2", { of: "7", n: "Bob" }),
  made("T#2", "L#3", { of: "7" }),
  ...[made("F#x", "TO#y"), made("F#y", "FROM#x")],
];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (items: readonly Item[]) => beginTrial({ url: database.url, schema, items });
const told = ({ discrepancies }: Awaited<ReturnType<typeof migrate>>) =>
  discrepancies.map(({ check, subject, problem, count, examples }) => ({
    ...{ check, subject, problem, count },
    examples: examples.map(({ key, source }) => [key?.join(), source]),
  }));

/** What is the matter with an item that nothing of waits for a decision. */
async function refusal(key: readonly string[]): Promise<string[]> {
  const error = await runAccept({ target: database.url, schema, key, reason: "known" }).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MigrationError)) throw error;
  return error.findings.map(({ where, problem }) => `${where}: ${problem}`);
}

it("I9: is proven where it holds", async () => {
  expect((await migrate(SOUND)).verdict).toBe("verified");
});

describe("I9: a column that differs from what it repeats", () => {
  const STALE = made("T#2", "L#4", { of: "7", n: "Ada", c: "Kyiv" });

  it("is told with its rows and their items, and is mended with them, or with the schema", async () => {
    const report = await migrate([...SOUND, STALE]);
    expect(report.verdict).toBe("discrepant");
    expect(told(report)).toEqual(
      ["name", "city"].map((of) => ({
        check: "relations",
        subject: `lines (${of === "name" ? "customer_name" : of})`,
        problem: `1 row differs from ${of} of the row of customers that it points to`,
        count: 1,
        examples: [["4", '{"PK":{"S":"T#2"},"SK":{"S":"L#4"}}']],
      })),
    );
    expect(report.causes.map(({ remedy }) => remedy)).toEqual([
      expect.stringMatching(/take the column from \.repeats\(\).*; then run migrate$/),
      expect.stringMatching(/take the column from \.repeats\(\).*; then run migrate$/),
    ]);
    expect(await refusal(["T#2", "L#4"])).toEqual([
      "table lines: its row differs from name of the row of customers that it points to (customer_name)",
      "table lines: its row differs from city of the row of customers that it points to (city)",
    ]);
    const looser = { url: database.url, schema: schemaWith({ repeats: false }), items: [...SOUND, STALE] };
    expect((await migrateTrial(looser)).verdict).toBe("verified");
    const mended = [...SOUND, made("T#2", "L#4", { of: "7", n: "Bob" })];
    expect((await migrateTrial({ url: database.url, schema, items: mended })).verdict).toBe("verified");
  });

  it("is told when the row it points to has been changed since", async () => {
    await migrate(SOUND);
    await query(database.url, "update customers set name = 'Eve' where tenant = '1'");
    const report = await verifyTrial({ target: database.url, schema, options: {} }, memorySource(SOUND));
    expect(told(report)).toContainEqual(expect.objectContaining({ subject: "lines (customer_name)", count: 1 }));
  });
});

describe("I9: an edge that does not stand in both directions", () => {
  const HALF = made("F#y", "TO#x");

  it("is told with the half that is there, and is mended with the other, or with the schema", async () => {
    const report = await migrate([...SOUND, HALF]);
    expect(report.verdict).toBe("discrepant");
    expect(told(report)).toEqual([
      {
        ...{
          check: "relations",
          subject: "friends",
          problem: "1 row is given by fewer or more than 2 items",
          count: 1,
        },
        examples: [["y,x", '{"PK":{"S":"F#y"},"SK":{"S":"TO#x"}}']],
      },
    ]);
    expect(report.causes[0]?.remedy).toMatch(/take \{ copies \} from \.duplicates\(\).*; then run migrate$/);
    expect(await refusal(["F#y", "TO#x"])).toEqual(["table friends: its row is given by fewer or more than 2 items"]);
    expect(await refusal(["F#x", "TO#y"])).toEqual([expect.stringMatching(/stands in its rows$/)]);
    const looser = { url: database.url, schema: schemaWith({ copies: false }), items: [...SOUND, HALF] };
    expect((await migrateTrial(looser)).verdict).toBe("verified");
    const both = [...SOUND, HALF, made("F#x", "FROM#y")];
    expect((await migrateTrial({ url: database.url, schema, items: both })).verdict).toBe("verified");
  });

  it("is told when one half is gone from the source, and pruned", async () => {
    await migrate(SOUND);
    const items = SOUND.slice(0, -1);
    const report = await migrateTrial({ url: database.url, schema, items, options: { prune: true } });
    expect(told(report)).toMatchObject([{ subject: "friends", count: 1 }]);
  });
});
