/** A full export and the windows after it, whatever happened in them → what a run from nothing makes of the table as it is in the end. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Random } from "../../bin/rehearse/random.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { ItemCounts } from "../../lambda/domain/proof/tally.ts";
import { defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import { parseSource } from "../../lambda/settings.ts";
import { sourceOf } from "../../lambda/sources.ts";
import { createDatabase } from "../support/database.ts";
import { exportBucket, exportedTable } from "../support/exports/bucket.ts";
import { writeFullExport, writeIncrementalExport } from "../support/exports/export.ts";
import { type History, randomHistory } from "../support/exports/history.ts";
import type { Images } from "../support/exports/lines.ts";
import { beforePages, dump, migrateTrial } from "../support/migration.ts";
import { IS_THOROUGH, SEED } from "../support/thoroughness.ts";

/** Of so many histories each; every tenth has three windows, and most have one. */
const ROUNDS = Array.from({ length: IS_THOROUGH ? 20 : 1 }, (_, at) => at);
const HISTORIES = IS_THOROUGH ? 10 : 2;

const tables = defineTables({
  things: { id: text().primaryKey(), size: integer(), note: text().nullable() },
  tags: { thing: text().primaryKey().references("things"), tag: text().primaryKey() },
  holders: { name: text().primaryKey(), by: text() },
  newest: table({ name: text().primaryKey(), at: integer() }).duplicates({ latest: "at" }),
  copies: table({ name: text().primaryKey(), town: text() }).duplicates("identical"),
  people: table({ id: text().primaryKey(), name: text().nullable(), phone: text().nullable() }).duplicates("merge"),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, ignoreItem, into, part, each }) => [
  item("Thing", { pk: "THING#{id}", sk: "T" }, ({ key, attr }) => [
    into("things", { id: key.id, size: attr("size"), note: attr("note").optional() }),
    each(attr("tags").optional(), (tag) => into("tags", { thing: key.id, tag })),
  ]),
  item("Holder", { pk: "HOLDER#{id}", sk: "H" }, ({ key, attr }) => [
    into("holders", { name: attr("name"), by: key.id }),
    into("newest", { name: attr("name"), at: attr("size") }),
    into("copies", { name: attr("name"), town: attr("town") }),
  ]),
  item("Name", { pk: "NAME#{n}", sk: "N" }, ({ attr }) => [part("people", { id: attr("name"), name: attr("town") })]),
  item("Phone", { pk: "PHONE#{n}", sk: "P" }, ({ attr }) => [
    part("people", { id: attr("name"), phone: attr("town") }),
  ]),
  ignoreItem("Cache", { pk: "CACHE#{n}", sk: "C" }, "it is made anew"),
]);
const schema = { tables, items };
const TABLES = ["things", "tags", "holders", "newest", "copies", "people"];

const KINDS = ["THING", "HOLDER", "NAME", "PHONE", "CACHE"] as const;

/** Some of each kind, of which some cannot become rows, and some have what nobody reads. */
const make =
  (hasStrays: boolean) =>
  (place: number, random: Random): Item => {
    const kind = KINDS[place % KINDS.length] ?? "THING";
    const item: Record<string, AttributeValue> = { PK: { S: `${kind}#${place}` }, SK: { S: kind.slice(0, 1) } };
    item.size = random.chance(0.1) ? { S: "large" } : { N: String(random.between(0, 9)) };
    item.name = { S: `n${random.between(0, 5)}` };
    item.town = { S: random.pick(["Aachen", "Bonn"]) };
    if (kind === "THING") {
      delete item.name;
      delete item.town;
      item.note = { S: random.pick(["a", "b"]) };
      const tags = random.some(["x", "y", "z"], 2);
      if (tags.length > 0) item.tags = { SS: tags };
    }
    if (kind === "NAME" || kind === "PHONE") delete item.size;
    if (hasStrays && random.chance(0.05)) item.stray = { BOOL: true };
    return item;
  };

/** Which pass has written an item is another matter. */
const decided = ({ migrated, unchanged, ...others }: ItemCounts) => ({ ...others, rows: migrated + unchanged });

/** What is found, but for what belongs to the pass. */
const found = ({ verdict, items: counts, entities, tables: all, discrepancies }: Report) => ({
  ...{ verdict, counts: decided(counts), entities: entities.map((each) => ({ ...decided(each), name: each.name })) },
  tables: all.map(({ name, expectedRows, expectedFingerprint }) => ({ name, expectedRows, expectedFingerprint })),
  problems: discrepancies.map(({ subject, problem, count }) => `${subject}: ${problem} (${count})`).sort(),
});

/** A folder that the exports of a history are copied to, one after the other. */
async function copied(history: History, images: Images, files: number) {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-history-"));
  const bucket = exportBucket(folder, exportedTable("things"), null);
  const writes = [
    () => writeFullExport(bucket, { ...history.full, files }),
    ...history.windows.map((window) => () => writeIncrementalExport(bucket, { ...window, images, files })),
  ];
  return {
    writes,
    source: `export:${folder}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

it.each(ROUNDS)(
  `I5: histories of a table, exported with windows, end as the table does (seed ${SEED} + %i)`,
  async (part) => {
    const random = new Random(SEED + part);
    for (let round = 0; round < HISTORIES; round += 1) {
      await using database = await createDatabase();
      // Of what nobody reads, only an old image says that it is no longer there.
      const images = round % 4 === 1 ? "NEW_IMAGE" : "NEW_AND_OLD_IMAGES";
      const history = randomHistory({
        ...{ random, keys: ["PK", "SK"], make: make(images === "NEW_AND_OLD_IMAGES") },
        ...{ places: 45, windows: round === 1 ? 3 : round % 5 === 2 ? 2 : 1, writes: 60 },
      });
      await using exports = await copied(history, images, random.between(1, 4));
      let report: Report | undefined;
      const run = async () => {
        const source = await sourceOf(parseSource(exports.source), {});
        const trial = { url: database.url, schema, source, options: { concurrency: random.between(1, 3) } };
        const killed = random.between(1, 12);
        const around = beforePages((page) => {
          if (page === killed) throw new Error("killed");
        });
        await migrateTrial({ ...trial, around }).catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== "killed") throw error;
        });
        report = await migrateTrial(trial);
      };
      // Migrated as they come, or all of them at once.
      for (const [at, write] of exports.writes.entries()) {
        await write();
        if (round % 2 === 1 || at === history.windows.length) await run();
      }
      await using other = await createDatabase();
      let anew: Report | undefined;
      for (const { items: all } of [history.full, ...history.windows]) {
        const whole = { url: other.url, schema, items: all, name: must(report, "it ended").source };
        anew = await migrateTrial({ ...whole, options: { prune: true } });
      }
      expect(await dump(database.url, TABLES), `round ${round}`).toEqual(await dump(other.url, TABLES));
      expect(found(must(report, "it ended")), `round ${round}`).toEqual(found(must(anew, "it ended")));
    }
  },
);
