/**
 * A failed request → whether and when it is sent again. The SDK's own strategy is not used for its quota: 500 tokens
 * for all requests of a client, lost faster than they come back as soon as pages take three attempts and more. A
 * table that throttles all the time ended a scan after 45 pages, with 2 of 10 attempts made.
 */
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { pauseMs } from "../../domain/pause.ts";

type RetryStrategy = Extract<NonNullable<DynamoDBClientConfig["retryStrategy"]>, { acquireInitialRetryToken: unknown }>;

/** With the pauses below: 25 s of a service that fails, 45 s of a table that throttles. */
export const ATTEMPTS = 10;

/** The longest first pause. Each next one may be twice as long, up to 20 s, and all are drawn at random. */
const FIRST_PAUSE_MS: Record<string, number> = { TRANSIENT: 100, THROTTLING: 500 };
const LONGEST_PAUSE_MS = 20_000;

/** Whether it was because the table throttles. */
export type OnRetry = (isThrottled: boolean) => void;

const token = (retries: number, pauseMs: number) => ({
  getRetryCount: () => retries,
  getRetryDelay: () => pauseMs,
});

/** Tells `onRetry` of every request that is sent again. `shorten` is for tests that have no minute. */
export function patientRetries(
  shorten = 1,
  onRetry: OnRetry = () => undefined,
  attempts: () => number = () => ATTEMPTS,
): RetryStrategy {
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (used, { errorType }) => {
      const retries = used.getRetryCount();
      const first = FIRST_PAUSE_MS[errorType];
      // The SDK takes a refusal as the end and throws the service's own error.
      if (first === undefined || retries + 1 >= attempts()) throw new Error("no further attempt");
      onRetry(errorType === "THROTTLING");
      return token(retries + 1, pauseMs({ firstMs: first, longestMs: LONGEST_PAUSE_MS }, retries) / shorten);
    },
    recordSuccess: () => undefined,
  };
}
