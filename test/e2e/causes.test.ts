/** What a report names as causes: one missing item is one, however many rows point to it, and what waits in quarantine explains what is missing. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { withoutKeys } from "../../lambda/domain/proof/report-keys.ts";
import { bigint, defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";
import { held } from "../support/reports.ts";

const account = () => text().references("accounts");
const tables = defineTables({
  accounts: { account_id: text().primaryKey(), size: bigint() },
  folders: { folder_id: text().primaryKey(), account_id: account(), editor_id: account() },
  notes: table({ note_id: text().primaryKey(), account_id: account() }),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
  item("Account", { pk: "A#{id}", sk: "A" }, ({ key, attr }) => [
    into("accounts", { size: attr("Size"), account_id: key.id }),
  ]),
  item("Folder", { pk: "A#{account}", sk: "F#{id}" }, ({ key, attr }) => [
    into("folders", { folder_id: key.id, account_id: key.account, editor_id: attr("Editor") }),
  ]),
  item("Note", { pk: "A#{account}", sk: "N#{id}" }, ({ key }) => [
    into("notes", { note_id: key.id, account_id: key.account }),
  ]),
]);
const schema = { tables, items };

const keys = (pk: string, sk: string): Item => ({ PK: { S: pk }, SK: { S: sk } });
const accountItem = (id: string, size: Item["Size"] = { N: "1" }): Item => ({ ...keys(`A#${id}`, "A"), Size: size });
const folder = (of: string, id: string, editor = of): Item => ({
  ...keys(`A#${of}`, `F#${id}`),
  Editor: { S: editor },
});
const note = (of: string, id: string): Item => keys(`A#${of}`, `N#${id}`);

const LIST = [
  ...[accountItem("here"), folder("here", "fine")],
  // No item is its account.
  ...[folder("none", "f1"), note("none", "n1"), note("none", "n2")],
  // Its account cannot become a row.
  ...[accountItem("odd", { S: "many" }), folder("odd", "f2"), note("odd", "n3")],
];

let database: TestDatabase;
let report: Report;
beforeAll(async () => {
  database = await createDatabase();
  report = await migrateTrial({ url: database.url, schema, items: LIST });
});
afterAll(() => database.drop());

it("one item that is missing is one cause, and one in quarantine another, whatever points to their rows", () => {
  expect(report.discrepancies.map(({ check }) => check)).toEqual([
    "relations",
    "relations",
    "relations",
    "completeness",
  ]);
  expect(report.causes).toMatchObject([
    {
      ...{ subject: "accounts", count: 1, discrepancies: [0, 1, 2] },
      problem: "4 rows point to a row that is not there",
      missing: [{ table: "accounts", columns: ["account_id"], key: ["none"], rows: 4 }],
    },
    {
      ...{ subject: "Account", count: 1, discrepancies: [0, 1, 2, 3] },
      problem: "1 item is in quarantine: wrong-type; 3 rows point to what is missing for it",
      missing: [{ key: ["odd"], rows: 3, source: '{"PK":{"S":"A#odd"},"SK":{"S":"A"}}' }],
    },
  ]);
  expect(report.totals).toEqual({ tables: 3, rows: 7, foreignKeys: 3, problems: 2 });
});

it("columns that are empty because one item is missing are one cause, and that of the item in quarantine which would have given them", async () => {
  await using own = await createDatabase();
  const merged = defineTables({
    users: table({ id: text().primaryKey(), email: text(), quota: bigint(), bio: text().nullable() }).duplicates(
      "merge",
    ),
  });
  const parts = defineItems(merged, { keys: { pk: "PK", sk: "SK" } }, ({ item, part }) => [
    item("User", { pk: "U#{id}", sk: "U" }, ({ key, attr }) => [
      part("users", { id: key.id, email: attr("Email"), quota: attr("Quota") }),
    ]),
    item("Profile", { pk: "U#{id}", sk: "P" }, ({ key, attr }) => [part("users", { id: key.id, bio: attr("Bio") })]),
  ]);
  const profile = (id: string): Item => ({ ...keys(`U#${id}`, "P"), Bio: { S: "b" } });
  const rotten: Item = { ...keys("U#odd", "U"), Email: { S: "e" }, Quota: { S: "many" } };
  const trial = { url: own.url, schema: { tables: merged, items: parts } };
  const { causes, discrepancies } = await migrateTrial({ ...trial, items: [profile("alone"), profile("odd"), rotten] });
  expect(causes).toMatchObject([
    { subject: "users (email, quota)", count: 2, discrepancies: [0, 1] },
    { subject: "User" },
  ]);
  expect(discrepancies).toHaveLength(3);
  const healed = await migrateTrial({ ...trial, items: [profile("odd"), rotten], options: { prune: true } });
  // Of this pass, whatever was before.
  expect(healed.phases.map(({ phase }) => phase)).toEqual(["copy", "build", "verify"]);
  expect(healed.causes).toMatchObject([
    {
      subject: "User",
      problem: expect.stringMatching(/^1 item is in quarantine: wrong-type/),
      discrepancies: [0, 1, 2],
    },
  ]);
});

it("rows that an element of an item in quarantine would have given are known by all of their key", async () => {
  await using own = await createDatabase();
  const houses = defineTables({
    houses: { house: text().primaryKey(), size: bigint() },
    rooms: { house: text().primaryKey(), room: text().primaryKey() },
    beds: table({ bed: text().primaryKey(), of: text(), room: text() }).foreignKey(["of", "room"], "rooms"),
  });
  const parts = defineItems(houses, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, each }) => [
    item("House", { pk: "H#{id}", sk: "H" }, ({ key, attr }) => [
      into("houses", { house: key.id, size: attr("Size") }),
      each(attr("Rooms"), (room) => into("rooms", { house: key.id, room })),
    ]),
    item("Bed", { pk: "H#{id}", sk: "B#{bed}" }, ({ key, attr }) => [
      into("beds", { bed: key.bed, of: key.id, room: attr("Room") }),
    ]),
  ]);
  const bed = (id: string, room: string): Item => ({ ...keys("H#1", `B#${id}`), Room: { S: room } });
  const house: Item = { ...keys("H#1", "H"), Size: { S: "large" }, Rooms: { L: [{ S: "1" }, { S: "red" }] } };
  const { causes } = await migrateTrial({
    ...{ url: own.url, schema: { tables: houses, items: parts } },
    items: [house, bed("a", "red"), bed("b", "red"), bed("c", "attic")],
  });
  expect(causes).toMatchObject([
    { subject: "House", missing: [{ table: "rooms", key: ["1", "red"], rows: 2 }] },
    { subject: "rooms", problem: "1 row points to a row that is not there", missing: [{ key: ["1", "attic"] }] },
  ]);
});

it("each row that points nowhere names what it misses, and the item that would have given it", () => {
  const text = reportText(report);
  expect(text).toMatch(/^DISCREPANT {2}2 problems, named below with what to do\.$/m);
  expect(text).toContain("      accounts (none): no item gave it\n");
  expect(text).toContain("        notes (n1), account_id → accounts (none), from A#none / N#n1\n");
  expect(text).toContain("      accounts (odd): A#odd / A would have given it, which is in quarantine\n");
  expect(text).toContain("        folders (f2), editor_id → accounts (odd), from A#odd / F#f2\n");
  expect(text).toMatch(/Problems\n[\s\S]*Entities\n[\s\S]*Tables\n/);
});

it("says what went where, in which phases, and what the target is meant to be", () => {
  expect(report.flow).toEqual([
    { entity: "Account", table: "accounts", rows: 1 },
    { entity: "Folder", table: "folders", rows: 3 },
    { entity: "Note", table: "notes", rows: 3 },
  ]);
  expect(report.phases.map(({ phase, count, of }) => `${phase}: ${count} ${of}`)).toEqual([
    ...["copy: 8 items", "build: 7 rows", "verify: 7 rows"],
  ]);
  expect(report.schema.find(({ name }) => name === "notes")).toMatchObject({
    columns: [{ name: "note_id", type: "text", nullable: false }, { name: "account_id" }],
    foreignKeys: [{ columns: ["account_id"], references: "accounts", referencedColumns: ["account_id"] }],
  });
  const { pathname, host, password } = new URL(database.url);
  expect(report.target).toBe(`${host}${pathname}`);
  expect(password === "" || !JSON.stringify(report).includes(password)).toBe(true);
});

it("I10: whoever may see no keys is given none of those that are missed", () => {
  const told = held(withoutKeys(report, () => "#0"));
  expect(JSON.stringify(told)).not.toMatch(/A#(odd|none)|"(none|odd|n1)"/);
  expect(told.causes[1]?.missing[0]).toMatchObject({ rows: 3, source: "#0", key: [] });
});

it("what is missing is counted, also beyond what is named of it", async () => {
  await using own = await createDatabase();
  const adrift = Array.from({ length: 30 }, (_, at) => folder(`none-${at}`, `f${at}`, "here"));
  const told = await migrateTrial({ url: own.url, schema, items: [accountItem("here"), ...adrift] });
  expect(told.causes).toMatchObject([{ subject: "accounts", count: 30, further: 10 }]);
  expect(told.causes[0]?.missing).toHaveLength(20);
  expect(reportText(told)).toContain("\n      … 25 more\n");
});

it("rows that were removed are one cause, with the fingerprint that differs and what points to them", async () => {
  await using own = await createDatabase();
  const sound = [accountItem("here"), folder("here", "f"), note("here", "n")];
  await migrateTrial({ url: own.url, schema, items: sound });
  await query(own.url, "set session_replication_role = replica; delete from accounts");
  const task = { target: own.url, schema, options: {} };
  const told = await verifyTrial(task, memorySource(sound));
  expect(told.discrepancies.length).toBeGreaterThan(3);
  expect(told.causes).toMatchObject([{ subject: "accounts", missing: [{ key: ["here"], rows: 3 }] }]);
  await query(own.url, "insert into accounts values ('here', 7)");
  const changed = await verifyTrial(task, memorySource(sound));
  expect(changed.discrepancies.map(({ check }) => check)).toEqual(["content", "spot checks"]);
  expect(changed.causes.map(({ subject }) => subject)).toEqual(["accounts"]);
});

it("a report with a field that nobody wrote down is not what is documented, nor one with a problem of no cause", () => {
  expect(() => held({ ...report, further: 1 })).toThrow(/further/);
  expect(() => held({ ...report, entities: report.entities.map((each) => ({ ...each, late: 1 })) })).toThrow(/late/);
  expect(() => held({ ...report, startedAt: "yesterday" })).toThrow();
  expect(() => held({ ...report, causes: report.causes.slice(1, 1) })).toThrow(/without a cause/);
});
