/** `status`: how far a run is. */
import { z } from "zod";
import { NO_MAPPING, openTarget } from "../compose.ts";
import { total } from "../contract.ts";
import { forecast } from "../domain/forecast.ts";
import type { Progress } from "../ports/progress.ts";
import { runOfNumber } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const status = {
  says: "how far a run is, and how long it will take",
  needs: ["target"],
  takes: ["run", "window", "json"],
  ends: "0 told; 3 refused",
  event: answering(
    {
      run: total,
      pass: total,
      phase: z.string(),
      units: total,
      done: total,
      pages: total,
      read: total,
      stopping: z.boolean(),
      sealed: z.boolean(),
      /** Of the newest proof, and when it was made. */
      verdict: z.enum(["verified", "discrepant", "incomplete", "refused"]).exactOptional(),
      provenAt: z.string().exactOptional(),
      sealedAt: z.string().exactOptional(),
      minutesLeft: z.number().exactOptional(),
      fits: z.boolean().exactOptional(),
    },
    async ({ target, said }, { progress }) => {
      const { is, left } = await runStatus(target, said.run, said.window, progress);
      const { source: _, ...shown } = is;
      return { ...shown, ...left };
    },
  ),
} as const satisfies Verb;

/** How far a run is, the newest where none is named; and, while it copies, how much of that is done and what is left. */
export async function runStatus(url: string, number?: number, window?: number, progress?: Progress) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  const { id, pass, phase, source, startedAt, sealedAt, report } = run;
  const { units, done, pages, read, stopping } = await target.queue.progress(run);
  const { share, ...left } = forecast({ units, done, startedAt, now: new Date(), window });
  const is = {
    ...{ run: id, pass, phase, source, units, done, pages, read, stopping, sealed: sealedAt !== undefined },
    ...(report === undefined ? {} : { verdict: report.verdict, provenAt: report.finishedAt }),
    ...(sealedAt === undefined ? {} : { sealedAt: sealedAt.toISOString() }),
  };
  return { is, share, left: phase === "copy" ? left : {} };
}
