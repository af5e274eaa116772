/** Who wants to know how far a run is: a terminal, a log. Reporting never fails a run. */
import type { Finding } from "../domain/migration-error.ts";
import type { Phase } from "./runs.ts";
import type { SourceSize, Spent } from "./source.ts";
import type { UnitProgress } from "./units.ts";

/** A lock that is not free. */
export interface Waiting {
  readonly what: string;
  /** By process of the database, with what each calls itself and does. */
  readonly holders: readonly string[];
}

/** How many tables something is done of. */
export interface TablesDone {
  readonly doing: "constraints and indexes" | "foreign keys" | "rows compared" | "relations checked";
  readonly done: number;
  readonly of: number;
}

export type Told = (done: TablesDone) => void;

export type ProgressEvent =
  /** Work on a run begins in this process. */
  | { readonly kind: "working" }
  | { readonly kind: "phase"; readonly phase: Phase; readonly run: number; readonly pass: number }
  | {
      readonly kind: "copied";
      readonly run: number;
      readonly pass: number;
      readonly progress: UnitProgress;
      /** By this process. */
      readonly spent?: Spent;
    }
  /** What the source says it holds, where it can say so. */
  | { readonly kind: "sized"; readonly size: SourceSize }
  /** Of a proof: single items are read again. */
  | { readonly kind: "spot checks" }
  /** Of a phase that goes table by table. */
  | ({ readonly kind: "tables" } & TablesDone)
  /** What does not stand in the way, and should be known before it is too late. */
  | { readonly kind: "warning"; readonly finding: Finding }
  | { readonly kind: "waiting"; readonly waiting: Waiting }
  /** A server has not answered yet, and is given up after so many seconds. */
  | { readonly kind: "connecting"; readonly to: string; readonly seconds: number };

export interface Progress {
  tell(event: ProgressEvent): void;
}
