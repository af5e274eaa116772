/** Verdicts and failures → exit statuses. Scripts rely on them: none is ever renumbered. */
import { MigrationError, type MigrationErrorCode } from "../../lambda/domain/migration-error.ts";
import type { Verdict } from "../../lambda/domain/proof/report.ts";

export const EXIT = { verified: 0, discrepant: 1, incomplete: 2, refused: 3 } as const satisfies Record<
  Verdict,
  number
>;
const BUG = 70;

/** What was begun and can simply be gone on with. */
const GOES_ON: ReadonlySet<MigrationErrorCode> = new Set([
  "target-lost",
  "target-full",
  "source-unreachable",
  "moved-on",
]);

export function exitOf(error: unknown): number {
  if (!(error instanceof MigrationError)) return BUG;
  return GOES_ON.has(error.code) ? EXIT.incomplete : EXIT.refused;
}
