/** A pass that meets what it has met before: only what has changed is kept, and written, whichever way a page is gone through. */
import { expect, it } from "vitest";
import { load, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { partsOf } from "../../lambda/domain/decode/mapping-parts.ts";
import { must } from "../../lambda/domain/must.ts";
import { pageWrite } from "../../lambda/pipeline/page-write.ts";
import { createDatabase } from "../support/database.ts";
import { ledgerOf, linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial } from "../support/migration.ts";
import { overheard } from "../support/overheard.ts";
import { contact, marker, owner, pet, schema } from "../support/pets.ts";

const PAGE = 24;
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const bad = { Weight: { S: "heavy" } };

const owners = many(PAGE, (at) => owner(String(at)));
const heavy = (weight: string) => many(PAGE, (at) => pet("1", `grows ${at}`, { Weight: { N: weight } }));
/** A page of every fate, as it was and as it is. */
const was: readonly Item[] = [
  ...many(8, (at) => pet("1", `same ${at}`)),
  ...many(4, (at) => pet("1", `other ${at}`)),
  ...many(2, (at) => pet("1", `bad again ${at}`, bad)),
  pet("1", "turned bad"),
  pet("1", "turned good", bad),
  pet("1", "gone"),
  contact("1", "one"),
  contact("2"),
  pet("1", "twice"),
  pet("1", "also twice"),
  ...many(3, (at): Item => ({ ...marker, SK: { S: `mixed ${at}` } })),
];
const is: readonly Item[] = [
  pet("1", "twice", { Weight: { N: "5" } }),
  ...was.slice(0, 8),
  ...many(4, (at) => pet("1", `other ${at}`, { Weight: { N: String(at) } })),
  ...was.slice(12, 14),
  pet("1", "turned bad", bad),
  pet("1", "turned good"),
  contact("1", "another"),
  pet("1", "twice"),
  pet("1", "new"),
  ...was.slice(21),
  pet("1", "same 0", { Weight: { N: "9" } }),
];

const ASKS = /with ordinality s\(hash, fp, place\)/;
const NOTES = /insert into \S+\.seen /;

/** A page on which everything has changed, one on which nothing has, in either order, and then the mixed one. */
async function passedTwice(isChangedFirst: boolean) {
  let said = "";
  await using database = await overheard((sent) => {
    if (ASKS.test(sent)) said += "asks ";
    if (NOTES.test(sent)) said += "notes ";
  });
  const pass = (weight: string, mixed: readonly Item[]) => {
    const before = isChangedFirst ? [...heavy(weight), ...owners] : [...owners, ...heavy(weight)];
    return database.pass([...before, ...mixed], PAGE);
  };
  await pass("1", was);
  said = "";
  const { verdict, items } = await pass("2", is);
  const ledger = await ledgerOf(database.url, "contributions", "passes", "items", "parked", "quarantine", "copies");
  const seen = await linesOf<{ page: number; pass: number }>(database.url, "seen");
  const mixed = seen.filter(({ page, pass }) => page === 2 && pass === 2);
  return { said, state: { verdict, items, rows: await dump(database.url, ["owners", "pets"]), ledger, mixed } };
}

it("I4, I5: items that are taken for unchanged and items that are not end as the same rows and lines", async () => {
  expect([was.length, is.length]).toEqual([PAGE, PAGE]);
  const taken = await passedTwice(true);
  const kept = await passedTwice(false);
  // Each page is taken for what the one before it was. What is noted last are the copies of an item, once they are decided.
  expect(taken.said).toBe("asks notes notes asks notes notes ");
  expect(kept.said).toBe("asks notes asks notes notes notes ");
  expect(taken.state).toEqual(kept.state);
  expect(taken.state.mixed).toHaveLength(1);
  expect(taken.state.items).toMatchObject({ unchanged: PAGE + 7, quarantined: 5 });
});

it("I8: of those that have not changed none is looked at twice", async () => {
  await using database = await createDatabase();
  const mapping = load(schema);
  const source = "memory:test";
  await migrateTrial({ url: database.url, schema, source: memorySource(was, source) });
  await using target = openTarget(database.url, mapping);
  const run = await target.runs.open({ source, mapping: "m", parts: partsOf(mapping), remap: true, now: new Date() });
  await target.tables.prepare(run);
  await target.queue.plan(run, ["a"]);
  const claim = must(await target.queue.claim(run), "the only unit");
  const records = [...was.slice(0, 20), ...is.slice(9, 12)].map((item) => ({ item }));
  const page = pageWrite({ records, next: "next" }, decoder(mapping, { source, expiredAt: 0n }));
  const again: number[] = [];
  const { items } = page;
  const watched = {
    [Symbol.iterator]: () => items[Symbol.iterator](),
    at: (at: number) => {
      again.push(at);
      return items.at(at);
    },
  };
  await claim.commit({ ...page, items: watched });
  // Those that are there twice, those that are in quarantine, and no other.
  expect(again).toEqual([8, 9, 10, 12, 13, 15, 20, 21, 22]);
  await claim.release();
});
