/** A role that may not do what it is asked to → by name, what it may not, and what to type. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runDropLedger } from "../../lambda/verbs/drop-ledger.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, repairTrial, verifyTrial } from "../support/migration.ts";
import { refusal, remedyOf } from "../support/refusal.ts";
import { BOB, schema } from "../support/users.ts";

/** A role is of all databases, and other files make theirs. */
const LOOKER = `looker_${randomBytes(4).toString("hex")}`;
let moved: TestDatabase;
let fresh: TestDatabase;
beforeAll(async () => {
  [moved, fresh] = [await createDatabase(), await createDatabase()];
  await migrateTrial({ url: moved.url, schema, items: [BOB] });
  await query(moved.url, `create role ${LOOKER} login`);
  for (const place of ["public", "migration_ledger"])
    await query(
      moved.url,
      `grant usage on schema ${place} to ${LOOKER}; grant select on all tables in schema ${place} to ${LOOKER}`,
    );
});
afterAll(async () => {
  for (const { url } of [moved, fresh]) await query(url, `drop owned by ${LOOKER}`);
  await query(moved.url, `drop role ${LOOKER}`);
  await moved.drop();
  await fresh.drop();
});

/** The same database, asked by the role. */
function asLooker({ url }: TestDatabase): string {
  const asked = new URL(url);
  asked.username = LOOKER;
  return asked.href;
}

describe("a role that only reads is refused, by the name of what it may not do", () => {
  const task = () => ({ target: asLooker(moved), schema, options: {} });

  it.each([
    ["verify", () => verifyTrial(task(), memorySource([BOB]))],
    ["repair", () => repairTrial({ ...task(), force: false }, memorySource([BOB]))],
    ["seal", () => runSeal({ ...task(), run: undefined, force: true })],
    ["rollback", () => runRollback({ ...task(), force: true })],
    ["drop-ledger", () => runDropLedger(task())],
    ["accept", () => runAccept({ ...task(), key: ["USER#bob", "METADATA"], reason: "known" })],
    ["stop", () => runStop({ ...task(), run: undefined })],
  ])("%s", async (_, work) => {
    const error = await refusal(work);
    if (error.code === "target-refused") {
      expect(error.message).toMatch(
        new RegExp(`^"${LOOKER}" may not do this: (permission denied for|must be owner of) \\w+ \\w+, SQLSTATE 42501`),
      );
      expect(remedyOf(error)).toContain(`name "${new URL(moved.url).username}" in --target`);
    }
    expect(error.code).toMatch(/^(target-refused|no-run|not-accepted|rollback-refused)$/);
  });

  it("status, and what else only looks, is answered", async () => {
    expect((await runStatus(task().target)).is.verdict).toBe("verified");
  });

  it("migrate, each of what is missing once and in a statement", async () => {
    const url = asLooker(fresh);
    const { pathname } = new URL(url);
    const name = pathname.slice(1);
    await query(fresh.url, `revoke temporary on database ${name} from public`);
    const again = async (): Promise<readonly string[]> => {
      const error: unknown = await migrateTrial({ url, schema, items: [BOB] }).catch((is: unknown) => is);
      return error instanceof MigrationError ? error.findings.map(({ remedy }) => remedy) : [];
    };
    const remedies = await again();
    expect(remedies).toEqual([
      `grant temporary on database "${name}" to "${LOOKER}"`,
      `grant create on database "${name}" to "${LOOKER}"`,
      `grant create on schema "public" to "${LOOKER}"`,
    ]);
    for (const sql of remedies) await query(fresh.url, sql);
    expect(await again()).toEqual([]);
  });
});
