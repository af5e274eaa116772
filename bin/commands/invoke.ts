/** `invoke`: what a stack has deployed is started, followed, and its report printed. Nothing is migrated from here. */
import { setTimeout as sleep } from "node:timers/promises";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { answered } from "../../lambda/verb.ts";
import { report as reporting } from "../../lambda/verbs/report.ts";
import { status as telling } from "../../lambda/verbs/status.ts";
import { EXIT } from "../terminal/exit.ts";
import { note } from "../terminal/print.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { stopSignal } from "../terminal/stop.ts";
import { show, writeJson } from "./answer.ts";
import { asking } from "./aws-errors.ts";
import { command } from "./command.ts";

/** Between two looks at the execution; each asks the function how far it is. */
const LOOK_AGAIN_MS = 5_000;

export const invoke = command("invoke", async ({ stack, region, json }) => {
  // With three SDKs: who invokes nothing can do without.
  const { deployed } = await import("./deployed.ts");
  using there = deployed({ region });
  const told = <T>(work: () => Promise<T>): Promise<T> => asking({ stack, region }, work);
  const progress = terminalProgress();
  const signal = stopSignal();
  try {
    const outputs = await told(() => there.outputsOf(stack));
    progress.step("starting");
    const executionArn = await told(() => there.start(outputs));
    const status = await told(() => follow());
    if (status === "SUCCEEDED") progress.done();
    else progress.leave();
    if (status === undefined) {
      note(`still running: ${executionArn}`);
      process.exitCode = EXIT.incomplete;
      return;
    }
    const answer = answered(reporting.event, await told(() => there.ask(outputs, { action: "report" })));
    if (answer === undefined) {
      const problem = `the execution ended as ${status}, and there is no report of it`;
      throw new MigrationError("no-run", problem, `look at its last step: ${executionArn}`);
    }
    const report = answer.report as unknown as Report;
    await writeJson(json, report);
    show(report);
    // A report of before is not the answer to an execution that never came so far.
    if (status !== "SUCCEEDED" && process.exitCode === EXIT.verified) {
      note(`the execution ended as ${status}; this is the report of an earlier one`);
      process.exitCode = EXIT.refused;
    }

    async function follow(): Promise<string | undefined> {
      for (;;) {
        const is = await there.statusOf(executionArn);
        if (is !== "RUNNING" && is !== "PENDING_REDRIVE") return is;
        const far = answered(telling.event, await there.ask(outputs, { action: "status" }));
        // Where exports are read they are made first, which takes minutes.
        progress.step(far === undefined ? "waiting for a run, or the exports it reads" : farText(far));
        await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return undefined;
      }
    }
  } finally {
    progress.leave();
  }
});

interface Far {
  readonly phase: string;
  readonly read: number;
  readonly units: number;
  readonly done: number;
  readonly minutesToEnd?: number;
}

function farText({ phase, read, units, done, minutesToEnd }: Far): string {
  const left = minutesToEnd === undefined ? "" : `, about ${Math.ceil(minutesToEnd)} minutes until it is proven`;
  return `${phase}: ${read.toLocaleString("en-US")} items read, ${done} of ${units} units${left}`;
}
