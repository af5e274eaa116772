/** How often, for how long and after what pauses a service of AWS is asked again. */
import type { Pauses } from "./pause.ts";

/** With the pauses below: 25 s of a service that fails, 45 s of one that throttles. */
export const ATTEMPTS = 10;

/** Each attempt is given up after so long, and where nobody has ever answered there are only three. */
export const ATTEMPT_SECONDS = 10;
export const FIRST_ATTEMPTS = 3;
export const REACH_SECONDS = ATTEMPT_SECONDS * FIRST_ATTEMPTS;

/** A first request that takes longer is told to whoever waits. */
export const SLOW_MS = 1_000;

/** Before an attempt, by why the one before it failed: the words are the SDK's. All are drawn at random. */
export const PAUSES: Readonly<Record<"TRANSIENT" | "THROTTLING", Pauses>> = {
  TRANSIENT: { firstMs: 100, longestMs: 20_000 },
  THROTTLING: { firstMs: 500, longestMs: 20_000 },
};
