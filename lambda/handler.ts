/** The Lambda: an event and the time that remains → one invocation of the migration. No logic lives here. */
import { items } from "../schema/items.ts";
import * as migrations from "../schema/migrations/index.ts";
import { tables } from "../schema/tables.ts";
import { logged, runMigration, runVerify } from "./compose.ts";
import { invocationSchema, logSchema, type MigrationResult } from "./contract.ts";
import { parse } from "./settings.ts";

/** Time kept back for the page in flight and the answer: a minute, or a fifth of a short timeout. */
const reserve = (remaining: number): number => Math.min(60_000, Math.ceil(remaining / 5));

export function handler(event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<MigrationResult> {
  const remaining = context.getRemainingTimeInMillis();
  return logged(logSchema.parse(process.env), (progress) => {
    const given = { environment: process.env, event: event ?? {} };
    const { environment, event: said } = parse(invocationSchema, given, "the invocation");
    const { action, ...options } = said;
    const task = { ...environment, schema: { tables, items, migrations }, options };
    const signal = AbortSignal.timeout(remaining - reserve(remaining));
    return action === "verify" ? runVerify(task, signal) : runMigration(task, { progress, signal });
  });
}
