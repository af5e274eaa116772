/** Everything an operator can ask for, in one table: the command line, its help, the event and the page that lists them are made of it. */

/** `<X>` in a flag is a value; without one it is said or not said. What may be said in an event is in the contract. */
export const OPTIONS = {
  source: { flag: "--source <SRC>", says: "dynamodb:TABLE[?region=R&endpoint=URL] or file:ITEMS.jsonl[.gz]" },
  target: { flag: "--target <URL>", says: "postgres://USER@HOST:PORT/DATABASE" },
  schema: { flag: "--schema <DIR>", says: "the folder with tables.ts and items.ts", default: "schema" },
  json: { flag: "--json <FILE>", says: "write the answer there" },
  stack: { flag: "--stack <NAME>", says: "the stack that was deployed" },
  region: {
    flag: "--region <R>",
    says: "where it was deployed; that of the environment or the profile where it is left out",
  },
  items: { flag: "--items <N>", says: "items in the sample table (default: 20,000)", whole: true },
  dirty: { flag: "--dirty", says: "plant one of every kind of fault among the items; the report must name each" },
  sabotage: { flag: "--sabotage", says: "kill the copy five times, then change the database behind its back" },
  keep: { flag: "--keep", says: "keep the database until Ctrl-C, and print its URL" },
  keys: { flag: "--keys <PK,SK>", says: "the key attributes, where there is no mapping and the source cannot tell" },
  attributes: { flag: "--attributes", says: "show the attributes of every entity, too" },
  ddl: { flag: "--ddl", says: "print the statements that make the tables, and nothing else" },
  run: { flag: "--run <N>", says: "the run of that number, where there are several; default the newest", whole: true },
  sql: {
    flag: "--sql",
    says: "print a query a table that computes its fingerprint anew, to be run by whoever doubts it",
  },
  item: { flag: "--item", says: "the words are an item's key, also where the first one is the name of a table" },
  units: { flag: "--units <N>", says: "parts the source is read in", whole: true },
  concurrency: { flag: "--concurrency <N>", says: "workers in this process", whole: true },
  maxReadUnits: {
    flag: "--max-read-units <R>",
    says: "read capacity units a second, over all workers of this process; fewer while the table throttles",
    whole: true,
  },
  maxRowsPerSecond: {
    flag: "--max-rows-per-second <R>",
    says: "rows written a second, for a database that serves an application already",
    whole: true,
  },
  maxQuarantine: {
    flag: "--max-quarantine <N>",
    says: "stop when more items than this cannot become rows",
    whole: true,
  },
  prune: { flag: "--prune", says: "remove the rows of items the source no longer has" },
  remap: { flag: "--remap", says: "go on with a changed mapping, and write the items of changed entities again" },
  allowEmpty: { flag: "--allow-empty", says: "accept a source without a single item" },
  sample: { flag: "--sample <N>", says: "items of each entity that are read again", whole: true },
  seed: { flag: "--seed <S>", says: "draws samples; another one each time where it is left out", whole: true },
  recount: { flag: "--recount", says: "read the whole source a second time, keys only, and compare" },
  limit: { flag: "--limit <N>", says: "examples of each reason", whole: true },
  window: {
    flag: "--window <MINUTES>",
    says: "whether the copy ends within so many minutes of its beginning",
    whole: true,
  },
  reasonCode: { flag: "--reason-code <CODE>", says: "all that waits for that reason, as `list-quarantine` has it" },
  entity: { flag: "--entity <NAME>", says: "all that waits of that entity" },
  all: { flag: "--all", says: "every one of them: what --reason-code and --entity choose" },
  reason: { flag: "--reason <TEXT>", says: "why, for the ledger and the report" },
  force: { flag: "--force", says: "also where others would lose something" },
} as const satisfies Record<string, OptionSpec>;

export interface OptionSpec {
  readonly flag: string;
  readonly says: string;
  readonly default?: string;
  /** Its value is a whole number. */
  readonly whole?: true;
}

export type OptionName = keyof typeof OPTIONS;

export interface Verb {
  readonly says: string;
  /** What stands behind the verb without a flag. */
  readonly words?: { readonly name: string; readonly says: string; readonly optional?: true };
  readonly needs: readonly OptionName[];
  readonly takes: readonly OptionName[];
  /** What an option means here, where that is not what it means elsewhere. */
  readonly meaning?: Partial<Record<OptionName, string>>;
  /** Whether an event may ask for it, too. The source, the target and the schema are the function's own then. */
  readonly event: boolean;
  /** Its exit status, where that is not the verdict's. */
  readonly ends?: string;
}

const PROOF = ["sample", "seed", "recount", "allowEmpty"] as const;
const KEY = { name: "key...", says: "PK [SK] of the item, or #HASH from a log", optional: true } as const;

export const VERBS = {
  rehearse: {
    says: "migrate a sample table between embedded engines, prove it, and ask it three questions",
    needs: [],
    takes: ["items", "seed", "keep", "dirty", "sabotage", "units", "concurrency", "maxReadUnits", "json"],
    meaning: { seed: "the sample's seed (default: 1)" },
    event: false,
  },
  check: {
    says: "read a source, write nothing, and show what is in it and what the mapping does not cover yet",
    needs: ["source"],
    takes: ["schema", "keys", "sample", "maxReadUnits", "attributes", "ddl", "json"],
    meaning: {
      schema: "the folder with tables.ts and items.ts; one that holds neither shows the shapes of the keys",
      sample: "read about so many items, from all over the source",
    },
    event: false,
    ends: "0 nothing to mend, or no mapping to mend; 1 something is; 2 stopped before; 3 refused",
  },
  migrate: {
    says: "copy a source into Postgres and prove it; run again after any failure",
    needs: ["source", "target"],
    takes: [
      "schema",
      "units",
      "concurrency",
      "maxReadUnits",
      "maxRowsPerSecond",
      "maxQuarantine",
      "prune",
      "remap",
      ...PROOF,
      "json",
    ],
    meaning: { target: "postgres://… or embedded, to try a mapping with no database at hand: it is gone afterwards" },
    event: true,
  },
  verify: {
    says: "prove the newest pass once more, from what the tables and the source hold now",
    needs: ["target"],
    takes: ["schema", "maxReadUnits", ...PROOF, "json"],
    event: true,
  },
  status: {
    says: "how far a run is, and how long it will take",
    needs: ["target"],
    takes: ["run", "window", "json"],
    event: true,
    ends: "0 told; 3 refused",
  },
  report: {
    says: "the newest proof, as it was made",
    needs: ["target"],
    takes: ["run", "sql", "schema", "json"],
    event: true,
    ends: "0 told; 3 refused",
  },
  trace: {
    says: "what became of an item, or where a row came from",
    words: { name: "words...", says: "PK [SK] of an item, or TABLE and the primary key of a row, or #HASH from a log" },
    needs: ["target"],
    takes: ["schema", "item", "json"],
    event: false,
    ends: "0 found; 1 not found; 3 refused",
  },
  "list-quarantine": {
    says: "everything that waits for a decision, by reason: items in quarantine, conflicts, collisions, rows of others; and what a later row replaces",
    needs: ["target"],
    takes: ["schema", "limit", "json"],
    meaning: { json: "write all of them there, each with both sides and the words to accept it" },
    event: true,
    ends: "0 nothing waits; 1 something does; 3 refused",
  },
  repair: {
    says: "read again only the items behind missing rows and in quarantine, mend what can be mended, and prove all of it",
    needs: ["target"],
    takes: ["schema", "force", "maxReadUnits", ...PROOF, "json"],
    meaning: { force: "also write over rows that were changed here since" },
    event: true,
  },
  accept: {
    says: "let an item go that is in quarantine or waits behind another one's row, or all of a kind: the proof counts it as accepted",
    words: KEY,
    needs: ["target", "reason"],
    takes: ["reasonCode", "entity", "all", "schema", "json"],
    event: true,
    ends: "0 done; 3 refused",
  },
  stop: {
    says: "let every worker of a run end at its next page; migrate goes on with it",
    needs: ["target"],
    takes: ["run", "json"],
    event: true,
    ends: "0 done; 3 refused",
  },
  seal: {
    says: "at the cut-over: hand the rows to the application; the run copies, repairs, prunes and takes back no more",
    needs: ["target"],
    takes: ["run", "force", "json"],
    meaning: { force: "also where the newest proof does not say verified" },
    event: true,
    ends: "0 done; 3 refused",
  },
  rollback: {
    says: "remove what the run made: its tables, or its rows in tables that were there before, and its ledger",
    needs: ["target"],
    takes: ["run", "schema", "force", "json"],
    meaning: {
      run: "the run of that number; default the only one there is, or the newest that goes by the schema",
      schema:
        "where the `down` of its own migrations is; all else the ledger knows, also where the folder is another one by now",
      force: "also where rows have been changed or added since",
    },
    event: true,
    ends: "0 done; 3 refused",
  },
  invoke: {
    says: "start what a stack has deployed, follow it, print its report, and end with its status",
    needs: ["stack"],
    takes: ["region", "json"],
    event: false,
  },
  "drop-ledger": {
    says: "after every run was sealed: remove the ledger; the rows stay",
    needs: ["target"],
    takes: ["json"],
    event: true,
    ends: "0 done; 3 refused",
  },
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof VERBS;

/** What a workflow asks for, one invocation each, where one alone would not do. All of them may be asked for again. */
export const STEPS = {
  plan: {
    says: "check everything, begin or resume the run, and name the workers",
    takes: ["units", "remap", "workers"],
  },
  copy: {
    says: "copy until no unit is left that nobody holds",
    takes: ["concurrency", "maxReadUnits", "maxRowsPerSecond", "maxQuarantine"],
  },
  finalize: {
    says: "copy what is left, then settle and build",
    takes: ["concurrency", "maxReadUnits", "prune", "allowEmpty"],
  },
} as const satisfies Record<string, { readonly says: string; readonly takes: readonly (OptionName | "workers")[] }>;

export type StepName = keyof typeof STEPS;

/** A verb as it is typed: `migrate --source SRC --target URL [--schema DIR] …`. */
export function usageOf(name: string, { words, needs, takes }: Verb): string {
  const flag = (option: OptionName): string => OPTIONS[option].flag.replace(/[<>]/g, "");
  return [
    name,
    ...(words === undefined ? [] : [spelled(words)]),
    ...needs.map(flag),
    ...takes.map((option) => `[${flag(option)}]`),
  ].join(" ");
}

function spelled({ name, optional }: NonNullable<Verb["words"]>): string {
  const word = name.replace(/(\w+)\.\.\./, (_, each: string) => `${each.toUpperCase()}…`);
  return optional === true ? `[${word}]` : word;
}
