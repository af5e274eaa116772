/** What both sides of a deployment agree on: the event, the result, and the names of the environment and of the metrics. */
import { z } from "zod";
import { STEPS, type StepName, VERBS, type Verb, type VerbName } from "./verbs.ts";

/** Environment variables the function reads. */
export const ENVIRONMENT = {
  source: "MIGRATION_SOURCE",
  target: "MIGRATION_TARGET",
  logLevel: "LOG_LEVEL",
  /** `clear` lets the keys of source items into the log; otherwise only hashes of them, which the ledger resolves. */
  logKeys: "LOG_KEYS",
} as const;

/** Set by Lambda itself, and by nobody else. */
const FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME";

/**
 * What the function measures, for alarms and dashboards. Counts are those of the pass so far and not of one invocation,
 * so Maximum is their statistic and never Sum; times are those of one invocation.
 */
export const METRICS = {
  namespace: "DynamoDbToPostgres",
  /** The only one: a metric for each run would be a new metric each time. */
  dimension: "FunctionName",
  units: {
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
} as const;

const count = z.number().int().positive();

/** How a run is shaped. The same names on the command line and in the event. */
export const optionsSchema = z.strictObject({
  /** Parts the source is read in; a run keeps the plan of its pass. */
  units: count.max(100_000).optional(),
  /** Workers in this process. */
  concurrency: count.max(64).optional(),
  /** Read capacity units a second, over all workers of this process. */
  maxReadUnits: count.optional(),
  /** Rows written a second, over all workers of this process. */
  maxRowsPerSecond: count.optional(),
  /** Go on with a changed mapping, and write the items of changed entities again. */
  remap: z.boolean().optional(),
  /** Accept a source without a single item. */
  allowEmpty: z.boolean().optional(),
  /** Remove the rows of items that the source no longer has. */
  prune: z.boolean().optional(),
  /** Stop the copy when more items than this are in quarantine. */
  maxQuarantine: z.number().int().min(0).optional(),
  /** Draws the sample of the spot checks; another one each time where it is left out. */
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  /** Items of each entity that are read again. */
  sample: z.number().int().min(0).max(10_000).optional(),
  /** Read the whole source a second time, keys only, and compare. */
  recount: z.boolean().optional(),
});

/** What an operator says to single verbs, in an event as on the command line. */
export const saidSchema = z.strictObject({
  /** An item's key, PK and SK, or `#` and the hash that stands for it in a log. */
  key: z.array(z.string()).min(1).max(2).optional(),
  /** In place of a key: all that waits for a reason, of an entity, or both. */
  reasonCode: z.string().min(1).optional(),
  entity: z.string().min(1).optional(),
  all: z.boolean().optional(),
  reason: z.string().trim().min(1).max(1_000).optional(),
  force: z.boolean().optional(),
  /** Examples of each reason. */
  limit: z.number().int().min(0).max(1_000).optional(),
  /** Minutes from the beginning of a pass until everything has to be over. */
  window: count.optional(),
  /** The number of a run; the newest where it is left out. */
  run: count.optional(),
});

/** How many workers a workflow has; beyond this Postgres is what is waited for. */
const workersSchema = z.strictObject({ workers: count.max(40).optional() });

type EventVerb = { [V in VerbName]: (typeof VERBS)[V]["event"] extends true ? V : never }[VerbName];

/** What belongs to an action: what it needs, and what it may be told. */
const BELONGS: Readonly<Record<string, { readonly needs: readonly string[]; readonly takes: readonly string[] }>> =
  Object.fromEntries([
    ...Object.entries<Verb>(VERBS)
      .filter(([, { event }]) => event)
      .map(([name, { needs, takes, words }]) => [
        name,
        {
          needs: [...(words === undefined || words.optional === true ? [] : ["key"]), ...needs],
          takes: [...(words?.optional === true ? ["key"] : []), ...takes],
        },
      ]),
    ...Object.entries(STEPS).map(([name, { takes }]) => [name, { needs: [], takes }]),
  ]);

const isAction = (name: string): name is EventVerb | StepName => name in BELONGS;

/** What an event may ask for. */
export const ACTIONS = Object.keys(BELONGS).filter(isAction);

/** The event: `{}` does all of it. What does not belong to its action is refused, as an unknown option is. */
export const eventSchema = optionsSchema
  .extend(saidSchema.shape)
  .extend(workersSchema.shape)
  .extend({ action: z.enum(ACTIONS).default("migrate") })
  .superRefine(({ action, ...said }, context) => {
    const { needs = [], takes = [] } = BELONGS[action] ?? {};
    const given = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    const issue = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    for (const name of given) if (![...needs, ...takes].includes(name)) issue(name, `${action} takes no ${name}`);
    // The source and the target are the function's own.
    for (const name of needs)
      if ((name === "key" || name in saidSchema.shape) && !given.includes(name)) issue(name, `${action} needs ${name}`);
  });

export type Event = z.infer<typeof eventSchema>;

export type Options = z.infer<typeof optionsSchema>;

const level = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info");
const keys = z.enum(["clear", "hashed"]).default("hashed");

/** A variable that is not set and one that is empty are the same to whoever forgot it. */
const variable = (expected: string) => z.string({ error: `is not set: ${expected}` }).min(1, `is empty: ${expected}`);

const environmentSchema = z
  .object({
    [ENVIRONMENT.source]: variable("where the items are, dynamodb:TABLE"),
    [ENVIRONMENT.target]: variable("where the rows go, postgres://USER@HOST:PORT/DATABASE"),
    [ENVIRONMENT.logLevel]: level,
    [ENVIRONMENT.logKeys]: keys,
  })
  .transform((set) => ({ source: set[ENVIRONMENT.source], target: set[ENVIRONMENT.target] }));

/** All that one invocation is given, checked together so that every problem is told at once. */
export const invocationSchema = z.object({ environment: environmentSchema, event: eventSchema });

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

const total = z.number().int().nonnegative();
const finding = z.strictObject({ where: z.string(), problem: z.string(), remedy: z.string() }).readonly();

/** So many of a reason: items of an entity, or contributions to a table. */
const counted = z.strictObject({
  reason: z.string(),
  entity: z.string().nullable(),
  table: z.string().nullable(),
  count: total,
});

/** What an invocation returns that proves something, or is refused: the report without examples, which may be large. */
export const resultSchema = z
  .strictObject({
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
    letGo: z.array(counted).readonly().exactOptional(),
    /** What a repair did. */
    repaired: z
      .record(z.enum(["rows", "released", "refused", "changed", "left"]), total)
      .readonly()
      .exactOptional(),
    /** Why it was refused: every problem at once, each with its remedy. */
    findings: z.array(finding).readonly().exactOptional(),
  })
  .readonly();

export type MigrationResult = z.infer<typeof resultSchema>;

const run = total;
const group = counted.extend({
  accepted: total,
  examples: z
    .array(
      z.strictObject({
        key: z.string(),
        position: z.string().exactOptional(),
        detail: z.string(),
        holder: z.string().exactOptional(),
      }),
    )
    .readonly(),
});

/** What an invocation returns to an action that proves nothing. Keys of items are hashes, as in the log. */
export const answerSchema = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("status"),
    run,
    pass: total,
    phase: z.string(),
    units: total,
    done: total,
    pages: total,
    read: total,
    stopping: z.boolean(),
    sealed: z.boolean(),
    minutesLeft: z.number().exactOptional(),
    fits: z.boolean().exactOptional(),
  }),
  z.strictObject({ action: z.literal("report"), run, report: z.record(z.string(), z.unknown()).readonly() }),
  z.strictObject({ action: z.literal("list-quarantine"), run, groups: z.array(group).readonly() }),
  z.strictObject({
    action: z.literal("accept"),
    run,
    /** Where it is one item. */
    key: z.string().exactOptional(),
    reason: z.string(),
    items: total,
    /** Of each group, how many had been accepted before. */
    groups: z.array(counted.extend({ accepted: total })).readonly(),
    /** What else is the matter with that item, and cannot be let go. */
    remains: z.array(finding).readonly(),
  }),
  z.strictObject({ action: z.literal("plan"), run, pass: total, workers: z.array(total).readonly() }),
  z.strictObject({ action: z.literal("copy"), run, done: z.boolean() }),
  z.strictObject({ action: z.literal("finalize"), run, done: z.boolean() }),
  z.strictObject({ action: z.literal("stop"), run }),
  z.strictObject({ action: z.literal("seal"), run, letGo: z.array(counted).readonly().exactOptional() }),
  z.strictObject({
    action: z.literal("rollback"),
    run,
    dropped: z.array(z.string()).readonly(),
    removed: z.record(z.string(), total).readonly(),
    left: z.record(z.string(), total).readonly(),
    kept: z.array(z.string()).readonly(),
  }),
  z.strictObject({ action: z.literal("drop-ledger"), runs: total }),
]);

export type Answer = z.infer<typeof answerSchema>;
