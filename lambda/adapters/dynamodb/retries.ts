/**
 * A failed request → whether and when it is sent again. The SDK's own strategy is not used for its quota: 500 tokens
 * for all requests of a client, lost faster than they come back as soon as pages take three attempts and more. A
 * table that throttles all the time ended a scan after 45 pages, with 2 of 10 attempts made.
 */
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { ATTEMPTS, PAUSES } from "../../domain/patience.ts";
import { pauseMs } from "../../domain/pause.ts";

type RetryStrategy = Extract<NonNullable<DynamoDBClientConfig["retryStrategy"]>, { acquireInitialRetryToken: unknown }>;

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
      const pauses = errorType === "TRANSIENT" || errorType === "THROTTLING" ? PAUSES[errorType] : undefined;
      // The SDK takes a refusal as the end and throws the service's own error.
      if (pauses === undefined || retries + 1 >= attempts()) throw new Error("no further attempt");
      onRetry(errorType === "THROTTLING");
      return token(retries + 1, pauseMs(pauses, retries) / shorten);
    },
    recordSuccess: () => undefined,
  };
}
