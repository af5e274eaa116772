/** How long what has failed for a reason that passes is left alone before it is tried again. */

export interface Pauses {
  readonly firstMs: number;
  /** Each may be twice as long as the one before it, up to this. */
  readonly longestMs: number;
}

/** Full jitter: those that were cut off together do not come back together. `retries` are those that were made already. */
export const pauseMs = ({ firstMs, longestMs }: Pauses, retries: number): number =>
  Math.random() * Math.min(firstMs * 2 ** retries, longestMs);
