/** Verdicts and failures → exit statuses. Scripts rely on them: none is ever renumbered. */
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Verdict } from "../../lambda/domain/report.ts";

export const EXIT = { verified: 0, discrepant: 1, incomplete: 2, refused: 3 } as const satisfies Record<
  Verdict,
  number
>;
const BUG = 70;

export const exitOf = (error: unknown): number => (error instanceof MigrationError ? EXIT.refused : BUG);
