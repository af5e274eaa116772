/** `status`: how far a run is. */
import { z } from "zod";
import { NO_MAPPING, openTarget } from "../compose.ts";
import { total } from "../contract.ts";
import { RATES } from "../domain/estimate/rates.ts";
import { forecast } from "../domain/forecast.ts";
import type { Progress } from "../ports/progress.ts";
import type { Run } from "../ports/runs.ts";
import { runOfNumber } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const status = {
  says: "how far a run is, and how long it will take",
  needs: ["target"],
  takes: ["run", "window", "watch", "json"],
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
      /** Items the source said it holds, and whether it is sure. */
      expected: total.exactOptional(),
      isExact: z.boolean().exactOptional(),
      /** Of the copy, and until everything is proven. */
      minutesLeft: z.number().exactOptional(),
      minutesToEnd: z.number().exactOptional(),
      fits: z.boolean().exactOptional(),
      unknown: z.string().exactOptional(),
    },
    async ({ target, said }, { progress }) => {
      const { is, left } = await runStatus(target, said.run, said.window, progress);
      const { source: _, ...shown } = is;
      return { ...shown, ...left };
    },
  ),
} as const satisfies Verb;

/** How far a run is, the newest where none is named; how much of it is done, and what is left until it is proven. */
export async function runStatus(url: string, number?: number, window?: number, progress?: Progress) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  const { id, pass, phase, source, startedAt, entered, size, sealedAt, report } = run;
  const { units, done, pages, read, stopping } = await target.queue.progress(run);
  const now = new Date();
  const { share, ...left } = forecast({
    ...{ phase, units, done, read, expected: size?.items, startedAt, now, window },
    enteredAt: entered.at(-1)?.at ?? startedAt,
    after: afterCopying(run, Math.max(read, size?.items ?? 0)),
  });
  const is = {
    ...{ run: id, pass, phase, source, units, done, pages, read, stopping, sealed: sealedAt !== undefined },
    ...(size === undefined ? {} : { expected: size.items, isExact: size.isExact }),
    ...(report === undefined ? {} : { verdict: report.verdict, provenAt: report.finishedAt }),
    ...(sealedAt === undefined ? {} : { sealedAt: sealedAt.toISOString() }),
  };
  return { is, share, left };
}

/** Minutes: as the newest proof found them, or by what an item took where it was measured. */
function afterCopying({ report, pass }: Run, items: number): { build: number; verify: number } | undefined {
  const timed = (phase: "build" | "verify"): number | undefined => {
    const { startedAt, finishedAt } = report?.phases.find((each) => each.phase === phase) ?? {};
    return startedAt === undefined || finishedAt === undefined
      ? undefined
      : (Date.parse(finishedAt) - Date.parse(startedAt)) / 60_000;
  };
  const [build, verify] = [timed("build"), timed("verify")];
  if (build !== undefined && verify !== undefined) return { build, verify };
  if (items === 0) return undefined;
  const rates = pass === 1 ? RATES.first : RATES.second;
  const minutes = ({ client, postgres }: { client: number; postgres: number }) => (items * (client + postgres)) / 60e6;
  return { build: minutes(rates.build), verify: minutes(rates.verify) };
}
