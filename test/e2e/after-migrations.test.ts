/** What a schema's own migrations make on its tables when the rows are in: out of the way of the next pass, and there behind it. */
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, repairTrial, verifyTrial } from "../support/migration.ts";

const tables = defineTables({
  folders: { id: text().primaryKey() },
  files: { id: text().primaryKey(), folder: text(), name: text().nullable() },
  people: table({ id: text().primaryKey(), name: text().nullable(), phone: text().nullable() }).duplicates("merge"),
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, part }) => [
  item("Folder", { pk: "D#{id}" }, ({ key }) => [into("folders", { id: key.id })]),
  item("File", { pk: "F#{id}" }, ({ key, attr }) => [
    into("files", { id: key.id, folder: attr("d"), name: attr("n").optional() }),
  ]),
  item("Name", { pk: "N#{id}" }, ({ key, attr }) => [part("people", { id: key.id, name: attr("v") })]),
  item("Phone", { pk: "T#{id}" }, ({ key, attr }) => [part("people", { id: key.id, phone: attr("v") })]),
]);
const step = (up: readonly string[], down?: readonly string[]): Migration => {
  const doing = (statements: readonly string[]) => async (db: Parameters<Migration["up"]>[0]) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  };
  return down === undefined ? { up: doing(up) } : { up: doing(up), down: doing(down) };
};
const AFTER = {
  "001_rules": step(
    [
      "alter table files add constraint files_folder foreign key (folder) references folders on delete cascade",
      "alter table files add constraint named check (name <> '')",
      "alter table files add constraint one_name unique (name) deferrable",
      "create unique index one_folder_a_letter on files (lower(left(id, 3)))",
      "alter table files alter name set not null",
      "alter table people add constraint reachable check (name is null or phone is not null)",
      "alter table people alter phone set default 'none yet'",
    ],
    [
      "alter table people alter phone drop default, drop constraint reachable",
      "drop index one_folder_a_letter",
      "alter table files alter name drop not null, drop constraint one_name, drop constraint named, drop constraint files_folder",
    ],
  ),
  "002_more": step(
    [
      "create view names as select folder, string_agg(name, ', ') as all_names from files group by folder",
      "create function shout() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$",
      "create trigger shouting before insert or update on files for each row execute function shout()",
      "create index by_folder on files (folder)",
    ],
    ["drop trigger shouting on files", "drop function shout", "drop view names", "drop index by_folder"],
  ),
};
const schema: Schema = { tables, items, migrations: { before: {}, after: AFTER } };
const schemaOf = (after: Record<string, Migration>): Schema =>
  after === AFTER ? schema : { ...schema, migrations: { before: {}, after } };
const folder = (id: string): Item => ({ PK: { S: `D#${id}` } });
const file = (id: string, of: string, name = `name of ${id}`): Item => ({
  PK: { S: `F#${id}` },
  d: { S: of },
  n: { S: name },
});
const person = (id: string): Item[] =>
  ["N", "T"].map((kind): Item => ({ PK: { S: `${kind}#${id}` }, v: { S: `${kind} of ${id}` } }));

const FIRST = [folder("1"), file("1", "1", "a"), file("2", "1", "b"), ...person("p")];
/** In an order that every one of the rules would refuse on the way: a name goes from one row to another, a file comes before its folder. */
const SECOND = [
  file("3", "2"),
  file("2", "1", "a"),
  file("1", "1", "c"),
  ...person("q"),
  folder("1"),
  folder("2"),
  ...person("p"),
];

const RULES = [
  "constraint files_folder",
  "constraint named",
  "constraint one_name",
  "constraint reachable",
  "default phone",
  "index by_folder",
  "index one_folder_a_letter",
  "not null name",
  "trigger shouting",
];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], after = AFTER as Record<string, Migration>, more = {}) =>
  beginTrial({ url: database.url, schema: schemaOf(after), items: list, ...more });
const task = (after = AFTER as Record<string, Migration>) => ({
  target: database.url,
  schema: schemaOf(after),
  options: { sample: 0 },
});
const verify = async (list: readonly Item[]) => await verifyTrial(task(), memorySource(list));
const repair = async (list: readonly Item[]) => await repairTrial({ ...task(), force: false }, memorySource(list));
const rules = async () =>
  (
    await query<{ rule: string }>(
      database.url,
      `select 'constraint ' || conname as rule from pg_constraint where conname in ('files_folder', 'named', 'one_name', 'reachable') and convalidated
       union all select 'index ' || relname from pg_class where relname in ('by_folder', 'one_folder_a_letter')
       union all select 'trigger ' || tgname from pg_trigger where tgname = 'shouting' and tgenabled = 'O'
       union all select 'not null ' || attname from pg_attribute where attrelid = to_regclass('files') and attname = 'name' and attnotnull
       union all select 'default ' || attname from pg_attribute where attrelid = to_regclass('people') and attname = 'phone' and atthasdef
       order by 1`,
    )
  ).map(({ rule }) => rule);

async function adopt(): Promise<void> {
  await query(database.url, "create table folders (id text primary key)");
  await query(database.url, "create table files (id text primary key, folder text not null, name text)");
}

describe.each([
  ["that a run made", async () => undefined],
  ["that were there before", adopt],
])("on tables %s", (_, given) => {
  beforeEach(given);

  it("a second pass throws no good item into quarantine, and they are all there behind it", async () => {
    expect(await migrate(FIRST)).toMatchObject({ verdict: "verified", discrepancies: [] });
    expect(await rules()).toEqual(RULES);
    expect(await migrate(SECOND)).toMatchObject({ verdict: "verified", discrepancies: [], quarantine: [] });
    expect(await rules()).toEqual(RULES);
    expect(await query(database.url, "select name from files order by id")).toEqual(
      ["c", "a", "name of 3"].map((name) => ({ name })),
    );
    await query(database.url, "insert into files values ('new', '1', 'later')");
    expect(await query(database.url, "select name from files where id = 'new'")).toEqual([{ name: "LATER" }]);
  });

  it("a repair neither, and its rows are as the source has them", async () => {
    await migrate(FIRST);
    await query(database.url, "delete from files where id = '2'; delete from people where id = 'p'");
    expect(await repair(FIRST)).toMatchObject({ verdict: "verified", repaired: { rows: 3 } });
    expect(await rules()).toEqual(RULES);
  });

  it("I12: a rollback in the middle of a copy takes them back by their `down`, as one after it does", async () => {
    for (const interrupted of [true, false]) {
      await migrate(FIRST);
      if (interrupted) expect(await migrate(SECOND, AFTER, { signal: AbortSignal.abort() })).toMatchObject({ pass: 2 });
      expect((await rules()).length < RULES.length).toBe(interrupted);
      await runRollback({ target: database.url, schema, force: true });
      expect(await rules()).toEqual([]);
      expect(
        await query(database.url, "select to_regproc('shout')::text as f, to_regclass('names')::text as v"),
      ).toEqual([{ f: null, v: null }]);
    }
  });
});

it("I12: what a migration made and does not take back itself is left in a table that was there before", async () => {
  await adopt();
  const lasting = { "001_rules": step(["alter table files add constraint named check (name <> '')"]) };
  await migrate(FIRST, lasting);
  await migrate(SECOND, lasting);
  await runRollback({ target: database.url, schema: schemaOf(lasting), force: false });
  expect(await rules()).toEqual(["constraint named"]);
});

describe("I9: the proof asks for them, too", () => {
  it("one that the rows break now is told by its name, with the reason, and is in force for new rows", async () => {
    await migrate(FIRST);
    const orphan = file("9", "gone");
    const report = await migrate([...SECOND, orphan]);
    expect(report.quarantine).toEqual([]);
    expect(report.discrepancies).toMatchObject([
      {
        check: "relations",
        subject: "files",
        problem: expect.stringMatching(/constraint files_folder, made by the schema's own migration 001_rules.*23503/),
      },
    ]);
    await expect(query(database.url, "insert into files values ('x', 'nowhere', 'x')")).rejects.toThrow("files_folder");
    expect(await migrate(SECOND, AFTER, { options: { prune: true } })).toMatchObject({ verdict: "verified" });
    expect(await rules()).toEqual(RULES);
  });

  it.each([
    ["a constraint", "alter table files drop constraint files_folder"],
    ["a unique index", "drop index one_folder_a_letter"],
    ["a trigger that is put to rest", "alter table files disable trigger shouting"],
    ["a default", "alter table people alter phone drop default"],
  ])("%s that was dropped since is told, and a repair makes it again", async (_, damage) => {
    await migrate(FIRST);
    expect((await verify(FIRST)).verdict).toBe("verified");
    await query(database.url, damage);
    expect((await verify(FIRST)).discrepancies).toMatchObject([
      { check: "relations", problem: expect.stringContaining("made by the schema's own migration") },
    ]);
    expect((await repair(FIRST)).verdict).toBe("verified");
    expect(await rules()).toEqual(RULES);
  });
});

it("one that a later version takes away or defines otherwise is not made again", async () => {
  await migrate(FIRST);
  const later = {
    ...AFTER,
    "003_less": step([
      "alter table files drop constraint named",
      "alter table files drop constraint one_name, add constraint one_name unique (folder, name)",
    ]),
  };
  expect(await migrate(FIRST, later)).toMatchObject({ verdict: "verified" });
  expect(await migrate(SECOND, later)).toMatchObject({ verdict: "verified" });
  expect(await rules()).toEqual(RULES.filter((rule) => rule !== "constraint named"));
  expect(
    await query(database.url, "select pg_get_constraintdef(oid) as is from pg_constraint where conname = 'one_name'"),
  ).toEqual([{ is: "UNIQUE (folder, name)" }]);
});

it("I9: one that stands in the place of the schema's own is told, in every pass, and neither is lost in silence", async () => {
  const own = defineTables({
    folders: { id: text().primaryKey() },
    files: { id: text().primaryKey(), folder: text().references("folders") },
  });
  const spec: Schema = {
    tables: own,
    items: defineItems(own, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("Folder", { pk: "D#{id}" }, ({ key }) => [into("folders", { id: key.id })]),
      item("File", { pk: "F#{id}" }, ({ key, attr }) => [into("files", { id: key.id, folder: attr("d") })]),
    ]),
    migrations: {
      after: {
        "001_cascade": step([
          "alter table files drop constraint files_folder_fkey, add constraint files_folder_fkey foreign key (folder) references folders on delete cascade",
        ]),
      },
    },
  };
  const list = [folder("1"), { PK: { S: "F#1" }, d: { S: "1" } }];
  for (const reason of [/defined otherwise/, /migration 001_cascade has made something else of that name/]) {
    const report = await migrateTrial({ url: database.url, schema: spec, items: list });
    expect(report.discrepancies).toMatchObject([
      { subject: "files (folder) → folders", problem: expect.stringMatching(reason) },
    ]);
    expect(
      await query(
        database.url,
        "select confdeltype as on_delete from pg_constraint where conname = 'files_folder_fkey'",
      ),
    ).toEqual([{ on_delete: "c" }]);
  }
});
