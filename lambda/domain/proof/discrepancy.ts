/** What a check of the proof found, and the facts all checks are made from. */

import { ignoredText, namesOf } from "../../mapping/attribute-path.ts";
import type { FingerprintSum } from "../decode/fingerprint.ts";
import type { ContentFacts, Example, HeldBack, LedgerFacts, RelationFacts } from "./evidence.ts";
import type { ExportFacts } from "./exports.ts";
import type { SpotFacts } from "./spot-check.ts";
import type { Tally } from "./tally.ts";

export type Check = "accounting" | "counts" | "content" | "relations" | "spot checks" | "completeness" | "recount";

/** What a discrepancy has in common with others, so that one may be found to come from the other. */
export type About =
  | { readonly kind: "orphans"; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: "nulls"; readonly table: string; readonly column: string }
  | { readonly kind: "rows missing"; readonly table: string }
  /** `rows`: those that differ, beside any that are missing. */
  | { readonly kind: "rows differ"; readonly table: string; readonly rows: number }
  /** Items read once more, and the tables whose rows they disagree with. */
  | { readonly kind: "items differ"; readonly tables: readonly string[] }
  | { readonly kind: "quarantine"; readonly reason: string; readonly entity: string | null }
  | { readonly kind: "rows behind quarantine"; readonly entity: string };

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
  readonly about?: About;
  /** The last words of the remedy, where they are a command: as they are typed. */
  readonly command?: string;
}

export interface Evidence {
  readonly tally: Tally;
  /** Nothing at all may be what the source holds. */
  readonly isEmptyAllowed: boolean;
  readonly ledger: LedgerFacts;
  readonly content: ContentFacts;
  readonly relations: RelationFacts;
  /** Items in quarantine that would have given what others miss. */
  readonly heldBack: readonly HeldBack[];
  readonly spot: SpotFacts;
  /** Where the source is read export by export: those this pass has applied. */
  readonly exports?: readonly ExportFacts[];
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

// What leads on, as it is typed: test/e2e/remedies.test.ts does what each of these says.

export const MISSING_PARENT =
  "put the missing item into the source, or correct those that point to it; or, where rows may point to nothing, take .references() from the column in tables.ts; then run migrate";

export const MISSING_PART =
  "put the item that gives this part of the row into the source, or make the column .nullable() in tables.ts; then run migrate";

export const SHARED_VALUE = "correct the items named, or take .unique() from the column in tables.ts; then run migrate";

export const STALE_REPEAT =
  "correct the items named, or, where it may differ, take the column from .repeats() in tables.ts; then run migrate";

export const MISSING_COPY =
  "put the items that are missing into the source, or take { copies } from .duplicates() in tables.ts; then run migrate";

export const BROKEN_CHECK = "correct the items named, or the condition in tables.ts; then run migrate";

/** Of a place in items, by its path. What stands in an element of a list cannot be left behind alone. */
export function unread(entity: string, path: string): string {
  const read = "read it in a column and run migrate --remap";
  const names = namesOf(path);
  if (names === undefined)
    return `${read}: it stands inside ${path.split(/[.[]/, 1)[0]}, of which other parts are read, and cannot be left behind alone`;
  return `${read}; or leave it behind, ignore: [${ignoredText(names)}] of item ${entity} in items.ts, and run migrate`;
}

/** Rows of which tables.ts says what two items mean that give one: another policy makes other rows. */
const anew = (policy: string): string =>
  `correct one of them in the source and run migrate, with --prune where its key becomes another one; or run rollback, ${policy} in tables.ts, and migrate anew`;

export const COLLISION = anew("choose a .duplicates() policy");
export const CONFLICT = anew("choose .duplicates({ latest: COLUMN })");
export const DIFFERENCE = anew("give each a column of its own");
