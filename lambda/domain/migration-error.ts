/** A failure an operator can do something about: a code, a sentence, what to do. Anything else that is thrown is a bug. */

export type MigrationErrorCode =
  | "settings"
  | "mapping"
  | "preflight"
  | "source-unusable"
  | "source-changed"
  | "source-unreachable"
  | "export-gap"
  | "export-unfit"
  | "target-unusable"
  | "target-unreachable"
  | "target-lost"
  | "target-full"
  | "target-busy"
  | "target-refused"
  | "target-pooled"
  | "mapping-changed"
  | "schema-migration"
  | "nothing-read"
  | "too-many-quarantined"
  | "rollback-refused"
  | "in-use"
  | "sealed"
  | "not-accepted"
  | "not-proven"
  | "not-sealed"
  | "no-run"
  | "stopped"
  | "moved-on";

/** One thing that is wrong, with its remedy. */
export interface Finding {
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
  /** Keys of rows it is about, for an operator's terminal: values, which no log and no answer of a function repeats. */
  readonly keys?: readonly string[];
}

/** Findings as the outside may see them. */
export const outward = (findings: readonly Finding[]) =>
  findings.map(({ where, problem, remedy }) => ({ where, problem, remedy }));

export class MigrationError extends Error {
  readonly code: MigrationErrorCode;
  readonly findings: readonly Finding[];

  constructor(
    code: MigrationErrorCode,
    message: string,
    remedy: string,
    options?: ErrorOptions & { findings?: readonly Finding[] },
  ) {
    super(message, options);
    this.name = "MigrationError";
    this.code = code;
    this.findings = options?.findings ?? [{ where: code, problem: message, remedy }];
  }
}
