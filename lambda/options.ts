/** All that can be said to a verb, each once: as a flag of the command line and, under the same name, in an event. */
import { z } from "zod";

export interface Option<V extends z.ZodType = z.ZodType> {
  /** `<X>` is a value; without one it is said or not said. */
  readonly flag: string;
  readonly says: string;
  readonly value: V;
  readonly default?: string;
  /** The variable that says it where the command line does not. */
  readonly variable?: string;
  /** A file that is written: whether it can be is tried before anything is done. */
  readonly isWritten?: true;
}

const figure = (value: number): string => value.toLocaleString("en-US");

/** A whole number between two bounds, which are told where it is none. */
export function within(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${figure(least)}` : `from ${figure(least)} to ${figure(most)}`;
  const error = `has to be a whole number ${range}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

const count = within(1);
const atLeastNone = within(0);
/** Some words, of so many letters at most. */
const said = (most = 1_000) =>
  z
    .string()
    .trim()
    .min(1, { error: "has to say something" })
    .max(most, { error: `has to be of at most ${figure(most)} letters` });

const EXPORT = /^\d+-[0-9a-f]+$/;
const TIME = z.iso.datetime({ offset: true });
/** A moment, with its zone. */
const moment = (or: string, other?: RegExp) => {
  const error = `has to be a time with its zone, 2026-11-22T22:00:00Z${or === "" ? "" : `, ${or}`}`;
  return z.string({ error }).refine((said) => TIME.safeParse(said).success || other?.test(said) === true, { error });
};

const text = (flag: string, says: string, value = z.string()) => ({ flag, says, value });
const whole = (flag: string, says: string, value = count) => ({ flag, says, value });
const yes = (flag: string, says: string) => ({ flag, says, value: z.boolean() });

/** What only a command line says: a function has its source, its target and its schema of its own. */
const TERMINAL = {
  source: text(
    "--source <SRC>",
    "dynamodb:TABLE[?region=R&endpoint=URL], file:ITEMS.jsonl[.gz], file:DIR, export:DIR or s3://BUCKET/PREFIX",
  ),
  target: {
    ...text("--target <URL>", "postgres://USER@HOST:PORT/DATABASE; where it is left out, what DATABASE_URL says"),
    variable: "DATABASE_URL",
  },
  schema: { ...text("--schema <DIR>", "the folder with tables.ts and items.ts"), default: "schema" },
  json: { ...text("--json <FILE>", "write the answer there"), isWritten: true },
  bucket: text("--bucket <S3>", "s3://BUCKET[/PREFIX], where exports stand, or are to"),
  kmsKey: text("--kms-key <KEY>", "the key that exports are encrypted with; without it the bucket's own"),
  html: {
    ...text("--html <FILE>", "write the report there as a page, for a browser or a printer"),
    isWritten: true,
  },
  hashKeys: yes("--hash-keys", "with --html: hashes in place of the keys of items, and no key of a row"),
  stack: text("--stack <NAME>", "the stack that was deployed"),
  region: text("--region <R>", "where it was deployed; that of the environment or the profile where it is left out"),
  items: whole("--items <N>", "items in the sample table (default: 20,000)"),
  bytes: whole("--bytes <B>", "bytes of an item, on average: names and values", within(1, 409_600)),
  changed: whole("--changed <PERCENT>", "of the items, between a copy and the window (default: 1)", within(0, 100)),
  prices: text("--prices <FILE>", "JSON with other prices than those of us-east-1; --json writes those that were used"),
  dirty: yes("--dirty", "plant one of every kind of fault among the items; the report must name each"),
  sabotage: yes("--sabotage", "kill the copy five times, then change the database behind its back"),
  keep: yes("--keep", "keep the database until Ctrl-C, and print its URL"),
  watch: yes("--watch", "go on telling it until the run has ended"),
  dryRun: yes("--dry-run", "show what would be done and what stands in its way, and do nothing"),
  yes: yes("--yes", "do it without asking; needed where there is no terminal to ask on"),
  bodies: yes("--bodies", "show the items themselves, to a terminal only"),
  export: {
    ...text("--export <FILE>", "write the items in quarantine there, whole, as lines that migrate reads"),
    isWritten: true,
  },
  from: text(
    "--from <FILE>",
    "a model that is written down already: ElectroDB, OneTable, DynamoDB-Toolbox or NoSQL Workbench",
  ),
  keys: text("--keys <PK,SK>", "the key attributes, where there is no mapping and the source cannot tell"),
  attributes: yes("--attributes", "show the attributes of every entity, too"),
  ddl: yes("--ddl", "print the statements that make the tables, and nothing else"),
  sql: yes("--sql", "print a query a table that computes its fingerprint anew, to be run by whoever doubts it"),
  item: yes("--item", "the words are an item's key, also where the first one is the name of a table"),
} as const satisfies Record<string, Option>;

/** How a run is shaped, paced and proven. */
const RUN = {
  units: whole("--units <N>", "parts the source is read in", within(1, 100_000)),
  concurrency: whole("--concurrency <N>", "workers in this process", within(1, 64)),
  maxReadUnits: {
    flag: "--max-read-units <R>",
    says: "read capacity units a second, over all workers of the run, or none for no limit; default half of what is provisioned, and 1,500 on demand; fewer while the table throttles",
    value: z.union([count, z.literal("none")], { error: "has to be a whole number of at least 1, or none" }),
  },
  maxRowsPerSecond: whole(
    "--max-rows-per-second <R>",
    "rows written a second, for a database that serves an application already",
  ),
  maxQuarantine: whole("--max-quarantine <N>", "stop when more items than this cannot become rows", atLeastNone),
  prune: yes("--prune", "remove the rows of items the source no longer has"),
  remap: yes("--remap", "go on with a changed mapping, and write the items of changed entities again"),
  live: text("--live <SRC>", "dynamodb:TABLE: beside an export, what single items are read from again"),
  trustSummary: yes("--trust-summary", "take the summary of an export that is not what its checksum says"),
  acceptGap: text(
    "--accept-gap <ID,ID>",
    "go on with these exports, though no other tells what changed before their windows",
    said(),
  ),
  allowEmpty: yes("--allow-empty", "accept a source without a single item"),
  sample: whole("--sample <N>", "items of each entity that are read again", within(0, 10_000)),
  seed: whole("--seed <S>", "draws samples; another one each time where it is left out", within(0, 0xffff_ffff)),
  recount: yes("--recount", "read the whole source a second time, keys only, and compare"),
} as const satisfies Record<string, Option>;

/** What single verbs are told, and an event may say too. */
const SINGLE = {
  run: whole("--run <N>", "the run of that number, where there are several; default the newest"),
  limit: whole("--limit <N>", "examples of each reason", within(0, 1_000)),
  full: yes("--full", "a full export, also where what has changed would do"),
  since: text(
    "--since <TIME|EXPORT>",
    "what has changed since then, or since an export; default what was applied, or the newest full one there",
    moment("or the name of an export", EXPORT),
  ),
  until: text(
    "--until <TIME>",
    "up to then: 2026-11-22T22:00:00Z; default now, or where what is under way ends",
    moment(""),
  ),
  newImages: yes("--new-images", "changes say what is, and not what was before: half the files, and no comparison"),
  window: whole(
    "--window <MINUTES>",
    "whether all of it, proof included, ends within so many minutes of its beginning",
  ),
  reasonCode: text("--reason-code <CODE>", "all that waits for that reason, as `list-quarantine` has it", said()),
  entity: text("--entity <NAME>", "all that waits of that entity", said()),
  all: yes("--all", "every one of them: what --reason-code and --entity choose"),
  reason: text("--reason <TEXT>", "why, for the ledger and the report", said()),
  force: yes("--force", "also where others would lose something"),
  withoutProof: yes("--without-proof", "prove nothing now: the newest proof counts, however old it is"),
} as const satisfies Record<string, Option>;

export const OPTIONS = { ...TERMINAL, ...RUN, ...SINGLE };

export type OptionName = keyof typeof OPTIONS;

/** Of whatever ends with a proof. */
export const PROOF = ["sample", "seed", "recount", "allowEmpty", "live", "trustSummary"] as const;

type Values<T extends Record<string, Option>> = { [N in keyof T]: z.ZodOptional<T[N]["value"]> };

const valuesOf = <T extends Record<string, Option>>(options: T): Values<T> =>
  Object.fromEntries(Object.entries(options).map(([name, { value }]) => [name, value.optional()])) as Values<T>;

const runSchema = z.object(valuesOf(RUN));

export type Options = z.infer<typeof runSchema>;

/** The options of a run among everything that was said. */
export const optionsAmong = (said: object): Options => runSchema.parse(said);

/** Everything an event may say beside its action. */
export const saidSchema = z.strictObject({
  ...valuesOf(RUN),
  ...valuesOf(SINGLE),
  /** Words behind the verb: an item's key, PK and SK, or `#` and the hash that stands for it in a log. */
  key: z.array(z.string()).min(1).max(2).optional(),
  /** Of a workflow; beyond this Postgres is what is waited for. */
  workers: within(1, 40).optional(),
  /** What a workflow was started with: options by step. */
  input: z.record(z.string(), z.unknown(), { error: 'is not options by step, {"copy":{…}}' }).optional(),
});

export type Said = z.infer<typeof saidSchema>;
