/** I3: a beginning (preflight, ledger, the schema's own migrations, tables) that loses its connection anywhere ends as one that does not. */
import { sql } from "kysely";
import { expect, it } from "vitest";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { createDatabase } from "../support/database.ts";
import { runAt } from "../support/ledger.ts";
import { dump, migrateTrial } from "../support/migration.ts";
import { GOOD, schema as pets } from "../support/pets.ts";
import { cutAt, proxied } from "../support/tcp-proxy.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const doing = (...statements: readonly string[]) => ({
  up: async (db: Parameters<ReturnType<typeof sql.raw>["execute"]>[0]) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
});
const migrations = {
  before: { "001_log": doing("create table log (what text)", "insert into log values ('before')") },
  after: { "001_view": doing("create view seen as select owner_id from owners", "insert into log values ('after')") },
};
const schema = { ...pets, migrations };
const TABLES = ["owners", "pets", "visits", "pairs", "log"];

/** Primes, so that cuts fall on other statements in each round of a loop. */
const EVERY = IS_THOROUGH ? 7 : 61;

it(`I3: cut off at one message in ${EVERY}, which is delivered and never answered`, async () => {
  await using quiet = await createDatabase();
  await migrateTrial({ url: quiet.url, schema, items: GOOD });
  const expected = await dump(quiet.url, TABLES);
  let [cuts, refusals] = [0, 0];
  for (let at = 1; ; at += EVERY) {
    await using database = await createDatabase();
    const { proxy, through } = await proxied(database);
    await using _ = proxy;
    const isCut = cutAt(proxy, at);
    const first = await migrateTrial({ url: through, schema, items: GOOD }).catch((error: unknown) => error);
    if (!isCut()) break;
    cuts += 1;
    if (first instanceof Error) {
      // Before the target was ever reached, it is told at once.
      expect(first).toBeInstanceOf(MigrationError);
      expect(first).toMatchObject({ code: expect.stringMatching(/^target-(unreachable|lost)$/) });
      refusals += 1;
      await migrateTrial({ url: database.url, schema, items: GOOD });
    }
    expect([at, await dump(database.url, TABLES)]).toEqual([at, expected]);
    expect(await runAt(database.url)).toEqual({ pass: 1, phase: "ended" });
  }
  process.stdout.write(`cut off at ${cuts} places, ${refusals} of them before the target was reached\n`);
  expect(cuts).toBeGreaterThan(IS_THOROUGH ? 60 : 6);
  expect(refusals).toBeLessThan(3);
});
