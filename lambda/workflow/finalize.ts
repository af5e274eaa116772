/** The workflow's `finalize`: what is left is copied, then everything is settled and built. */
import { z } from "zod";
import { total } from "../contract.ts";
import { withPlanned } from "../opening.ts";
import { optionsAmong } from "../options.ts";
import { workflowFinalize } from "../pipeline/workflow.ts";
import { answering, type WorkflowAction } from "../verb.ts";

export const finalize = {
  takes: ["concurrency", "maxReadUnits", "prune", "allowEmpty"],
  event: answering({ run: total, done: z.boolean() }, ({ said, ...place }, edge) =>
    withPlanned({ ...place, options: optionsAmong(said) }, edge, workflowFinalize),
  ),
} as const satisfies WorkflowAction;
