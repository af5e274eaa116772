/** A gzipped file that is damaged never verifies, whatever of it was read; fetched again, it does. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { runCheck } from "../../lambda/verbs/check.ts";
import { runMigration } from "../../lambda/verbs/migrate.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query, quiet } from "../support/migration.ts";
import { owner, schema } from "../support/pets.ts";

const OWNERS = 2_500;
const lines = Array.from({ length: OWNERS }, (_, at) => `{"Item":${toDynamoDbJson(owner(`o${at}`))}}\n`).join("");
const sound = gzipSync(Buffer.from(lines));
const padded = Buffer.concat([sound, Buffer.alloc(512), gzipSync(Buffer.from(lines.replaceAll("OWNER#o", "OWNER#p")))]);

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-damaged-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const edge = () => quiet();
const migrate = (file: string) =>
  runMigration({ source: `file:${file}`, target: database.url, schema, options: {} }, edge());

it("I9: bytes that are no gzip do not end a file: what was read before them stays, and nothing is verified", async () => {
  const file = join(folder, "owners.jsonl.gz");
  await writeFile(file, padded);
  const refusal = {
    code: "source-unusable",
    message: expect.stringContaining(`after line ${OWNERS} with what is no gzip`),
  };
  await expect(migrate(file)).rejects.toMatchObject(refusal);
  await expect(migrate(file)).rejects.toMatchObject(refusal);
  expect(await query(database.url, "select count(*)::int as pages from owners having count(*) >= 2000")).toHaveLength(
    1,
  );
  const check = { onProgress: () => undefined, signal: new AbortController().signal };
  const task = { source: `file:${file}`, schema, keys: undefined, options: {} };
  await expect(runCheck(task, check)).rejects.toMatchObject(refusal);

  // As the refusal says: fetched again, and what was read of the damaged one taken back.
  await writeFile(file, sound);
  await expect(migrate(file)).rejects.toMatchObject({ code: "source-changed" });
  await runRollback({ target: database.url, schema, force: false });
  const { report } = await migrate(file);
  expect(report).toMatchObject({ verdict: "verified", items: { read: OWNERS } });
});
