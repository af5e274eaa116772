/** Progress events → one moving line on a terminal, or a line for each phase where there is none. */
import ora from "ora";
import type { Progress } from "../../lambda/ports/progress.ts";
import { note } from "./print.ts";

const PHASES = {
  copy: "copying",
  repair: "repairing",
  build: "settling rows, building constraints and indexes",
  verify: "verifying",
  rollback: "rolling back",
  ended: "done",
} as const;

export interface TerminalProgress extends Progress {
  /** A step that is no phase of a run: starting engines, filling a table. */
  step(text: string): void;
  /** The step has come to its end. */
  done(): void;
  /** Whatever has not come to its end is left, and marked as such. */
  leave(): void;
}

/** Of what has no phases, only the servers and the locks it waits for. */
export const waits: Progress = {
  tell: (event) => {
    if (event.kind === "waiting")
      note(`waiting for ${event.waiting.what}, held by ${event.waiting.holders.join(" and ")}`);
    if (event.kind === "connecting") note(`connecting to ${event.to}, for at most ${event.seconds} s…`);
  },
};

/** Shows progress on standard error. */
export function terminalProgress(): TerminalProgress {
  // A terminal that says it is no columns wide would have the spinner wrap its line for ever.
  const isEnabled = process.stderr.isTTY && process.stderr.columns > 0;
  const spinner = ora({ stream: process.stderr, discardStdin: false, hideCursor: false, isEnabled });
  let current = "";
  const step = (text: string): void => {
    if (current !== "" && current !== text.split(":")[0]) spinner.succeed();
    const fresh = current !== text.split(":")[0];
    current = text.split(":")[0] ?? "";
    if (fresh) spinner.start(text);
    else spinner.text = text;
  };
  const leave = (): void => {
    if (current !== "") spinner.fail();
    current = "";
  };
  // However the process ends, nobody else writes on its line.
  process.once("exit", leave);
  return {
    step,
    leave,
    done: () => {
      if (current !== "") spinner.succeed();
      current = "";
    },
    tell: (event) => {
      if (event.kind === "warning") {
        const { where, problem, remedy } = event.finding;
        process.stderr.write(`worth a look: ${where}: ${problem}\n      → ${remedy}\n`);
        return;
      }
      if (event.kind === "working") return;
      if (event.kind === "waiting" || event.kind === "connecting") return waits.tell(event);
      if (event.kind === "phase") {
        if (event.phase !== "ended") step(PHASES[event.phase]);
        return;
      }
      const { done, units, read } = event.progress;
      step(`${PHASES.copy}: ${read.toLocaleString("en-US")} items, ${done} of ${units} units`);
    },
  };
}
