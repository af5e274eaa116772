/** How far a pass is → how long it will take until it is proven, by what is done of it and by how long the rest takes elsewhere. */

export interface Forecast {
  /** Of the copy, 0 to 1. */
  readonly share: number;
  /** Minutes until the copy has ended; unknown while nothing is done yet. */
  readonly minutesLeft?: number;
  /** Minutes until all is built and proven. */
  readonly minutesToEnd?: number;
  /** Whether that is within the window, where one is given. */
  readonly fits?: boolean;
  /** Why that is not known, where it is asked for. */
  readonly unknown?: string;
}

export interface SoFar {
  readonly phase: string;
  readonly units: number;
  readonly done: number;
  readonly read: number;
  /** Items the source said it holds. */
  readonly expected: number | undefined;
  /** Of the pass, and of the phase it is in. */
  readonly startedAt: Date;
  readonly enteredAt: Date;
  readonly now: Date;
  /** What building and proving may take: minutes, as far as anything is known of it. */
  readonly after: { readonly build: number; readonly verify: number } | undefined;
  /** Minutes from the beginning of the pass until everything has to be over. */
  readonly window: number | undefined;
}

const MINUTE = 60_000;

export function forecast(sofar: SoFar): Forecast {
  const { phase, startedAt, enteredAt, now, after, window } = sofar;
  const share = shareOf(sofar);
  const minutes = (now.getTime() - startedAt.getTime()) / MINUTE;
  const copying = phase !== "copy" ? {} : share === 0 ? {} : { minutesLeft: minutes / share - minutes };
  const unknown = whyNot(sofar, share);
  if (unknown !== undefined) return window === undefined ? { share, ...copying } : { share, ...copying, unknown };
  const { build = 0, verify = 0 } = after ?? {};
  const inPhase = (now.getTime() - enteredAt.getTime()) / MINUTE;
  const rest = {
    copy: (copying.minutesLeft ?? 0) + build + verify,
    build: Math.max(0, build - inPhase) + verify,
    verify: Math.max(0, verify - inPhase),
  }[phase];
  if (rest === undefined) return { share, ...copying };
  const told = { share, ...copying, minutesToEnd: rest };
  return window === undefined ? told : { ...told, fits: minutes + rest <= window };
}

/** By items, where the source has said how many there are: a unit that is large counts while it is read. */
function shareOf({ units, done, read, expected }: SoFar): number {
  if (units > 0 && done === units) return 1;
  if (expected !== undefined && expected > 0) return Math.min(0.99, read / expected);
  return units === 0 ? 0 : done / units;
}

function whyNot({ phase, after }: SoFar, share: number): string | undefined {
  if (phase === "ended") return "it has ended";
  if (phase === "repair") return "a repair reads single items, and how long that takes is not known before";
  if (phase === "rollback") return "it is being rolled back";
  if (phase === "copy" && share === 0) return "nothing has been read yet";
  return after === undefined ? "how long building and proving take is not known yet" : undefined;
}
