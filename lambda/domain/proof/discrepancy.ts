/** What a check of the proof found, and the facts all checks are made from. */

import type { FingerprintSum } from "../decode/fingerprint.ts";
import type { ContentFacts, Example, LedgerFacts, RelationFacts } from "./evidence.ts";
import type { SpotFacts } from "./spot-check.ts";
import type { Tally } from "./tally.ts";

export type Check = "accounting" | "counts" | "content" | "relations" | "spot checks" | "completeness" | "recount";

/** Something the proof found. `count` counts all of it, `examples` name some. */
export interface Discrepancy {
  readonly check: Check;
  readonly subject: string;
  readonly problem: string;
  readonly remedy: string;
  readonly count: number;
  readonly examples: readonly Example[];
  /** The section of the report that names every one of them, where there is one. */
  readonly section?: "quarantine";
}

export interface Evidence {
  readonly tally: Tally;
  /** Nothing at all may be what the source holds. */
  readonly isEmptyAllowed: boolean;
  readonly ledger: LedgerFacts;
  readonly content: ContentFacts;
  readonly relations: RelationFacts;
  readonly spot: SpotFacts;
  /** Only where a second reading of the whole source was asked for. */
  readonly recount?: FingerprintSum;
}

export const found = (
  check: Check,
  subject: string,
  problem: string,
  remedy: string,
  count = 1,
  examples: readonly Example[] = [],
): Discrepancy => ({ check, subject, problem, remedy, count, examples });

/** `1 row is`, `2 rows are`. */
export const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const RUN_AGAIN = "run migrate again: a new pass reads and writes what is missing";
