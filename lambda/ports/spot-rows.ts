/** Single items of the ledger and single rows of the target, for the spot checks. */
import type { Contribution } from "../domain/decode/decode.ts";
import type { HeldRow, SampledItem } from "../domain/proof/spot-check.ts";
import type { Run } from "./runs.ts";

export interface SpotRows {
  /** Up to `perEntity` migrated items of each entity: the same for the same seed and the same ledger. Items this pass did not see are left out. */
  sample(run: Run, seed: number, perEntity: number): Promise<readonly SampledItem[]>;
  /** For each contribution, in order, what the target has of it. */
  rows(run: Run, item: string, contributions: readonly Contribution[]): Promise<readonly HeldRow[]>;
}
