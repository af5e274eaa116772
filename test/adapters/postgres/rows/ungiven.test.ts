/** Columns that nobody gives: the catalogue is asked for those alone. */
import { expect, it } from "vitest";
import { ungivenColumns } from "../../../../lambda/adapters/postgres/rows/ungiven.ts";
import { connect } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { ddlOf } from "../../../../lambda/adapters/postgres/tables/ddl.ts";
import { load } from "../../../../lambda/compose.ts";
import { createDatabase } from "../../../support/database.ts";
import { query } from "../../../support/migration.ts";
import { schema } from "../../../support/pets.ts";

it("are what others have added, and in a merged row the parts", async () => {
  await using database = await createDatabase();
  const mapping = load(schema);
  await query(database.url, ddlOf(mapping).before.join(";"));
  const added = [
    "alter table pets add made text generated always as (tag) stored",
    `alter table pets add "by {\\others}, NULL" text default $$it's$$`,
    "alter table pets add dropped text",
    "alter table pets drop dropped",
    "alter table owners add note text",
  ];
  await query(database.url, added.join(";"));
  await using session = await connect(database.url, "test");
  const parts = mapping.tables.find(({ name }) => name === "owners")?.facets ?? [];
  const facetOf = (name: string) => parts.find(({ columns }) => columns.some((column) => column.name === name))?.index;
  const ungiven = await ungivenColumns(session, mapping.tables);
  expect(Object.fromEntries(mapping.tables.map(({ name, index }) => [name, ungiven.get(index)]))).toEqual({
    owners: [
      ...["name", "phone", "rank"].map((name) => ({ name, missing: null, facet: facetOf(name) })),
      { name: "note", missing: null },
    ],
    pets: [{ name: "by {\\others}, NULL", missing: "it's" }],
    visits: [],
    pairs: [],
  });
});
