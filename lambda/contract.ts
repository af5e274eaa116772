/** What both sides of a deployment agree on: the event, the result, and the names of the environment. */
import { z } from "zod";

/** Environment variables the function reads. */
export const ENVIRONMENT = { source: "MIGRATION_SOURCE", target: "MIGRATION_TARGET", logLevel: "LOG_LEVEL" } as const;

const count = z.number().int().positive();

/** How a run is shaped. The same names on the command line and in the event. */
export const optionsSchema = z.strictObject({
  /** Parts the source is read in; a run keeps the plan of its pass. */
  units: count.max(100_000).optional(),
  /** Workers in this process. */
  concurrency: count.max(64).optional(),
  /** Read capacity units a second, over all workers of this process. */
  maxReadUnits: count.optional(),
  /** Accept a source without a single item. */
  allowEmpty: z.boolean().optional(),
  /** Draws the sample of the spot checks; another one each time where it is left out. */
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  /** Items of each entity that are read again. */
  sample: z.number().int().min(0).max(10_000).optional(),
  /** Read the whole source a second time, keys only, and compare. */
  recount: z.boolean().optional(),
});

/** The event: `{}` does all of it. */
export const eventSchema = optionsSchema.extend({ action: z.enum(["migrate", "verify"]).default("migrate") });

export type Options = z.infer<typeof optionsSchema>;

/** What an invocation returns: the report without examples, which may be large. */
export interface MigrationResult {
  readonly verdict: "verified" | "discrepant" | "incomplete" | "refused";
  readonly run?: number;
  readonly pass?: number;
  readonly items?: Readonly<Record<string, number>>;
  readonly discrepancies?: number;
  /** Why it was refused: every problem at once, each with its remedy. */
  readonly findings?: readonly { readonly where: string; readonly problem: string; readonly remedy: string }[];
}
