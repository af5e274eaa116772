/** The workflow's `copy`: one worker's share, until no unit is left that nobody holds. */
import { z } from "zod";
import { total } from "../contract.ts";
import { withPlanned } from "../opening.ts";
import { optionsAmong } from "../options.ts";
import { workflowCopy } from "../pipeline/workflow.ts";
import { answering, type WorkflowAction } from "../verb.ts";

export const copy = {
  takes: ["concurrency", "maxReadUnits", "maxRowsPerSecond", "maxQuarantine"],
  event: answering({ run: total, done: z.boolean() }, ({ said, ...place }, edge) =>
    withPlanned({ ...place, options: optionsAmong(said) }, edge, workflowCopy),
  ),
} as const satisfies WorkflowAction;
