/** Rows that are not what was written, and items in quarantine, mended one by one instead of by a new pass. */
import type { Decoded } from "../domain/decode/decode.ts";
import type { RepairCounts } from "../domain/proof/report.ts";
import type { Run } from "./runs.ts";

/** An item a repair reads again. */
export interface DamagedItem {
  readonly item: string;
  /** Its key as the ledger has it; the position of a record without one. */
  readonly source: string;
}

export interface Repairs {
  /**
   * Looks for damage and writes it down, takes constraints down, and moves the run to `repair`; goes on with what is written
   * down where an earlier repair was interrupted. Rows that are there and hold something else are counted and left alone but
   * with `force`. Throws MigrationError `sealed`, `in-use`, or `no-run` where no pass has been copied yet.
   */
  begin(run: Run, force: boolean): Promise<{ readonly run: Run; readonly left: number }>;
  /** Some items that are still to be mended; none at the end. */
  next(run: Run): Promise<readonly DamagedItem[]>;
  /**
   * Mends these in one transaction, given the versions of each that the source holds now, none where it is gone; what is not
   * told could not be read again.
   */
  mend(run: Run, items: readonly DamagedItem[], now: ReadonlyMap<string, readonly Decoded[]>): Promise<RepairCounts>;
}
