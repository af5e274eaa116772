/** Items in a folder of files, from the words of a source to rows: as of one file, and each place named with its file. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkText } from "../../lambda/adapters/report/check-text.ts";
import { runListQuarantine } from "../../lambda/verbs/list-quarantine.ts";
import { runMigration } from "../../lambda/verbs/migrate.ts";
import { takeCensus } from "../support/census.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { itemFolder, itemLines } from "../support/item-folder.ts";
import { query, quiet } from "../support/migration.ts";
import { BOB, ONE, OTHER, schema, user } from "../support/users.ts";

const folder = itemFolder();
let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (options = {}) =>
  runMigration({ source: `file:${folder.path}`, target: database.url, schema, options }, quiet());
const users = (from: number, count: number) =>
  itemLines(Array.from({ length: count }, (_, at) => user(`u${from + at}`, `u${from + at}@x`)));

it("a folder is migrated by all workers, and what has come to it since by the next pass", async () => {
  await folder.put("a.jsonl", users(0, 700));
  await folder.put("b.json.gz", users(700, 600));
  await folder.put("sub/c.ndjson", users(1_300, 500));
  const { report } = await migrate({ concurrency: 4, units: 9 });
  expect(report).toMatchObject({
    verdict: "verified",
    source: `file:${folder.path}`,
    items: { read: 1_800, migrated: 1_800 },
  });
  expect(await query(database.url, "select count(*)::int as users from users")).toEqual([{ users: 1_800 }]);
  await folder.put("d.jsonl", users(5_000, 1));
  expect((await migrate()).report).toMatchObject({ verdict: "verified", items: { read: 1_801 } });
});

it("what is wrong is named by its file, whichever two the copies of an item stand in", async () => {
  const before = itemLines([BOB]).length;
  await folder.put("a/one.jsonl.gz", itemLines([BOB, ONE]));
  await folder.put("b/two.jsonl", `${itemLines([user("eve", "eve@x"), OTHER])}what?\n`);
  const last = `b/two.jsonl line 3, byte ${itemLines([user("eve", "eve@x"), OTHER]).length}`;
  const second = `b/two.jsonl line 2, byte ${itemLines([user("eve", "eve@x")]).length}`;
  const { checked } = await takeCensus(`file:${folder.path}`, { schema });
  expect(checked.repeated?.examples.different).toEqual([
    expect.objectContaining({ positions: [`a/one.jsonl.gz byte ${before}`, second] }),
  ]);
  const screen = checkText(checked, { mapped: true, schema: "schema", foreign: false, attributes: false });
  expect(screen).toContain(`USER#ada / METADATA, at a/one.jsonl.gz byte ${before} and ${second}`);
  expect(screen).toContain(last);
  const { report } = await migrate();
  expect(report).toMatchObject({ verdict: "discrepant", items: { read: 5, migrated: 3, quarantined: 2 } });
  // Whichever of the two holds the rows, the other is told with where that one stands.
  const { groups } = await runListQuarantine({ target: database.url, schema });
  expect(JSON.stringify(groups)).toMatch(
    /at (a\/one\.jsonl\.gz line 2|b\/two\.jsonl line 2), byte \d+, which holds the rows/,
  );
});
