/** How far a copy is → how long it will take, by the units that are done: they are about equal, and there are many of them. */

export interface Forecast {
  /** Of the copy, 0 to 1. */
  readonly share: number;
  /** Minutes until the copy has ended; unknown while nothing is done yet. */
  readonly minutesLeft?: number;
  /** Whether it will end within the window, where one is given. */
  readonly fits?: boolean;
}

export interface CopySoFar {
  readonly units: number;
  readonly done: number;
  readonly startedAt: Date;
  readonly now: Date;
  /** Minutes from the beginning of the pass until everything has to be over. */
  readonly window: number | undefined;
}

export function forecast({ units, done, startedAt, now, window }: CopySoFar): Forecast {
  const share = units === 0 ? 0 : done / units;
  if (share === 0) return { share };
  const minutes = (now.getTime() - startedAt.getTime()) / 60_000;
  const minutesLeft = minutes / share - minutes;
  return window === undefined ? { share, minutesLeft } : { share, minutesLeft, fits: minutes + minutesLeft <= window };
}
