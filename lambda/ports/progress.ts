/** Who wants to know how far a run is: a terminal, a log. Reporting never fails a run. */
import type { Phase } from "./runs.ts";
import type { UnitProgress } from "./units.ts";

export type ProgressEvent =
  | { readonly kind: "phase"; readonly phase: Phase; readonly run: number; readonly pass: number }
  | { readonly kind: "copied"; readonly progress: UnitProgress };

export interface Progress {
  tell(event: ProgressEvent): void;
}
