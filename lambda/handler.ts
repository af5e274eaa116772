/** The Lambda: an event and the time that remains → one invocation of the migration. No logic lives here. */
import { items } from "../schema/items.ts";
import * as migrations from "../schema/migrations/index.ts";
import { tables } from "../schema/tables.ts";
import { logged } from "./compose.ts";
import { type Answer, logSchema, type MigrationResult } from "./contract.ts";
import { invocationSchema, invoke } from "./event.ts";
import { parse } from "./settings.ts";

/** Time kept back for the answer, in milliseconds: ten seconds, or a fifth of a short timeout. A page's own time comes on top. */
const reserve = (remaining: number): number => Math.min(10_000, Math.ceil(remaining / 5));

export function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<MigrationResult | Answer> {
  const remaining = context.getRemainingTimeInMillis();
  const kept = reserve(remaining);
  const log = logSchema.parse(process.env);
  return logged(log, (progress) => {
    const given = { environment: process.env, event: event ?? {} };
    const { environment, event: said } = parse(invocationSchema, given, "the invocation");
    const signal = AbortSignal.timeout(remaining - kept);
    const timeLeft = () => context.getRemainingTimeInMillis() - kept;
    const schema = { tables, items, migrations };
    return invoke(said, { ...environment, schema, log }, { progress, signal, timeLeft });
  });
}
