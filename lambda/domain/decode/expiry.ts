/** Tells whether an item had expired when the run began. The clock is the run's, so that every pass and worker agrees. */
import { own } from "../../mapping/own.ts";
import type { Item } from "./attribute.ts";
import { canonicalNumber } from "./number.ts";

/** `cutoff` in seconds since 1970. An attribute that is not a number does not expire an item, as in DynamoDB. */
export function hasExpired(item: Item, attribute: string, cutoff: bigint): boolean {
  const value = own(item, attribute);
  if (value === undefined || !("N" in value)) return false;
  const seconds = canonicalNumber(value.N);
  if (seconds === undefined) return false;
  return BigInt(seconds.split(".")[0] ?? "0") <= cutoff;
}
