/** What both sides of a deployment agree on: the names of the environment and of the metrics, and the result. */
import { z } from "zod";
import { type MigrationError, outward } from "./domain/migration-error.ts";
import { countsOf } from "./domain/proof/pending.ts";
import type { Report } from "./domain/proof/report.ts";
import { refusalSummary, summaryOf } from "./domain/proof/summary.ts";

/** Environment variables the function reads. */
export const ENVIRONMENT = {
  source: "MIGRATION_SOURCE",
  target: "MIGRATION_TARGET",
  /** Of exports: the table they are made of. */
  live: "MIGRATION_LIVE",
  /** The key that exports are encrypted with, where it is not the bucket's. */
  exportsKey: "MIGRATION_EXPORTS_KEY",
  /** Of the SDK's configuration, for reading the table and nothing else: a role of another account that is assumed. */
  sourceProfile: "MIGRATION_SOURCE_PROFILE",
  logLevel: "LOG_LEVEL",
  /** `clear` lets the keys of source items into the log; otherwise only hashes of them, which the ledger resolves. */
  logKeys: "LOG_KEYS",
} as const;

/** Set by Lambda itself, and by nobody else. */
const FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME";

/**
 * What the function measures, for alarms and dashboards. Counts are those of the pass so far and not of one invocation,
 * so Maximum is their statistic and never Sum, but for those that are of one invocation's last minute; times are those of one
 * invocation. Some are told once a minute while there is work, and all but those with the report.
 */
export const METRICS = {
  namespace: "DynamoDbToPostgres",
  /** The only one: a metric for each run would be a new metric each time. */
  dimension: "FunctionName",
  units: {
    Working: "Count",
    Verified: "Count",
    Steps: "Count",
    ReadUnits: "Count",
    ReadRetries: "Count",
    ItemsRead: "Count",
    ItemsMigrated: "Count",
    ItemsUnchanged: "Count",
    ItemsIgnored: "Count",
    ItemsExpired: "Count",
    ItemsQuarantined: "Count",
    Discrepancies: "Count",
    UnmappedAttributes: "Count",
    CopyMilliseconds: "Milliseconds",
    BuildMilliseconds: "Milliseconds",
    VerifyMilliseconds: "Milliseconds",
  },
  /** Of a minute of one invocation: these are summed. */
  sums: ["Steps", "ReadUnits", "ReadRetries"],
} as const;

const level = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info");
const keys = z.enum(["clear", "hashed"]).default("hashed");

/** A variable that is not set and one that is empty are the same to whoever forgot it. */
const variable = (expected: string) => z.string({ error: `is not set: ${expected}` }).min(1, `is empty: ${expected}`);

export const environmentSchema = z
  .object({
    [ENVIRONMENT.source]: variable("where the items are, dynamodb:TABLE"),
    [ENVIRONMENT.target]: variable("where the rows go, postgres://USER@HOST:PORT/DATABASE"),
    [ENVIRONMENT.live]: z.string().optional(),
    [ENVIRONMENT.exportsKey]: z.string().optional(),
    [ENVIRONMENT.logLevel]: level,
    [ENVIRONMENT.logKeys]: keys,
  })
  .transform((set) => ({
    source: set[ENVIRONMENT.source],
    target: set[ENVIRONMENT.target],
    live: set[ENVIRONMENT.live] || undefined,
    exportsKey: set[ENVIRONMENT.exportsKey] || undefined,
  }));

/** How to log. Never refused: a refusal has to be logged too, so what makes no sense here counts as not set. */
export const logSchema = z
  .object({
    [ENVIRONMENT.logLevel]: level.catch("info"),
    [ENVIRONMENT.logKeys]: keys.catch("hashed"),
    [FUNCTION_NAME]: z.string().default("local"),
  })
  .transform((set) => ({
    level: set[ENVIRONMENT.logLevel],
    keys: set[ENVIRONMENT.logKeys],
    functionName: set[FUNCTION_NAME],
  }));

export type LogSettings = z.infer<typeof logSchema>;

export const total = z.number().int().nonnegative();
export const findingSchema = z.strictObject({ where: z.string(), problem: z.string(), remedy: z.string() }).readonly();

/** So many of a reason: items of an entity, or contributions to a table. */
export const countsSchema = z.strictObject({
  reason: z.string(),
  entity: z.string().nullable(),
  table: z.string().nullable(),
  count: total,
});

/** A line each, for whoever reads it in a console. */
export const summarySchema = z.array(z.string()).readonly();

/** What an invocation returns that proves something, or is refused: the report without examples, which may be large. */
export const resultSchema = z
  .strictObject({
    summary: summarySchema,
    verdict: z.enum(["verified", "discrepant", "incomplete", "refused"]),
    run: total.exactOptional(),
    pass: total.exactOptional(),
    items: z
      .record(z.enum(["read", "migrated", "unchanged", "ignored", "expired", "quarantined", "repeated"]), total)
      .readonly()
      .exactOptional(),
    discrepancies: total.exactOptional(),
    /** Items an operator has let go, which are no discrepancy. */
    accepted: total.exactOptional(),
    /** What that is, by reason and entity or table. */
    letGo: z.array(countsSchema).readonly().exactOptional(),
    /** What a repair did. */
    repaired: z
      .record(z.enum(["rows", "released", "refused", "changed", "left"]), total)
      .readonly()
      .exactOptional(),
    /** Why it was refused: every problem at once, each with its remedy. */
    findings: z.array(findingSchema).readonly().exactOptional(),
  })
  .readonly();

export type MigrationResult = z.infer<typeof resultSchema>;

/** What a report comes to. */
export function resultOf(report: Report): MigrationResult {
  const { verdict, run, pass, items, discrepancies, accepted, letGo, repaired } = report;
  return {
    summary: summaryOf(report),
    ...{ verdict, run, pass, items: { ...items }, discrepancies: discrepancies.length },
    ...(accepted === undefined ? {} : { accepted }),
    ...(letGo === undefined ? {} : { letGo: letGo.map(countsOf) }),
    ...(repaired === undefined ? {} : { repaired: { ...repaired } }),
  };
}

export const refusalOf = ({ message, findings }: MigrationError): MigrationResult => ({
  summary: refusalSummary(message, outward(findings)),
  verdict: "refused",
  findings: outward(findings),
});

/** What an invocation returns to an action that proves nothing; what else it holds the file of that action tells. */
export interface Answer {
  readonly action: string;
}
