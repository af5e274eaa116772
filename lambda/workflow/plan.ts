/** The workflow's `plan`: everything is checked, the run begun or gone on with, and the workers named. */
import { z } from "zod";
import { total } from "../contract.ts";
import { withMigration } from "../opening.ts";
import { optionsAmong } from "../options.ts";
import { plan as begin } from "../pipeline/migrate.ts";
import { answering, type WorkflowAction } from "../verb.ts";

/** Of a workflow whose event does not say; and units for each, so that a large one at the end keeps nobody waiting long. */
const WORKERS = 4;
const UNITS_PER_WORKER = 16;

export const plan = {
  takes: ["units", "remap", "workers"],
  event: answering(
    { run: total, pass: total, workers: z.array(total).readonly() },
    async ({ said, ...place }, edge) => {
      const { workers = WORKERS } = said;
      const options = { units: workers * UNITS_PER_WORKER, ...optionsAmong(said) };
      const { id, pass } = await withMigration({ ...place, options }, edge, begin);
      return { run: id, pass, workers: Array.from({ length: workers }, (_, worker) => worker) };
    },
  ),
} as const satisfies WorkflowAction;
