/** Names for what Postgres must call something and the user did not: each once in its room, and never cut by Postgres. */
import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { defineItems, defineTables, type Tables, table, text } from "../../lambda/mapping/index.ts";
import { isIdentifier, Names } from "../../lambda/mapping/names.ts";

const id = () => text().primaryKey();
/** Tables alone: what writes them is not looked at. */
function namesOf(tables: Tables): string[] {
  const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) =>
    Object.entries(tables).map(([name, { columns }], at) =>
      item(`I${at}`, { pk: `${at}#{id}` }, ({ key }) => [
        into(name, Object.fromEntries(Object.keys(columns).map((column) => [column, key.id])) as never),
      ]),
    ),
  );
  return load({ tables, items }).tables.flatMap((each) =>
    [...each.foreignKeys, ...each.uniques, ...each.indexes].map(({ name }) => name),
  );
}

describe("two things that would have one name have two", () => {
  const COLLIDING: Record<string, Tables> = {
    "uniques whose columns run together": defineTables({
      slots: table({ id: id(), user: text(), group_day: text(), user_group: text(), day: text() })
        .unique("user", "group_day")
        .unique("user_group", "day"),
    }),
    "foreign keys of one column": defineTables({
      a: table({ id: id() }),
      b: table({ id: id() }),
      c: table({ id: id().references("a") }).foreignKey(["id"], "b"),
    }),
    "indexes of two tables": defineTables({
      a: table({ id: id(), b_c: text().index() }),
      a_b: table({ id: id(), c: text().index() }),
    }),
    "indexes of some rows": defineTables({
      a: table({ id: id(), c: text(), c_1: text().index() }).indexWhere("c > '1'", "c").indexWhere("c > '2'", "c"),
    }),
    "an index and a table": defineTables({ a: table({ id: id(), b: text().index() }), a_b_idx: table({ id: id() }) }),
    "a foreign key and a check": defineTables({
      a: table({ id: id() }),
      c: table({ id: id(), a: text().references("a") }).check("c_a_fkey", "true"),
    }),
    "names that Postgres would cut": defineTables({
      a: table({ id: id(), [`x${"é".repeat(30)}1`]: text().index(), [`x${"é".repeat(30)}2`]: text().index() }),
    }),
  };
  it.each(Object.entries(COLLIDING))("%s", (_, tables) => {
    const names = namesOf(tables);
    const given = [...names, ...Object.keys(tables)];
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(given).size).toBe(given.length);
    expect(names.every(isIdentifier)).toBe(true);
    // A name does not hang on chance: the next run finds what this one has built.
    expect(namesOf(tables)).toEqual(names);
  });

  it("and where nothing collides they are called as Postgres would call them", () => {
    expect(
      namesOf(defineTables({ a: table({ id: id() }), c: table({ id: id(), a: text().references("a").unique() }) })),
    ).toEqual(["c_a_fkey", "c_a_key"]);
  });
});

it("what is declared twice is built once", () => {
  const tables = defineTables({
    a: table({ id: id() }),
    c: table({ id: id(), a: text().references("a").unique() })
      .unique("a")
      .foreignKey(["a"], "a")
      .indexWhere("a > ''", "a")
      .indexWhere("a > ''", "a"),
  });
  expect(namesOf(tables)).toEqual(["c_a_fkey", "c_a_key", "c_a_idx"]);
});

describe("a mapping is refused when it is loaded, where", () => {
  const REFUSED: Record<string, readonly [tables: Tables, problem: string]> = {
    "two checks have one name": [
      defineTables({ a: table({ id: id() }).check("c", "true").check("c", "false") }),
      "two of its constraints are called c",
    ],
    "a check is called as the primary key is": [
      defineTables({ a: table({ id: id() }).check("a_pkey", "true") }),
      "two of its constraints are called a_pkey",
    ],
    "a table is called as another one's primary key": [
      defineTables({ a: table({ id: id() }), a_pkey: table({ id: id() }) }),
      "the primary key of another table has its name",
    ],
    "and the other way round": [
      defineTables({ a_pkey: table({ id: id() }), a: table({ id: id() }) }),
      "another table has the name of its primary key, a_pkey",
    ],
  };
  it.each(Object.entries(REFUSED))("%s", (_, [tables, problem]) => {
    const error = (() => {
      try {
        return namesOf(tables);
      } catch (reason) {
        return reason;
      }
    })();
    expect(error).toBeInstanceOf(MigrationError);
    expect(error).toMatchObject({ findings: [expect.objectContaining({ problem })] });
  });
});

it("names are taken in all their rooms or in none", () => {
  const names = new Names();
  expect(names.take(["one"], "x")).toBe(true);
  expect(names.take(["two", "one"], "x")).toBe(false);
  expect(names.take(["two"], "x")).toBe(true);
  const naming = { table: "t", columns: ["a"], suffix: "idx" } as const;
  const given = [names.give(["one"], naming), names.give(["one"], naming), names.give(["one"], naming)];
  expect(given).toEqual(["t_a_idx", expect.stringMatching(/^t_a_[0-9a-f]{8}_idx$/), undefined]);
});
