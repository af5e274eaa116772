/** The workflow's `plan`: everything is checked, the run begun or gone on with, and the workers named. */
import { z } from "zod";
import { total } from "../contract.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { withMigration } from "../opening.ts";
import { optionsAmong } from "../options.ts";
import { plan as begin } from "../pipeline/migrate.ts";
import { answering, STEPS, type WorkflowAction } from "../verb.ts";

/** Of a workflow whose event does not say; and units for each, so that a large one at the end keeps nobody waiting long. */
const WORKERS = 4;
const UNITS_PER_WORKER = 16;

/** The event of each step, with what the input says to it, which was checked. */
export const eventsOf = (input: Input = {}): Record<string, z.infer<typeof stepSchema>> =>
  Object.fromEntries(
    STEPS.filter((step) => step !== "export").map((step) => [step, { ...Object(input[step]), action: step }]),
  );

type Input = Readonly<Record<string, unknown>>;

const stepSchema = z.looseObject({ action: z.string() });

export const plan = {
  takes: ["units", "remap", "workers", "input"],
  event: answering(
    {
      run: total,
      pass: total,
      workers: z.array(total).readonly(),
      /** What the workflow is to ask for from then on, by step. */
      events: z.record(z.string(), stepSchema).readonly(),
    },
    async ({ said, ...place }, edge) => {
      const { workers = WORKERS, input } = said;
      if (input?.export !== undefined && place.live === undefined) {
        const remedy = 'leave "export" out of the input, or write "exports": true into the settings of its stack';
        throw new MigrationError("settings", "this function reads the table itself, and asks for no exports", remedy);
      }
      const { plan: own, ...events } = eventsOf(input);
      const options = { units: workers * UNITS_PER_WORKER, ...optionsAmong({ ...own, ...said }) };
      const { id, pass } = await withMigration({ ...place, options }, edge, begin);
      return { run: id, pass, workers: Array.from({ length: workers }, (_, worker) => worker), events };
    },
  ),
} as const satisfies WorkflowAction;
