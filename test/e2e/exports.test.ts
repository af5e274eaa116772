/** What a run makes of exports, and says of them: windows that follow, repeat, are missing or damaged. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { summaryOf } from "../../lambda/domain/proof/summary.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MemoryExport, memoryExports, TABLE } from "../support/memory-exports.ts";
import { migrateTrial, query, repairTrial, verifyTrial, versions } from "../support/migration.ts";

const tables = defineTables({ pets: { id: text().primaryKey(), name: text() } });
const keys = { pk: "PK", sk: "SK" };
const schema = {
  tables,
  items: defineItems(tables, { keys }, ({ item, into, ignoreItem }) => [
    item("Pet", { pk: "PET#{id}", sk: "P" }, ({ key, attr }) => [into("pets", { id: key.id, name: attr("name") })]),
    ignoreItem("Log", { pk: "LOG#{id}", sk: "L" }, "nobody reads it"),
  ]),
};
const OTHER = {
  tables,
  items: defineItems(tables, { keys }, ({ item, into, ignoreItem }) => [
    item("Pet", { pk: "PET#{id}", sk: "P", ignore: ["name"] }, ({ key }) => [
      into("pets", { id: key.id, name: key.id }),
    ]),
    ignoreItem("Log", { pk: "LOG#{id}", sk: "L" }, "nobody reads it"),
  ]),
};

const at = (time: string): Date => new Date(`2026-01-14T${time}Z`);
const key = (id: string): Item => ({ PK: { S: `PET#${id}` }, SK: { S: "P" } });
const pet = (id: string, name = id): Item => ({ ...key(id), name: { S: name } });
const log = (id: string): Item => ({ PK: { S: `LOG#${id}` }, SK: { S: "L" } });
const facts = { place: "memory", table: TABLE, records: 1 };

const FULL: MemoryExport = {
  ...facts,
  id: "F",
  to: at("10:00:00"),
  items: [pet("ada"), pet("bob"), pet("cat"), log("1")],
};
type Changes = NonNullable<MemoryExport["changes"]>;
const window = (id: string, from: string, to: string, changes: Changes): MemoryExport => ({
  ...{ ...facts, id, from: at(from), to: at(to), images: "new and old", changes },
});
const put = (id: string, name: string, before: Item | "nothing" = "nothing") => ({
  key: key(id),
  after: pet(id, name),
  before,
});
const removed = (id: string, before?: Item) => ({ key: key(id), ...(before === undefined ? {} : { before }) });

const ONE = window("W1", "10:00:00", "11:00:00", [
  put("ada", "Ada", pet("ada")),
  put("dan", "Dan"),
  removed("bob", pet("bob")),
  { key: { PK: { S: "LOG#1" }, SK: { S: "L" } }, before: log("1") },
]);
const TWO = window("W2", "11:00:00", "12:00:00", [put("dan", "Daniel", pet("dan", "Dan"))]);
const LATE = window("W3", "12:30:00", "13:00:00", [put("cat", "Catherine", pet("cat"))]);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (exports: readonly MemoryExport[], more: object = {}) =>
  migrateTrial({ url: database.url, schema, source: memoryExports(exports), ...more });
const names = async () =>
  (await query<{ name: string }>(database.url, "select name from pets order by id")).map(({ name }) => name);

async function refused(work: Promise<unknown>): Promise<MigrationError> {
  const error = await work.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof MigrationError) return error;
  throw new Error("it was not refused", { cause: error });
}

it("a full export and its windows are one reading, as of the last one's end", async () => {
  const report = await migrate([TWO, FULL, ONE]);
  expect(await names()).toEqual(["Ada", "cat", "Daniel"]);
  expect(report).toMatchObject({
    verdict: "verified",
    pass: 1,
    consistency: { kind: "point-in-time", at: "2026-01-14T12:00:00.000Z" },
    items: { read: 3, migrated: 3, ignored: 0, quarantined: 0 },
    exports: [
      { id: "F", faults: 0 },
      { id: "W1", changes: { put: 2, removed: 2, unknown: 0, differing: 0 } },
      { id: "W2", changes: { put: 1, removed: 0, unknown: 0, differing: 0 } },
    ],
  });
});

it("I4: the same exports migrated again write nothing, and are proven again", async () => {
  await migrate([FULL, ONE]);
  const before = await versions(database.url, ["pets"]);
  const again = await migrate([FULL, ONE]);
  expect(again).toMatchObject({ verdict: "verified", pass: 1, items: { read: 3, migrated: 3 } });
  expect(await versions(database.url, ["pets"])).toEqual(before);
});

it("a removal of what nobody knows is counted, and is no fault", async () => {
  const unknown = window("W1", "10:00:00", "11:00:00", [{ key: key("eve") }]);
  const report = await migrate([FULL, unknown]);
  expect(report).toMatchObject({ verdict: "verified", exports: [{}, { changes: { put: 0, removed: 0, unknown: 1 } }] });
});

it("an old image that is not what was read before is told with its item; the change is applied", async () => {
  const report = await migrate([
    FULL,
    window("W1", "10:00:00", "11:00:00", [
      put("ada", "Ada", pet("ada", "Adam")),
      put("bob", "Bob"),
      removed("zoe", pet("zoe")),
    ]),
  ]);
  expect(await names()).toEqual(["Ada", "Bob", "cat"]);
  expect(report.verdict).toBe("discrepant");
  const [found, ...others] = report.discrepancies;
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    subject: "export W1",
    count: 3,
    examples: [{ source: expect.stringContaining("ada") }, {}, {}],
  });
});

it("old images of a window that begins earlier are not compared, and the headline says what it cannot know", async () => {
  const early = window("W1", "09:59:00", "11:00:00", [put("ada", "Ada", pet("ada", "Adam"))]);
  const report = await migrate([FULL, early]);
  expect(report).toMatchObject({
    verdict: "verified",
    exports: [{}, { overlap: { from: "2026-01-14T09:59:00.000Z" } }],
  });
  expect(summaryOf(report)[0]).toContain(
    "but for items that came from 2026-01-14T09:59:00.000Z to 2026-01-14T10:00:00.000Z",
  );
});

describe("a gap", () => {
  it("is refused before anything is written", async () => {
    expect(await refused(migrate([FULL, ONE, LATE]))).toMatchObject({ code: "export-gap" });
    await expect(query(database.url, "select from pets")).rejects.toThrow("does not exist");
  });

  it("may be let go by name, and the report and its first line carry it", async () => {
    const report = await migrate([FULL, ONE, LATE], { options: { acceptGap: "W3" } });
    const gap = { from: "2026-01-14T11:00:00.000Z", to: "2026-01-14T12:30:00.000Z" };
    expect(report).toMatchObject({ verdict: "verified", exports: [{}, {}, { id: "W3", gap }] });
    expect(summaryOf(report)[0]).toContain(`but for what changed from ${gap.from} to ${gap.to}`);
  });
});

describe("a damaged file", () => {
  const fault = { where: "data/x.json.gz", problem: "its checksum is another one", remedy: "fetch it again" };

  it("makes the verdict discrepant, names what is to be doubted, and keeps windows from being applied", async () => {
    const report = await migrate([{ ...FULL, fault }, ONE]);
    expect(report).toMatchObject({ verdict: "discrepant", exports: [{ id: "F", faults: 1 }] });
    expect(report.exports).toHaveLength(1);
    expect(report.discrepancies).toMatchObject([
      {
        subject: "export F, data/x.json.gz",
        problem: expect.stringContaining("what its 1 item gave"),
        remedy: fault.remedy,
      },
    ]);
  });

  it("of a window, too; and once it is mended all is read anew, also what it gave by mistake", async () => {
    const wrong = { ...ONE, fault, changes: [put("ada", "Oda", pet("ada")), put("nobody", "Nobody")] };
    expect(await migrate([FULL, wrong])).toMatchObject({ verdict: "discrepant", exports: [{}, { faults: 1 }] });
    const again = await migrate([FULL, ONE, TWO], { options: { prune: true } });
    expect(again).toMatchObject({ verdict: "verified", pass: 2 });
    expect(await names()).toEqual(["Ada", "cat", "Daniel"]);
  });
});

it("two changes of one item in one window are told: AWS writes one", async () => {
  const twice = window("W1", "10:00:00", "11:00:00", [put("ada", "A", pet("ada")), put("ada", "B", pet("ada"))]);
  const { verdict, discrepancies } = await migrate([FULL, twice]);
  expect(verdict).toBe("discrepant");
  expect(discrepancies.map(({ problem }) => problem)).toContain(
    "1 item has more than one change in it, where there is one at the most",
  );
});

it("the same key twice in a full export is told, one of them holding the row", async () => {
  const report = await migrate([{ ...FULL, items: [pet("ada"), pet("ada", "Ada"), pet("bob")] }, ONE]);
  expect(report.verdict).toBe("discrepant");
});

describe("what was left behind or refused before", () => {
  it("is counted as what it is after a window", async () => {
    const items = [pet("ada"), { ...key("bob") }, log("1")];
    const first = await migrate([{ ...FULL, items }]);
    expect(first.items).toMatchObject({ read: 3, migrated: 1, ignored: 1, quarantined: 1 });
    const changes = [
      put("bob", "Bob", key("bob")),
      { key: log("1"), before: log("1") },
      { key: key("ada"), after: key("ada"), before: pet("ada") },
    ];
    const second = await migrate([{ ...FULL, items }, window("W1", "10:00:00", "11:00:00", changes)]);
    expect(second.items).toMatchObject({ read: 2, migrated: 1, ignored: 0, quarantined: 1 });
    expect(second.discrepancies.map(({ problem }) => problem)).toEqual([
      "1 item is in quarantine: missing-attribute",
      "1 item in quarantine left 1 row of an earlier pass behind",
    ]);
    const third = await migrate([
      FULL,
      window("W1", "10:00:00", "11:00:00", changes),
      window("W2", "11:00:00", "12:00:00", [put("ada", "Ada", key("ada"))]),
    ]);
    expect(third).toMatchObject({ verdict: "verified", items: { read: 2, migrated: 2, quarantined: 0 } });
  });
});

describe("a newer full export", () => {
  const NEWER: MemoryExport = { ...FULL, id: "G", to: at("14:00:00"), items: [pet("ada", "Ada"), pet("cat")] };

  it("is a new pass: what it does not hold is stale, and removed when that is asked for, also where nothing is newer", async () => {
    await migrate([FULL, ONE]);
    expect(await migrate([NEWER])).toMatchObject({ verdict: "discrepant", pass: 2, items: { read: 2, unchanged: 2 } });
    expect(await migrate([NEWER], { options: { prune: true } })).toMatchObject({ verdict: "verified", pass: 2 });
    expect(await names()).toEqual(["Ada", "cat"]);
  });

  it("leaves what it does not hold to a window that gives it again", async () => {
    await migrate([FULL, ONE]);
    const after = window("W9", "14:00:00", "15:00:00", [put("dan", "Danny")]);
    const report = await migrate([NEWER, after]);
    expect(report).toMatchObject({ verdict: "verified", pass: 2, items: { read: 3, migrated: 1, unchanged: 2 } });
  });
});

it("a changed mapping reads all of the chain again", async () => {
  await migrate([FULL, ONE]);
  const report = await migrate([FULL, ONE, TWO], { schema: OTHER, options: { remap: true } });
  expect(report).toMatchObject({ verdict: "verified", pass: 2, exports: [{ id: "F" }, { id: "W1" }, { id: "W2" }] });
  expect(await names()).toEqual(["ada", "cat", "dan"]);
});

it("verify and repair know single items as they are after the windows", async () => {
  const source = memoryExports([FULL, ONE, TWO]);
  await migrate([FULL, ONE]);
  await query(database.url, "delete from pets where id = 'ada'");
  const task = { target: database.url, schema, options: {}, force: false };
  expect(await verifyTrial(task, source)).toMatchObject({ verdict: "discrepant" });
  expect(await repairTrial(task, source)).toMatchObject({ verdict: "verified", repaired: { rows: 1, changed: 0 } });
  expect(await names()).toEqual(["Ada", "cat", "Dan"]);
});

it("a second reading to count items is refused: every file was compared with its own count", async () => {
  expect(await refused(migrate([FULL], { options: { recount: true } }))).toMatchObject({ code: "settings" });
});

it("a sealed run takes no window", async () => {
  await migrate([FULL]);
  await runSeal({ target: database.url, run: undefined, force: false });
  expect(await refused(migrate([FULL, ONE]))).toMatchObject({ code: "sealed" });
});

it("what goes on with a pass that has ended has a time of its own", async () => {
  const all = await migrate([FULL, ONE]);
  const more = await migrate([FULL, ONE, TWO]);
  expect(more.phases.map(({ phase }) => phase)).toEqual(["copy", "build", "verify"]);
  expect(more.startedAt > all.finishedAt).toBe(true);
});

it("what an item had that nobody reads is counted on where no old image says that it is gone, and a new full export ends that", async () => {
  const stray = { ...pet("ada"), stray: { BOOL: true } };
  const full = { ...FULL, items: [stray] };
  const after = (images: "new" | "new and old") => ({
    ...window("W1", "10:00:00", "11:00:00", [
      { key: key("ada"), after: pet("ada"), ...(images === "new" ? {} : { before: stray }) },
    ]),
    images,
  });
  const { verdict, discrepancies } = await migrate([full, after("new")]);
  expect(verdict).toBe("discrepant");
  expect(discrepancies).toMatchObject([
    { subject: "Pet.stray", remedy: expect.stringContaining("migrate a new full export") },
  ]);
  expect(await migrate([{ ...FULL, id: "G", to: at("12:00:00"), items: [pet("ada")] }])).toMatchObject({
    verdict: "verified",
  });
  await using other = await createDatabase();
  expect(await migrate([full, after("new and old")], { url: other.url })).toMatchObject({ verdict: "verified" });
});
