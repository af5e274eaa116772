/** Why an export was not begun, or came to nothing → one cause, told in a sentence, and what to type. What the service says beside it stays the cause's. */
import { denialIn, isDenied, WHO } from "../../domain/caller.ts";
import { denied, type Rights } from "../../domain/denied.ts";
import type { Explanation } from "../../domain/explanation.ts";
import { type Finding, MigrationError } from "../../domain/migration-error.ts";
import { shell } from "../../domain/typed.ts";
import { aws, type Place, toMigrationError } from "./errors.ts";

/** Of which table, and into which bucket. */
export interface ExportPlace extends Place {
  readonly bucket: string;
  /** Without slashes around it. */
  readonly prefix: string;
  readonly kmsKey?: string | undefined;
}

/** What asking for exports takes of the table and of what is exported of it; what writing them takes, AWS does in the caller's name. */
const EXPORTING = ["dynamodb:ExportTableToPointInTime", "dynamodb:DescribeExport", "dynamodb:ListExports"];
const WRITING = ["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"];

const rightsOn = ({ table }: ExportPlace): Rights => ({
  actions: EXPORTING,
  on: `the table ${table} and its export/*`,
  resource: (refused) => {
    const arn = refused.replace(/\/export\/.*$/, "");
    return [arn, `${arn}/export/*`];
  },
  policy: `export-${table.replace(/^.*[:/]/, "")}`,
});

const under = ({ bucket, prefix }: ExportPlace): string =>
  `arn:aws:s3:::${bucket}/${prefix === "" ? "" : `${prefix}/`}AWSDynamoDB/*`;
const backups = (at: Place): string => aws(at, "describe-continuous-backups", "--table-name", at.table);

const SWITCH_ON = "PointInTimeRecoveryEnabled=true";

const CAUSES = {
  "no recovery": {
    problem: () => "point-in-time recovery of the table is off, and exports are made of what it keeps",
    remedy: (at) =>
      `switch it on, and ask again: ${aws(at, "update-continuous-backups", "--table-name", at.table, "--point-in-time-recovery-specification", SWITCH_ON)}`,
  },
  "not that time": {
    problem: () => "point-in-time recovery does not cover that time, or did not fifteen minutes ago",
    remedy: (at) =>
      `see what it covers: ${backups(at)}; where it was switched on just now, wait a quarter of an hour; where it was off meanwhile, begin anew: --full`,
  },
  "too many": {
    problem: () => "as many exports are under way in this account and region as there may be",
    remedy: (at) =>
      `wait for them, and ask again: ${aws(at, "list-exports", "--query", "ExportSummaries[?ExportStatus=='IN_PROGRESS']")}`,
  },
  conflict: {
    problem: () => "an export was asked for in the same words and with other settings within eight hours",
    remedy: (at) => `name another prefix: ${shell("--bucket", `s3://${at.bucket}/exports-2`)}`,
  },
  words: {
    problem: () => "AWS takes the bucket, its prefix or the key for none",
    remedy: () =>
      "correct --bucket s3://BUCKET/PREFIX, and --kms-key, which is the key's id, ARN or alias: alias/exports",
  },
  "no bucket": {
    problem: ({ bucket }) => `there is no bucket ${bucket}`,
    remedy: (at) =>
      `correct --bucket, or make it: ${shell("aws", "s3", "mb", `s3://${at.bucket}`, "--region", at.region)}`,
  },
  "not written": {
    problem: ({ bucket }) => `the bucket ${bucket} may not be written to`,
    remedy: (at) =>
      `allow ${WRITING.join(", ")} on ${under(at)} to who you are (${WHO}), where the bucket's own policy does: ${shell("aws", "s3api", "get-bucket-policy", "--bucket", at.bucket)}`,
  },
  key: {
    problem: ({ bucket, kmsKey }) =>
      `nothing can be encrypted with ${kmsKey === undefined ? `the key of the bucket ${bucket}` : `the key ${kmsKey}`}`,
    remedy: ({ region, kmsKey = "KEY" }) =>
      `allow kms:GenerateDataKey and kms:Decrypt with it to who you are (${WHO}), or name another key of that region: ${shell("aws", "kms", "describe-key", "--key-id", kmsKey, "--region", region)}`,
  },
  unknown: {
    problem: () => "AWS could not make it",
    remedy: (at) => `ask again; should it come to the same end, see what it says: ${aws(at, "list-exports")}`,
  },
} as const satisfies Record<string, Explanation<ExportPlace>>;

type CauseName = keyof typeof CAUSES;

/** Of what is refused at once. The first three know no more than that. */
const REFUSED: Readonly<Record<string, CauseName>> = {
  PointInTimeRecoveryUnavailableException: "no recovery",
  ContinuousBackupsUnavailableException: "no recovery",
  InvalidExportTimeException: "not that time",
  LimitExceededException: "too many",
  ExportConflictException: "conflict",
  ValidationException: "words",
};

/** What the bucket or the key refuse shows minutes later. */
const FAILED: readonly (readonly [RegExp, CauseName])[] = [
  [/^S3NoSuchBucket/, "no bucket"],
  [/^Kms|^KMS/, "key"],
  [/AccessDenied/, "not written"],
];

const because = (at: ExportPlace, why: string, remedy: string, cause?: unknown): MigrationError =>
  new MigrationError(
    "source-unusable",
    `${at.name} cannot be exported: ${why}`,
    remedy,
    cause === undefined ? {} : { cause },
  );

export const withoutRecovery = (at: ExportPlace): MigrationError =>
  because(at, CAUSES["no recovery"].problem(), CAUSES["no recovery"].remedy(at));

/** What asking for an export ended with, told to an operator; as `toMigrationError` does for what is the same with reading. */
export function toExportError(error: unknown, at: ExportPlace, alike: readonly string[] = []): unknown {
  if (!(error instanceof Error) || error instanceof MigrationError) return error;
  const name = REFUSED[error.name];
  if (name !== undefined) {
    const { problem, remedy } = CAUSES[name];
    return because(at, `${problem(at)} (${error.name})`, remedy(at), error);
  }
  if (isDenied(error.name)) {
    const { why, remedy } = denied(error.message, rightsOn(at));
    return because(at, `${why} (${error.name})`, remedy, error);
  }
  return toMigrationError(error, at, alike);
}

/** Why an export that was begun has failed. Of the service's words only who may not do what is told. */
export function faultOf(id: string, code = "no code", message = "", at: ExportPlace): Finding {
  const denial = denialIn(message);
  // What S3 was refused by the key, it tells as its own refusal.
  const [, named = "unknown"] = FAILED.find(([pattern]) => pattern.test(code)) ?? [];
  const { problem, remedy } = CAUSES[denial?.action.startsWith("kms:") === true ? "key" : named];
  const who = denial === undefined ? "" : `; ${denial.principal} may not ${denial.action}`;
  return { where: `the export ${id}`, problem: `has failed: ${problem(at)}${who} (${code})`, remedy: remedy(at) };
}
