/**
 * Single items, read a second time, against single rows, column by column: a check that shares no sum and no fingerprint
 * with the others. What differs because the item was written to since is told apart from what is wrong.
 */

import { canonicalOf } from "../decode/cell.ts";
import type { Contribution, Contributions, Decoded } from "../decode/decode.ts";
import type { Example } from "./evidence.ts";

/** An item of the sample, as the ledger knows it. */
export interface SampledItem {
  readonly item: string;
  readonly entity: string;
  /** Its key as DynamoDB-JSON. */
  readonly source: string;
  readonly fingerprint: string;
  /** Versions of it that Postgres has refused: the next one counts. */
  readonly refused: readonly string[];
}

/** What the target has for one contribution: its columns as canonical texts, or why it has none. */
export type HeldRow =
  | { readonly kind: "held"; readonly values: readonly (string | null)[] }
  | { readonly kind: "parked" | "missing" };

export interface SpotExample extends Example {
  readonly kind: "changed" | "wrong";
  readonly detail: string;
}

export interface SpotFacts {
  readonly seed: number;
  /** Items the sample was drawn from. */
  readonly population: number;
  readonly sampled: number;
  /** Items sampled of each entity that was not sampled whole; absent where all were. */
  readonly ofEach?: number;
  readonly changed: number;
  readonly wrong: number;
  readonly examples: readonly SpotExample[];
  /** Why nothing was sampled, where nothing could be. */
  readonly impossible?: string;
}

/** Why an item of the sample cannot be compared row by row, or the rows it gives. */
export function compareItem(
  sampled: SampledItem,
  now: Decoded | undefined,
  frozen: boolean,
): SpotExample | Contributions {
  const say = (kind: SpotExample["kind"], detail: string) => ({ kind, detail, source: sampled.source });
  // A frozen source cannot have changed: there, whatever differs is wrong.
  const changed = frozen ? "wrong" : "changed";
  if (now === undefined) return say(changed, "the source no longer has the item");
  if (now.fingerprint !== sampled.fingerprint) return say(changed, "the item was written to since it was read");
  if (now.outcome.kind !== "rows") return say("wrong", `the item was migrated, but it is ${now.outcome.kind}`);
  return now.outcome.contributions;
}

/** Compares a row that an item gives with what the target has of it. Empty where they agree. */
export const compareRow = ({ source }: SampledItem, row: Contribution, held: HeldRow): SpotExample[] =>
  differencesOf(row, held).map((detail) => ({ kind: "wrong", detail, source, table: row.table.name, key: row.key }));

function differencesOf({ facet, cells }: Contribution, held: HeldRow): string[] {
  switch (held.kind) {
    case "parked":
      return [];
    case "missing":
      return ["the row is not there"];
    case "held":
      return facet.columns.flatMap(({ name }, at) =>
        canonicalOf(cells[at] ?? null) === (held.values[at] ?? null)
          ? []
          : [`column ${name} does not hold what the item holds`],
      );
  }
}

/**
 * What a clean sample shows: with 95 % confidence, at most this share of any one entity's items is wrong. Over all
 * entities together nothing is claimed, because a rare entity is sampled as often as a frequent one.
 */
export function upperBound({ sampled, ofEach }: Pick<SpotFacts, "sampled" | "ofEach">): number {
  if (ofEach === undefined) return sampled === 0 ? 1 : 0;
  return ofEach === 0 ? 1 : 1 - 0.05 ** (1 / ofEach);
}
