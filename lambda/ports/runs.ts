/** The life of a run as the ledger keeps it. */
import type { Report } from "../domain/report.ts";

/** What a pass goes through, in order. A phase is entered only when the one before has ended. */
export type Phase = "copy" | "build" | "verify" | "ended";

export interface Run {
  readonly id: number;
  readonly pass: number;
  readonly phase: Phase;
  readonly source: string;
  /** Fingerprint of the mapping it began with. */
  readonly mapping: string;
  /** Seconds since 1970; items whose time-to-live is at or before it count as expired, in every pass. */
  readonly expiredAt: bigint;
  readonly startedAt: Date;
  /** A secret of the ledger: keys of source items stand in logs as hashes under it, so that nobody can guess them. */
  readonly logKey: string;
  /** The report of the last pass that ended. */
  readonly report?: Report;
}

export interface OpenRun {
  readonly source: string;
  /** Fingerprint of the mapping: a run goes on only with the mapping it began with. */
  readonly mapping: string;
  readonly now: Date;
}

export interface RunStore {
  /**
   * The run of this source: begun, resumed, or given a new pass where the last one ended. Creates or upgrades the ledger.
   * Throws MigrationError `mapping-changed` where the mapping is not the one the run began with.
   */
  open(request: OpenRun): Promise<Run>;
  /** Records that the run is in a phase. Phases only move forward within a pass. */
  enter(run: Run, phase: Phase, report?: Report): Promise<Run>;
  /** The runs in this target, newest first; empty where there is no ledger. */
  list(): Promise<readonly Run[]>;
}
