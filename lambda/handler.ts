/** The Lambda: an event and the time that remains → one invocation of the migration. No logic lives here. */
import { items } from "../schema/items.ts";
import { tables } from "../schema/tables.ts";
import { logged, runMigration, runVerify } from "./compose.ts";
import { ENVIRONMENT, eventSchema, type MigrationResult } from "./contract.ts";
import { parse } from "./settings.ts";

/** Time kept back for the page in flight and the answer: a minute, or a fifth of a short timeout. */
const reserve = (remaining: number): number => Math.min(60_000, remaining / 5);

export function handler(event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<MigrationResult> {
  const remaining = context.getRemainingTimeInMillis();
  const {
    [ENVIRONMENT.source]: source = "",
    [ENVIRONMENT.target]: target = "",
    [ENVIRONMENT.logLevel]: level = "info",
  } = process.env;
  return logged(level, (progress) => {
    const { action, ...options } = parse(eventSchema, event ?? {}, "the event");
    const task = { source, target, schema: { tables, items }, options };
    const signal = AbortSignal.timeout(remaining - reserve(remaining));
    return action === "verify" ? runVerify(task, signal) : runMigration(task, { progress, signal });
  });
}
