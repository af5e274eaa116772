/** Items that a pass has read more than once, where its source does not promise that keys are unique. */
import type { Decode, Decoded } from "../domain/decode/decode.ts";
import type { Run } from "./runs.ts";

/** What has to be done before the rows of a pass can be settled. */
export interface ToDecide {
  /** Items of which one record alone does not say what they are. */
  readonly items: number;
  /** Units of the pass that have still to be read again, to have the copies of those items side by side, and from where. */
  readonly units: readonly { readonly unit: string; readonly cursor: string | undefined }[];
}

/** Each call may be repeated, and made beside another process; none has an effect once the run has gone on from `build`. */
export interface Repeats {
  /** Looks through what the pass has read, and writes down what it finds. */
  find(run: Run): Promise<ToDecide>;
  /**
   * Keeps the copies that are among the records of a page, and where its unit is read on: after its last page it is not. Throws
   * MigrationError `source-changed` where all units were read, and not everything the pass has read was there: they are read anew.
   */
  keep(run: Run, unit: string, page: readonly Decoded[], next: string | undefined): Promise<void>;
  /**
   * Decides some of the items whose copies are kept, in one transaction: rows, quarantine and counts become those of the set
   * of their versions. Says whether there may be more.
   */
  decide(run: Run, decode: Decode): Promise<boolean>;
}
