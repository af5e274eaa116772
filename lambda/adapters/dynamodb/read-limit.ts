/** How much of a table's read capacity is taken where nobody says: half of what is certain, so that who else reads keeps the other half. */
import type { TableDescription } from "@aws-sdk/client-dynamodb";

const SHARE = 0.5;

/**
 * Read capacity units a second that one partition gives, on demand and provisioned. An on-demand table gives more in all, but all
 * readers may be in the same partition at some time.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const OF_A_PARTITION = 3_000;

export interface ReadLimit {
  readonly unitsPerSecond: number;
  /** What it is half of. */
  readonly of: string;
}

/** `none` lifts it. */
export type SaidLimit = number | "none" | undefined;

export function usualLimit({ ProvisionedThroughput, OnDemandThroughput }: TableDescription): ReadLimit {
  const half = (units: number, of: string): ReadLimit => ({ unitsPerSecond: Math.max(1, units * SHARE), of });
  // An on-demand table has none provisioned; one that never was has no billing mode to tell it by.
  const provisioned = ProvisionedThroughput?.ReadCapacityUnits ?? 0;
  if (provisioned > 0) return half(provisioned, "what is provisioned");
  const most = OnDemandThroughput?.MaxReadRequestUnits ?? 0;
  if (most > 0 && most < OF_A_PARTITION) return half(most, "what the table is allowed at most");
  return half(OF_A_PARTITION, "what one partition of a table gives");
}

/** A server on this machine serves nobody else. */
export function isOwn(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return false;
  const { hostname } = new URL(endpoint);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
