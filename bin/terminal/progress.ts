/** Progress events → one moving line on a terminal, or a plain one every ten seconds where there is none. */
import ora from "ora";
import type { Progress } from "../../lambda/ports/progress.ts";
import type { SourceSize } from "../../lambda/ports/source.ts";
import { note } from "./print.ts";
import { Step } from "./step.ts";

const PHASES = {
  copy: "copying",
  repair: "repairing",
  build: "settling rows, building constraints and indexes",
  verify: "verifying",
  rollback: "rolling back",
  ended: "done",
} as const;

export interface TerminalProgress extends Progress {
  /** A step that is no phase of a run: starting engines, filling a table; what stands behind a colon is how far it is. */
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

/** How often a line that moves is made anew, and how often one is written where none can move. */
const EVERY_MS = { moving: 500, plain: 10_000 };
/** The sign in front of it. */
const SIGN = 3;

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "" && value !== "false";

/** A terminal that says it is no columns wide would have the line wrap for ever. */
const canMove = (): boolean =>
  process.stderr.isTTY === true && process.stderr.columns > 0 && !isSet(process.env.CI) && !isSet(process.env.NO_COLOR);

/** Where a step is shown. */
interface Shown {
  begin(step: Step): void;
  refresh(step: Step): void;
  end(step: Step, isDone: boolean): void;
}

/** Shows progress on standard error. */
export function terminalProgress(): TerminalProgress {
  const shown = canMove() ? moving() : plain();
  let current: Step | undefined;
  let size: SourceSize | undefined;
  const end = (isDone: boolean): void => {
    if (current !== undefined) shown.end(current, isDone);
    current = undefined;
  };
  const begin = (label: string): Step => {
    if (current?.label === label) return current;
    end(true);
    current = new Step(label, size);
    shown.begin(current);
    return current;
  };
  // However the process ends, nobody else writes on its line.
  process.once("exit", () => end(false));
  return {
    step: (text) => {
      const [label = "", ...detail] = text.split(": ");
      const step = begin(label);
      step.says(detail.length === 0 ? undefined : detail.join(": "));
      shown.refresh(step);
    },
    leave: () => end(false),
    done: () => end(true),
    tell: (event) => {
      switch (event.kind) {
        case "warning": {
          const { where, problem, remedy } = event.finding;
          return note(`worth a look: ${where}: ${problem}\n      → ${remedy}`);
        }
        case "working":
          return;
        case "waiting":
        case "connecting":
          return waits.tell(event);
        case "sized":
          size = event.size;
          return;
        case "phase":
          if (event.phase !== "ended") begin(PHASES[event.phase]);
          return;
        case "tables":
          current?.tables(event);
          return;
        case "spot checks":
          current?.tables(undefined);
          current?.says("reading single items again");
          return;
        case "copied":
          begin(PHASES.copy).copied(event.progress, event.spent);
      }
    },
  };
}

function moving(): Shown {
  const spinner = ora({ stream: process.stderr, discardStdin: false, hideCursor: false, isEnabled: true });
  const width = (): number => Math.max(1, process.stderr.columns - SIGN);
  let timer: NodeJS.Timeout | undefined;
  let now: Step | undefined;
  const refresh = (step: Step): void => {
    spinner.text = step.text(width());
  };
  process.stderr.on("resize", () => {
    if (now === undefined) return;
    // A terminal that has become narrower has broken the line: all that has come of it goes.
    const rows = Math.ceil((spinner.text.length + SIGN) / Math.max(1, process.stderr.columns));
    process.stderr.moveCursor(0, 1 - rows);
    process.stderr.cursorTo(0);
    process.stderr.clearScreenDown();
    refresh(now);
  });
  return {
    refresh,
    begin: (step) => {
      now = step;
      spinner.start(step.text(width()));
      timer = setInterval(refresh, EVERY_MS.moving, step).unref();
    },
    end: (step, isDone) => {
      clearInterval(timer);
      now = undefined;
      const text = step.ended(width());
      if (isDone) spinner.succeed(text);
      else spinner.fail(text);
    },
  };
}

function plain(): Shown {
  let timer: NodeJS.Timeout | undefined;
  const tell = (step: Step): void => note(step.text(Number.POSITIVE_INFINITY));
  return {
    refresh: () => undefined,
    begin: (step) => {
      note(step.label);
      timer = setInterval(tell, EVERY_MS.plain, step).unref();
    },
    end: (step, isDone) => {
      clearInterval(timer);
      note(`${isDone ? "✔" : "✖"} ${step.ended(Number.POSITIVE_INFINITY)}`);
    },
  };
}
