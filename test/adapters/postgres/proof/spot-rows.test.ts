/** The rows of one item among very many → found by their keys, whatever Postgres knows of the table by then. */
import { expect, it, vi } from "vitest";
import { load, openTarget } from "../../../../lambda/compose.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../../lambda/domain/decode/decoder.ts";
import { items } from "../../../bench/long-list/items.ts";
import { tables } from "../../../bench/long-list/tables.ts";
import { createDatabase } from "../../../support/database.ts";
import { migrateTrial, query } from "../../../support/migration.ts";

const LETTERS = 6_000;
const LOOKED_AT = 250;
const list: Item = {
  PK: { S: `LIST#${"k".repeat(700)}` },
  Letters: { L: Array.from({ length: LETTERS }, () => ({ S: "a" })) },
};

it("the rows of a piece of an item are looked up, and the table they stand in is not read", async () => {
  await using database = await createDatabase();
  const schema = { tables, items };
  const { source } = await migrateTrial({ url: database.url, schema, items: [list], options: { sample: 0 } });
  const scans = async () => {
    const [counted] = await query<{ whole: number; looked: number }>(
      database.url,
      "select seq_scan::int as whole, coalesce(idx_tup_fetch, 0)::int as looked from pg_stat_user_tables where relname = 'elements'",
    );
    return counted ?? { whole: 0, looked: 0 };
  };
  // What the migration itself has read may be told after it has ended.
  await query(database.url, "select pg_stat_reset()");
  const mapping = load(schema);
  const decoded = decoder(mapping, { source, expiredAt: 0n })({ item: list });
  const contributions = decoded.outcome.kind === "rows" ? [...decoded.outcome.contributions].slice(0, LOOKED_AT) : [];
  const before = await scans();
  {
    await using target = openTarget(database.url, mapping);
    const [run] = await target.runs.list();
    if (run === undefined) throw new Error("a run was begun");
    const given = contributions.map((contribution) => ({ item: decoded.item, contribution }));
    const held = await target.spots.rows(run, given);
    expect(held.map(({ kind }) => kind)).toEqual(Array(LOOKED_AT).fill("held"));
  }
  await vi.waitFor(async () => expect((await scans()).looked).toBe(before.looked + LOOKED_AT), {
    timeout: 60_000,
    interval: 200,
  });
  expect((await scans()).whole).toBe(before.whole);
});
