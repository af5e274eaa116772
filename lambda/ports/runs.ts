/** The life of a run as the ledger keeps it. */
import type { AppliedExport, ExportsAtHand } from "../domain/chain.ts";
import type { MappingParts } from "../domain/decode/mapping-parts.ts";
import type { Report } from "../domain/proof/report.ts";
import type { SourceSize } from "./source.ts";

/**
 * What a pass goes through, in order. A phase is entered only when the one before has ended; `repair` is entered from the
 * end, and leads there again; from `rollback` nothing leads back.
 */
export type Phase = "copy" | "repair" | "build" | "verify" | "ended" | "rollback";

export interface Run {
  readonly id: number;
  readonly pass: number;
  readonly phase: Phase;
  /** Grows with everything that begins: a pass, a repair, a rollback. */
  readonly epoch: number;
  /** Wishes to stop that were known when it was opened; any more than that are to be obeyed. */
  readonly stops: number;
  readonly source: string;
  /** Fingerprint of the mapping it goes by. */
  readonly mapping: string;
  /** That mapping part by part, and the numbers its parts have in the ledger. */
  readonly parts: MappingParts;
  /** Seconds since 1970; items whose time-to-live is at or before it count as expired, in every pass. */
  readonly expiredAt: bigint;
  readonly startedAt: Date;
  /** The phases of the pass so far, each with the moment it was entered, by the database's clock. */
  readonly entered: readonly { readonly phase: Phase; readonly at: Date }[];
  /** What the source said it holds when the pass began, or was gone on with. */
  readonly size?: SourceSize;
  /** The exports this pass has applied, and the one it applies now, in their order; none where the source is read as a whole. */
  readonly exports: readonly AppliedExport[];
  /** Where exports of the source were found, in this pass and before. */
  readonly places: readonly string[];
  /** A secret of the ledger: keys of source items stand in logs as hashes under it, so that nobody can guess them. */
  readonly logKey: string;
  /** The newest proof. */
  readonly report?: Report;
  /** Since when the rows belong to the application. */
  readonly sealedAt?: Date;
}

export interface OpenRun {
  readonly source: string;
  /** Fingerprint of the mapping. */
  readonly mapping: string;
  readonly parts: MappingParts;
  /** Go on with a mapping in which entities have changed, and write their items again. */
  readonly remap: boolean;
  readonly now: Date;
  readonly size?: SourceSize;
  /** Where the source is read export by export. */
  readonly exports?: ExportsAtHand;
  /** Remove what the source no longer gives, also where nothing of it is newer. */
  readonly prune?: boolean;
}

export interface RunStore {
  /**
   * The run of this source: begun, resumed, or given a new pass where the last one ended or the mapping has changed since. Of exports
   * the pass goes on with the next one, or stays as it ended where none is newer; where one was damaged, a new pass begins.
   * Creates or upgrades the ledger. A wish to stop of before is over for whoever opens it. Throws MigrationError `mapping-changed` where the run
   * cannot go on with this mapping, `sealed` where it may not go on at all.
   */
  open(request: OpenRun): Promise<Run>;
  /**
   * Records that the run is in a phase, and the newest proof with it; a phase is entered from the one before. Where another
   * process has done the same, what it did stands. Throws MigrationError `moved-on` where something else was begun since.
   */
  enter(run: Run, phase: "build" | "verify" | "ended", report?: Report): Promise<Run>;
  /** The runs in this target, newest first; empty where there is no ledger. */
  list(): Promise<readonly Run[]>;
}
