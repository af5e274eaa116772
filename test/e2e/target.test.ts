/** What a schema can say of its target beside rows and keys: schemas, conditions, partial indexes, defaults and numbers for later, roles, odd names. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ddlOf } from "../../lambda/adapters/postgres/tables/ddl.ts";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import {
  bigint,
  defineItems,
  defineTables,
  integer,
  type Tables,
  table,
  text,
  timestamptz,
} from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const suffix = randomBytes(4).toString("hex");
const [OWNER, APP] = [`owner_${suffix}`, `app "x" ${suffix}`];
const ODD = `odd "table"; drop table x; -- ' \\ {}`;
const COLUMN = `a "column", ${"é".repeat(20)}`;

const tables = defineTables(
  {
    orders: table({
      id: bigint().primaryKey().identityLater(),
      state: text(),
      total: integer(),
      made_at: timestamptz().defaultLater("now()"),
    })
      .check("total is not negative", "total >= 0")
      .indexWhere("state = 'open'", "made_at")
      .indexWhere("state = 'done'", "made_at"),
    lines: table({
      order_id: bigint().primaryKey().references("orders"),
      n: integer().primaryKey(),
      what: text(),
    }).schema(`part "two"`),
    [ODD]: { [COLUMN]: text().primaryKey().comment("it's a 'comment'") },
  },
  { schema: "app", owner: OWNER, grants: { [APP]: ["select", "insert"] } },
);
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, each }) => [
  item("Order", { pk: "O#{id}" }, ({ key, attr }) => [
    into("orders", { id: key.id.digits(), state: attr("State"), total: attr("Total"), made_at: attr("At") }),
    each(attr("Lines"), (what, n) => into("lines", { order_id: key.id.digits(), n, what })),
    into(ODD, { [COLUMN]: key.id }),
  ]),
]);
const schema = { tables, items };
const order = (id: number, total: number, lines = 1): Item => ({
  PK: { S: `O#${id}` },
  State: { S: "open" },
  Total: { N: String(total) },
  At: { S: "2024-01-01T00:00:00Z" },
  Lines: { L: Array.from({ length: lines }, () => ({ S: "x" })) },
});

let database: TestDatabase;
let report: Report;
beforeAll(async () => {
  database = await createDatabase();
  const quoted = `"${APP.replaceAll('"', '""')}"`;
  await query(database.url, `create role ${OWNER}`);
  await query(database.url, `create role ${quoted}`);
  report = await migrateTrial({ url: database.url, schema, items: [order(7, 1, 2), order(41, 0)] });
});
afterAll(async () => {
  await database.drop();
  const other = await createDatabase();
  await query(other.url, `drop role ${OWNER}`);
  await query(other.url, `drop role "${APP.replaceAll('"', '""')}"`);
  await other.drop();
});

const ask = async (sql: string): Promise<unknown> => Object.values((await query(database.url, sql))[0] ?? {})[0];

it("all of it is verified, a second pass too", async () => {
  expect(report.discrepancies).toEqual([]);
  expect(report.verdict).toBe("verified");
  const again = await migrateTrial({ url: database.url, schema, items: [order(7, 1, 2), order(41, 0)] });
  expect(again).toMatchObject({ verdict: "verified", items: { migrated: 0, unchanged: 2 } });
});

describe("is made as declared", () => {
  it.each<[string, string, unknown]>([
    ["the schema of all tables", "select count(*)::int from app.orders", 2],
    ["the schema of one table", `select count(*)::int from "part ""two""".lines`, 3],
    ["an odd name, quoted", `select count(*)::int from app."${ODD.replaceAll('"', '""')}"`, 2],
    [
      "a check",
      "select pg_get_constraintdef(oid) from pg_constraint where conname = 'total is not negative'",
      "CHECK ((total >= 0))",
    ],
    [
      "partial indexes, each with a name of its own",
      "select count(*)::int from pg_indexes where tablename = 'orders' and indexdef like '%WHERE%'",
      2,
    ],
    [
      "a default for later",
      "select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'app.orders'::regclass",
      "now()",
    ],
    ["an owner", "select tableowner from pg_tables where tablename = 'orders'", OWNER],
    [
      "a grant",
      `select has_table_privilege('${APP}', 'app.orders', 'select') and has_schema_privilege('${APP}', 'app', 'usage')`,
      true,
    ],
    ["and not what was not granted", `select has_table_privilege('${APP}', 'app.orders', 'delete')`, false],
    [
      "a comment",
      `select col_description('app."${ODD.replaceAll('"', '""').replaceAll("'", "''")}"'::regclass, 1)`,
      "it's a 'comment'",
    ],
  ])("%s", async (_, sql, expected) => expect(await ask(sql)).toEqual(expected));

  it("numbers go on behind the highest", async () => {
    expect(await ask("insert into app.orders (state, total) values ('new', 1) returning id::int")).toBe(42);
    await query(database.url, "delete from app.orders where id = 42");
  });
});

it("rows that break a check are named, with the item they came from", async () => {
  await using other = await createDatabase();
  const broken = await migrateTrial({ url: other.url, schema, items: [order(1, -1), order(2, 3)] });
  expect(broken.verdict).toBe("discrepant");
  expect(broken.discrepancies).toMatchObject([
    {
      check: "relations",
      subject: "orders, check total is not negative",
      count: 1,
      examples: [{ key: ["1"], source: '{"PK":{"S":"O#1"}}' }],
    },
  ]);
});

it("what is printed for review is what a run does", async () => {
  const mapping = load(schema);
  const { before, after } = ddlOf(mapping);
  await using one = await createDatabase();
  await using other = await createDatabase();
  for (const statement of [...before, ...after]) await query(one.url, statement);
  await migrateTrial({ url: other.url, schema, items: [order(7, 1)] });
  const look = (url: string) =>
    query(
      url,
      `select n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner) as owner, c.relacl::text,
         (select jsonb_agg(jsonb_build_array(attname, atttypid::regtype, attnotnull, attidentity, pg_get_expr(d.adbin, d.adrelid)) order by attnum)
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = c.oid and attnum > 0) as columns,
         (select jsonb_agg(jsonb_build_array(conname, pg_get_constraintdef(oid), convalidated) order by conname) from pg_constraint where conrelid = c.oid) as constraints,
         case when c.relkind = 'i' then pg_get_indexdef(c.oid) end as index
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('app', 'part "two"') and c.relkind in ('r', 'i', 'S') order by 1, 2`,
    );
  const [printed, made] = [await look(one.url), await look(other.url)];
  expect(printed.length).toBeGreaterThan(8);
  expect(made).toEqual(printed);
});

describe("what Postgres refuses of a schema is told before anything is copied", () => {
  const simple = (more: (things: ReturnType<typeof base>) => Tables) => more(base());
  const base = () => table({ id: text().primaryKey(), n: integer().nullable() });
  const itemsOf = (declared: Tables) =>
    defineItems(declared, { keys: { pk: "PK" } }, ({ item, into }) => [
      // The tables differ in what is not a column.
      item("T", { pk: "{id}" }, ({ key, attr }) => [into("t", { id: key.id, n: attr("n").optional() } as never)]),
    ]);
  it.each<[string, Tables, RegExp]>([
    ["a check of no column", simple((t) => defineTables({ t: t.check("c", "nn > 0") })), /column "nn" does not exist/],
    ["an index of no sense", simple((t) => defineTables({ t: t.indexWhere("n = ", "n") })), /syntax error/],
    [
      "a role that is not there",
      simple((t) => defineTables({ t }, { owner: "nobody at all" })),
      /role "nobody at all" does not exist/,
    ],
  ])("%s", async (_, declared, message) => {
    await using other = await createDatabase();
    const trial = migrateTrial({
      url: other.url,
      schema: { tables: declared, items: itemsOf(declared) },
      items: [{ PK: { S: "1" } }],
    });
    await expect(trial).rejects.toMatchObject({
      code: "preflight",
      findings: expect.arrayContaining([expect.objectContaining({ problem: expect.stringMatching(message) })]),
    });
    expect(await query(other.url, "select to_regclass('public.t')::text as t")).toEqual([{ t: null }]);
  });
});
