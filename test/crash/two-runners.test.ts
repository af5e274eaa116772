/** I11: two processes on one run, side by side, end well, and the result is that of one. */
import { expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase } from "../support/database.ts";
import { dump, migrateTrial, query } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const [ROUNDS, ITEMS] = IS_THOROUGH ? [6, 1_500] : [2, 600];
const schema = { tables, items };
const now = () => new Date("2026-01-01T00:00:00Z");
const sample = [...sampleItems({ items: ITEMS, seed: 21, now: now() })];

it(`I11: two at once, ${ROUNDS} times over`, async () => {
  await using alone = await createDatabase();
  await migrateTrial({ url: alone.url, schema, items: sample, now });
  const expected = await dump(alone.url, Object.keys(tables));
  for (let round = 0; round < ROUNDS; round += 1) {
    await using shared = await createDatabase();
    const trial = { url: shared.url, schema, items: sample, now, options: { units: 8, concurrency: 2 } };
    const reports = await Promise.allSettled([migrateTrial(trial), migrateTrial(trial)]);
    // The slower one may find the run ended, and then has begun a pass of its own, in which nothing changed.
    for (const result of reports) {
      if (result.status === "fulfilled") expect(result.value.discrepancies).toEqual([]);
      else expect(result.reason).toMatchObject({ code: "moved-on" });
    }
    expect(await dump(shared.url, Object.keys(tables))).toEqual(expected);
    const [audit] = await query<{ lines: number; items: number }>(
      shared.url,
      "select count(*)::int as lines, count(distinct item)::int as items from migration_ledger.contribution where pass = 1",
    );
    expect(audit?.items).toBeGreaterThan(ITEMS * 0.9);
  }
});
