/** Single items of the ledger and single rows of the target, for the spot checks. */
import type { Contribution } from "../domain/decode/decode.ts";
import type { HeldRow, SampledItem } from "../domain/proof/spot-check.ts";
import type { Run } from "./runs.ts";

/** What an item gives, by the item's hash. */
export interface Given {
  readonly item: string;
  readonly contribution: Contribution;
}

export interface SpotRows {
  /** Up to `perEntity` migrated items of each entity: the same for the same seed and the same ledger. Items this pass did not see are left out. */
  sample(run: Run, seed: number, perEntity: number): Promise<readonly SampledItem[]>;
  /** For each contribution, of one item or of many, in order, what the target has of it. */
  rows(run: Run, given: readonly Given[]): Promise<readonly HeldRow[]>;
}
