/** What Postgres makes of a schema is asked of all its tables at once: what it refuses of one says nothing of the others. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect, type Session } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { createTable } from "../../../../lambda/adapters/postgres/tables/ddl.ts";
import { wantedOn } from "../../../../lambda/adapters/postgres/tables/promises.ts";
import { load } from "../../../../lambda/compose.ts";
import { defineItems, defineTables, integer, table, text } from "../../../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";

const tables = defineTables({
  a: table({
    id: text().primaryKey(),
    email: text().unique(),
    n: integer().nullable().defaultLater("7 -- of old"),
    m: integer().nullable().defaultLater("8"),
  })
    .index("email")
    .check("positive", "n > 0"),
  // As the index of the other one is called.
  a_email_key: table({ id: text().primaryKey(), email: text() }).unique("email").schema("elsewhere"),
});
const { tables: models } = load({
  tables,
  items: defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("A", { pk: "A#{id}" }, ({ key, attr }) => [
      into("a", { id: key.id, email: key.id, n: attr("n").optional(), m: attr("m").optional() }),
      into("a_email_key", { id: key.id, email: key.id }),
    ]),
  ]),
});

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await createDatabase();
  session = await connect(database.url, "test");
  await session.query("create schema elsewhere");
  for (const statement of models.flatMap(createTable)) await session.query(statement);
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const wantedOf = async () => {
  const compared = await wantedOn(session, models);
  return models.map((model) => {
    const { wanted } = compared(model);
    return [
      ...model.uniques.map(({ name }) => wanted({ kind: "constraint", name })),
      ...model.indexes.map(({ name }) => wanted({ kind: "index", name })),
      ...model.checks.map(({ name }) => wanted({ kind: "constraint", name })),
      ...model.columns.map(({ name }) => wanted({ kind: "default", name })),
    ];
  });
};
const unique = { definition: "UNIQUE (email)" };
const none = { definition: "" };

it("names that are apart in their schemas are, and a comment at the end of one thing hides no other", async () => {
  expect(await wantedOf()).toEqual([
    [
      unique,
      { definition: "USING btree (email)" },
      { definition: "CHECK ((n > 0))" },
      none,
      none,
      { definition: "7" },
      { definition: "8" },
    ],
    [unique, none, none],
  ]);
  expect((await session.query("select from pg_class where relpersistence = 't'")).rows).toEqual([]);
});

it("what is refused is told of that alone, and everything before and behind it is there", async () => {
  await session.query("alter table a alter email type json using null");
  const [ofA, ofOther] = await wantedOf();
  const refused = { refused: expect.stringContaining("SQLSTATE 42704") };
  expect(ofA).toEqual([
    refused,
    refused,
    { definition: "CHECK ((n > 0))" },
    none,
    none,
    { definition: "7" },
    { definition: "8" },
  ]);
  expect(ofOther).toEqual([unique, none, none]);
});
