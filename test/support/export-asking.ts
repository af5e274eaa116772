/** Exports asked for as one process does, which then ends: what it is brought, or why not. */
import { expect } from "vitest";
import { exportRequests } from "../../lambda/adapters/dynamodb/export-requests.ts";
import type { Covered } from "../../lambda/domain/export-windows.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { type Brought, type Exporting, exportUntil } from "../../lambda/pipeline/export.ts";
import { exportedOften } from "./exporting-table.ts";

export interface Said extends Partial<Omit<Exporting, "requests" | "applied">> {
  readonly applied?: readonly Covered[];
  readonly prefix?: string;
  readonly kmsKey?: string;
}

export function exportsAsked(now: Date) {
  const made = exportedOften(now);
  const ask = async ({ applied = [], prefix = "legacy", kmsKey, ...said }: Said = {}): Promise<Brought> => {
    const place = { table: "legacy", region: "local", endpoint: made.endpoint, bucket: "exports", prefix, kmsKey };
    await using requests = exportRequests(place);
    const usual = { full: false, images: "new and old", isOwn: () => false } as const;
    return await exportUntil({ ...usual, requests, applied: async () => applied, ...said });
  };
  const refusal = async (said: Said = {}): Promise<MigrationError> => {
    const error = await ask(said).catch((thrown: unknown) => thrown);
    return error instanceof MigrationError
      ? error
      : expect.fail(`no refusal: ${error instanceof Error ? error.stack : JSON.stringify(error)}`);
  };
  /** How many the service has begun. */
  const begun = (): number => made.table.exports.length;
  return { made, ask, refusal, begun };
}
