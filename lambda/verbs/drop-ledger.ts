/** `drop-ledger`: the ledger of runs that are all sealed goes, and the rows stay. */
import { NO_MAPPING, openTarget, type Task } from "../compose.ts";
import { total } from "../contract.ts";
import type { Progress } from "../ports/progress.ts";
import { answering, type Verb } from "../verb.ts";

export const dropLedger = {
  says: "after every run was sealed: remove the ledger; the rows stay",
  needs: ["target"],
  takes: ["json"],
  ends: "0 done; 3 refused",
  event: answering({ runs: total }, ({ target }, { progress }) => runDropLedger({ target, progress })),
} as const satisfies Verb;

interface DropTask extends Pick<Task, "target"> {
  readonly progress?: Progress;
}

export async function runDropLedger({ target: url, progress }: DropTask) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  return { runs: await target.undo.dropLedger() };
}
