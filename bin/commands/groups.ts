/** What one may want to do → the commands for it, and how each is typed. */
import type { VerbName } from "../../lambda/verbs.ts";

const TRY = "To try it, and to know before what will come of it:";
const MOVE = "To move a table, and prove it:";
const SEE = "To see how it stands, and where something is:";
const MEND = "To mend what the proof names, or let it go:";
const END = "To stop, to cut over, to take it back:";
const AWS = "To do it in AWS:";

export const GROUPS: Readonly<Record<VerbName, string>> = {
  rehearse: TRY,
  estimate: TRY,
  check: TRY,
  draft: TRY,
  export: MOVE,
  migrate: MOVE,
  verify: MOVE,
  status: SEE,
  report: SEE,
  trace: SEE,
  "list-quarantine": SEE,
  repair: MEND,
  accept: MEND,
  stop: END,
  seal: END,
  rollback: END,
  "drop-ledger": END,
  invoke: AWS,
};

/** Behind the name of the program, with DATABASE_URL saying where Postgres is where no target does. */
export const EXAMPLES: Readonly<Record<VerbName, readonly [string, ...string[]]>> = {
  rehearse: ["rehearse", "rehearse --items 500 --dirty", "rehearse --sabotage"],
  estimate: ["estimate --items 40000000 --bytes 600", "estimate --source 'dynamodb:orders?region=eu-west-1'"],
  check: [
    "check --source file:items.jsonl --schema empty",
    "check --source 'dynamodb:orders?region=eu-west-1' --sample 10000 --attributes",
  ],
  draft: [
    "draft --source file:items.jsonl --schema my-schema",
    "draft --source 'dynamodb:orders?region=eu-west-1' --schema my-schema --sample 10000",
  ],
  export: [
    "export --source 'dynamodb:orders?region=eu-west-1' --bucket s3://exports/orders",
    "export --source 'dynamodb:orders?region=eu-west-1' --bucket s3://exports/orders --since 2026-11-20T22:00:00Z",
  ],
  migrate: [
    "migrate --source file:items.jsonl --target embedded",
    "migrate --source 'dynamodb:orders?region=eu-west-1' --target postgres://me@db.example.org/orders --json report.json",
  ],
  verify: ["verify", "verify --recount --sample 500"],
  status: ["status", "status --run 2 --window 90"],
  report: ["report", "report --html report.html", "report --sql"],
  trace: ["trace 'USER#ada' PROFILE", "trace 'USER#ada / PROFILE'", "trace users ada"],
  "list-quarantine": ["list-quarantine", "list-quarantine --limit 100 --json waiting.json"],
  repair: ["repair", "repair --force"],
  accept: [
    "accept 'USER#ada' PROFILE --reason 'a test account'",
    "accept --reason-code conflict --entity Bill --all --reason 'known since May'",
  ],
  stop: ["stop"],
  seal: ["seal"],
  rollback: ["rollback", "rollback --run 2"],
  "drop-ledger": ["drop-ledger"],
  invoke: ["invoke --stack Orders --region eu-west-1"],
};
