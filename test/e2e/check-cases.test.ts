/** `check` on real public tables: the kinds of items they are known to hold, and mappings that cover them. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Census } from "../../lambda/domain/discover/census.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { items as battleRoyaleItems } from "../cases/battle-royale/items.ts";
import { tables as battleRoyaleTables } from "../cases/battle-royale/tables.ts";
import { items as onlineShopItems } from "../cases/online-shop/items.ts";
import { tables as onlineShopTables } from "../cases/online-shop/tables.ts";
import { takeCensus as take } from "../support/census.ts";

const CASES = resolve(import.meta.dirname, "../../../shared/cases");
const battleRoyale = { tables: battleRoyaleTables, items: battleRoyaleItems };
const onlineShop = { tables: onlineShopTables, items: onlineShopItems };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-check-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every shape as an item that is left out: a mapping of keys alone. */
function mappingOf({ keys, shapes }: Census) {
  const made = defineTables({ things: { id: text().primaryKey() } });
  const nothing = { pk: "\u0001{id}", ...(keys.sk === undefined ? {} : { sk: "\u0001" }) } as const;
  return {
    tables: made,
    items: defineItems(made, { keys }, ({ item, into, ignoreItem }) => [
      item("Thing", nothing, ({ attr }) => [into("things", { id: attr("id") })]),
      ...shapes.map(({ pk, sk, where }, at) =>
        ignoreItem(`Shape${at}`, { pk, ...(sk === undefined ? {} : { sk }), where }, "to see whether it matches"),
      ),
    ]),
  };
}

/** For each public table: how many items follow which key. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  "battle-royale": [
    "520 GAME#{game_id} / USER#{username}",
    "300 USER#{username} / #METADATA#{username}",
    "15 GAME#{game_id} / #METADATA#{game_id}",
  ],
  "electrodb-taskmanager": [
    "600 $task-manager#taskname_{taskName} / $task_1#project_{project}#employee_{employee}",
    "500 $task-manager#employee_{employee} / $employee_1",
    "5 $task-manager#country_{country}#state_{state} / $office_1#city_{city}#zip_{zip}#officename_{officeName}",
  ],
  elearning: [
    "2 TENANT#{tenant_id}#USER#{user_id} / CERT#{course_id}#{int}",
    "2 TENANT#{tenant_id}#USER#{user_id} / ENROLLMENT#{course_id}#{int}",
    "2 TENANT#{tenant_id}#USER#{user_id} / USER#PROFILE",
    "2 TENANT#{tenant_id}#USER#{user_id}#COURSE#{course_id} / PROGRESS#{lesson_id}#{int}",
    "2 TENANT#{tenant_id}#COURSE#{course_id} / COURSE#DETAILS",
    "2 TENANT#{tenant_id}#COURSE#{course_id} / LESSON#{int}#{lesson_id}",
    "2 TENANT#{tenant_id} / ORG#PROFILE",
  ],
  "online-shop": [
    "3 c#{int} / c#{int}",
    "3 p#{int} / w#{int2}",
    "3 o#{int} / shp#{int2}",
    "2 p#{int} / p#{int}",
    "2 w#{int} / w#{int}",
    "2 o#{int} / p#{int2}",
    "2 o#{int} / sh#{int2}",
    "1 o#{int} / c#{int2}",
    "1 o#{int} / i#{int2}",
  ],
  "social-network": [
    "3 u#{int}#follower / u#{int2}",
    "3 u#{int}#following / u#{int2}",
    "3 u#{int}#timeline / p#{int2}#u#{int3}",
    "3 p#{int}#likelist / u#{int2}",
    "2 u#{int}#post / p#{int2}",
    '1 u#{int} / "info"',
    '1 u#{int} / "count"',
    '1 p#{int}#likecount / "count"',
  ],
  "all-types": ["1 demo-{int}"],
};

describe.skipIf(!existsSync(CASES))(
  "a public table without a mapping (skipped where ../shared/cases is absent)",
  () => {
    it.each(Object.entries(KINDS))("%s is told by its kinds of items", async (name, kinds) => {
      const { checked, clean } = await take(`file:${join(CASES, name, "items.ddb.jsonl")}`);
      expect(checked.shapes.map(({ pk, sk, count }) => `${count} ${pk}${sk === undefined ? "" : ` / ${sk}`}`)).toEqual(
        kinds,
      );
      expect(checked.shapes.reduce((sum, { count }) => sum + count, 0)).toBe(checked.read);
      expect(clean).toBe(true);
    });

    it.each(Object.keys(KINDS))(
      "%s: what it shows, written down as it stands, is a mapping that loads and matches every item",
      async (name) => {
        const source = `file:${join(CASES, name, "items.ddb.jsonl")}`;
        const { checked } = await take(source);
        const again = await take(source, { schema: mappingOf(checked) });
        expect(again.checked).toMatchObject({ shapes: [], failures: [], ignored: checked.read });
        const without = await take(source, { schema: mappingOf({ ...checked, shapes: checked.shapes.slice(1) }) });
        expect(without.checked.shapes.length).toBeGreaterThan(0);
      },
    );

    it.each([
      ["online-shop", "EntityType"],
      ["electrodb-taskmanager", "__edb_e__"],
    ])("%s has as many shapes as its items name kinds in %s", async (name, discriminator) => {
      const file = join(CASES, name, "items.ddb.jsonl");
      const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
      const kinds = Map.groupBy(lines, (line) => JSON.parse(line).Item[discriminator]?.S);
      const { checked } = await take(`file:${file}`);
      const told = checked.shapes.map(({ where, count }) => [where[discriminator], count] as const);
      expect(new Map(told)).toEqual(new Map([...kinds].map(([kind, list]) => [kind, list.length])));
    });

    it("an export of three items of one key each is told item by item", async () => {
      const data = join(CASES, "s3-full-export/export/AWSDynamoDB/01715685260608-c488b4e1/data");
      const { checked } = await take(`file:${join(data, "uimbi7eofu2b5kzkxe63gsvb6i.json.gz")}`);
      expect(checked.shapes.map(({ pk, count }) => `${count} ${pk}`).sort()).toEqual([
        "1 K3TXQk84Si",
        "1 bar",
        "1 foo",
      ]);
      const types = checked.shapes.flatMap(({ attributes }) =>
        attributes.flatMap((one) => one.types.map(([type]) => type)),
      );
      expect(new Set(types)).toEqual(new Set(["B", "BOOL", "BS", "L of N, S", "M", "N", "NS", "NULL", "SS"]));
    });

    it.each([
      ["battle-royale", battleRoyale, 835],
      ["online-shop", onlineShop, 19],
    ] as const)("%s with its mapping is clean, and is not once one item is off", async (name, mapped, count) => {
      const file = join(CASES, name, "items.ddb.jsonl");
      const { checked, clean } = await take(`file:${file}`, { schema: mapped });
      expect(clean, JSON.stringify({ ...checked, entities: [] })).toBe(true);
      expect(checked.entities.reduce((sum, entity) => sum + entity.count, 0)).toBe(count);
      for (const entity of checked.entities) expect(entity.sample?.rows.length, entity.name).toBeGreaterThan(0);

      const off = join(folder, `${name}.jsonl`);
      const [first = "", ...others] = (await readFile(file, "utf8")).split("\n");
      const { Item: item } = JSON.parse(first);
      const faulty = JSON.stringify({ Item: { ...item, NobodyReadsThis: { S: "x" } } });
      await writeFile(off, [faulty, ...others].join("\n"));
      const again = await take(`file:${off}`, { schema: mapped });
      expect(again.clean).toBe(false);
      expect(again.checked.unmapped).toMatchObject([{ attribute: "NobodyReadsThis", count: 1 }]);
    });

    it("an attribute that is often missing is told with how often", async () => {
      const { checked } = await take(`file:${join(CASES, "electrodb-taskmanager", "items.ddb.jsonl")}`);
      const employee = checked.shapes.find(({ where }) => where.__edb_e__ === "employee");
      expect(employee?.attributes.at(-1)).toEqual({ name: "manager", count: 461, types: [["S uuid", 461]] });
    });
  },
);
