/** Everything an operator can ask for, in one table: the command line, its help, the event and the page that lists them are made of it. */

import type { Verb, WorkflowAction } from "./verb.ts";
import { accept } from "./verbs/accept.ts";
import { check } from "./verbs/check.ts";
import { draft } from "./verbs/draft.ts";
import { dropLedger } from "./verbs/drop-ledger.ts";
import { estimate } from "./verbs/estimate.ts";
import { exporting } from "./verbs/export.ts";
import { invoke } from "./verbs/invoke.ts";
import { listQuarantine } from "./verbs/list-quarantine.ts";
import { migrate } from "./verbs/migrate.ts";
import { rehearse } from "./verbs/rehearse.ts";
import { repair } from "./verbs/repair.ts";
import { report } from "./verbs/report.ts";
import { rollback } from "./verbs/rollback.ts";
import { seal } from "./verbs/seal.ts";
import { status } from "./verbs/status.ts";
import { stop } from "./verbs/stop.ts";
import { trace } from "./verbs/trace.ts";
import { verify } from "./verbs/verify.ts";
import { copy } from "./workflow/copy.ts";
import { finalize } from "./workflow/finalize.ts";
import { plan } from "./workflow/plan.ts";

/** In the order in which they are shown. */
export const VERBS = {
  rehearse,
  estimate,
  check,
  draft,
  export: exporting,
  migrate,
  verify,
  status,
  report,
  trace,
  "list-quarantine": listQuarantine,
  repair,
  accept,
  stop,
  seal,
  rollback,
  invoke,
  "drop-ledger": dropLedger,
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof VERBS;

/** The pieces of a migration, in the order in which a workflow asks for them. */
export const WORKFLOW = { plan, copy, finalize } as const satisfies Record<string, WorkflowAction>;
