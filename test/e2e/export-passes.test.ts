/** Full exports and windows in any order, items that expire, are refused or left behind among them → counts as of a run that reads the table once. */
import { expect, it } from "vitest";
import { Random } from "../../bin/rehearse/random.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { ItemCounts } from "../../lambda/domain/proof/tally.ts";
import { defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase } from "../support/database.ts";
import { type MemoryExport, memoryExports, TABLE } from "../support/memory-exports.ts";
import { beforePages, dump, migrateTrial } from "../support/migration.ts";
import { IS_THOROUGH, SEED } from "../support/thoroughness.ts";

const CHAINS = IS_THOROUGH ? 60 : 1;
const STEPS = 5;
const PLACES = 14;

const tables = defineTables({
  pets: { id: text().primaryKey(), name: text(), age: integer() },
  toys: { pet: text().primaryKey(), toy: text().primaryKey() },
  newest: table({ name: text().primaryKey(), at: integer() }).duplicates({ latest: "at" }),
});
const options = { keys: { pk: "PK", sk: "SK" }, ttl: { attribute: "ttl", expired: "skip" } } as const;
const items = defineItems(tables, options, ({ item, ignoreItem, into, each }) => [
  item("Pet", { pk: "PET#{id}", sk: "P" }, ({ key, attr }) => [
    into("pets", { id: key.id, name: attr("name"), age: attr("age") }),
    into("newest", { name: attr("name"), at: attr("age") }),
    each(attr("toys").optional(), (toy) => into("toys", { pet: key.id, toy })),
  ]),
  ignoreItem("Log", { pk: "LOG#{id}", sk: "P" }, "nobody reads it"),
]);
const schema = { tables, items };
const TABLES = ["pets", "toys", "newest"];

const keyOf = (place: number): Item => ({
  PK: { S: `${place % 5 === 4 ? "LOG" : "PET"}#${place}` },
  SK: { S: "P" },
});

function make(place: number, random: Random): Item {
  const item: Record<string, AttributeValue> = { ...keyOf(place), age: { N: String(random.between(0, 3)) } };
  if (!random.chance(0.15)) item.name = { S: `n${random.between(0, 6)}` };
  if (random.chance(0.2)) item.ttl = { N: "1000" };
  const toys = random.some(["ball", "bone"], 2);
  if (toys.length > 0) item.toys = { SS: toys };
  return item;
}

const hour = (at: number): Date => new Date(Date.UTC(2026, 0, 14, at));
const facts = { place: "memory", table: TABLE, images: "new and old" } as const;

/** A random window, and what the table holds after it. */
function window(at: number, state: Map<number, Item>, random: Random): MemoryExport {
  const changes = [];
  for (let place = 0; place < PLACES; place += 1) {
    if (random.chance(0.5)) continue;
    const before = state.get(place);
    const after = random.chance(0.6) ? make(place, random) : undefined;
    if (before === undefined && after === undefined) continue;
    changes.push({
      key: keyOf(place),
      before: before ?? ("nothing" as const),
      ...(after === undefined ? {} : { after }),
    });
    if (after === undefined) state.delete(place);
    else state.set(place, after);
  }
  return { ...facts, id: `W${at}`, from: hour(at - 1), to: hour(at), records: changes.length, changes };
}

/** Which pass has written an item is another matter. */
const decided = ({ migrated, unchanged, ...others }: ItemCounts) => ({ ...others, rows: migrated + unchanged });
const counts = (report: Report) => ({
  ...{ all: decided(report.items), entities: report.entities.map((each) => ({ ...decided(each), name: each.name })) },
  flow: report.flow,
  ignored: report.ignored,
});
const isNegative = ({ items: all, entities }: Report): boolean =>
  [all, ...entities].some((each) => Object.values(each).some((count) => typeof count === "number" && count < 0));

it(`I1, I5: chains of full exports and windows count what the table holds in the end (${CHAINS} of them, seed ${SEED})`, async () => {
  const random = new Random(SEED);
  for (let chain = 0; chain < CHAINS; chain += 1) {
    await using database = await createDatabase();
    const state = new Map<number, Item>();
    for (let place = 0; place < PLACES; place += 1) if (random.chance(0.7)) state.set(place, make(place, random));
    const exports: MemoryExport[] = [];
    const migrate = async (prune: boolean) => {
      const trial = {
        url: database.url,
        schema,
        source: memoryExports(exports, 1 + random.between(0, 2)),
        options: { prune },
      };
      const killed = random.between(1, 8);
      const around = beforePages((page) => {
        if (page === killed) throw new Error("killed");
      });
      await migrateTrial({ ...trial, options: { prune: false }, around }).catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== "killed") throw error;
      });
      return migrateTrial(trial);
    };
    for (let at = 0; at < STEPS; at += 1) {
      const isFull = at === 0 || random.chance(0.25);
      // What is newer than a gap begins anew: what came before it was migrated.
      if (isFull && at > 0) {
        await migrate(random.chance(0.5));
        window(at, state, random);
      }
      const list = [...state.values()];
      exports.push(
        isFull
          ? { ...facts, id: `F${at}`, to: hour(at), records: list.length, items: list }
          : window(at, state, random),
      );
      if (at < STEPS - 1 && random.chance(0.5)) continue;
      const report = await migrate(true);
      const told = { chain, at, exports: exports.map(({ id }) => id), problems: report.discrepancies };
      expect(isNegative(report), JSON.stringify(told)).toBe(false);
      await using fresh = await createDatabase();
      const anew = await migrateTrial({ url: fresh.url, schema, items: [...state.values()] });
      expect({ ...counts(report), flow: 0 }, JSON.stringify(told)).toEqual({ ...counts(anew), flow: 0 });
      expect(counts(report).flow, JSON.stringify(told)).toEqual(counts(anew).flow);
      if (anew.items.quarantined > 0) continue;
      expect(report.verdict, JSON.stringify(told)).toBe("verified");
      expect(await dump(database.url, TABLES), JSON.stringify(told)).toEqual(await dump(fresh.url, TABLES));
    }
  }
});
