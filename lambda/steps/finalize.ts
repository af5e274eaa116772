/** The step `finalize`: what is left is copied, then everything is settled and built. */
import { z } from "zod";
import { total } from "../contract.ts";
import { withPlanned } from "../opening.ts";
import { optionsAmong } from "../options.ts";
import { finalizeStep } from "../pipeline/steps.ts";
import { answering, type Step } from "../verb.ts";

export const finalize = {
  takes: ["concurrency", "maxReadUnits", "prune", "allowEmpty"],
  event: answering({ run: total, done: z.boolean() }, ({ said, ...place }, edge) =>
    withPlanned({ ...place, options: optionsAmong(said) }, edge, finalizeStep),
  ),
} as const satisfies Step;
