/** What S3 and the SDK say when something is wrong → one cause, told in a sentence, and what to type. */
import { callerFault, isDenied, isNobody } from "../../domain/caller.ts";
import { denied, type Rights } from "../../domain/denied.ts";
import type { Explanation } from "../../domain/explanation.ts";
import { MigrationError } from "../../domain/migration-error.ts";
import { Foreign, isAnswer, isLost, networkCause, type Service, statusOf, toldOf } from "../../domain/network.ts";
import { shell } from "../../domain/typed.ts";

/** Where something of a bucket was looked for. */
export interface Place {
  readonly bucket: string;
  /** What was said behind it. */
  readonly prefix?: string | undefined;
  readonly region: string;
  readonly endpoint?: string | undefined;
  /** The object that was asked for, where it was one. */
  readonly key?: string;
}

/** What is being read has become another one. */
export class Changed extends Error {}
/** Nothing has come for too long. The name is the system's word for it. */
export class Silent extends Error {
  override readonly name = "TimeoutError";
}
/** Less came than was announced. */
export class Short extends Error {
  readonly code = "ECONNRESET";
}

export const nameOf = ({ bucket, prefix = "", key = prefix }: Pick<Place, "bucket" | "prefix" | "key">): string =>
  `s3://${bucket}/${key}`;

/** In the words of the command line. */
export function bucketSource({ bucket, prefix, region, endpoint }: Omit<Place, "key">): string {
  const endpoints = endpoint === undefined ? "" : `&endpoint=${endpoint}`;
  return shell("--source", `${nameOf({ bucket, prefix })}?region=${region}${endpoints}`);
}

const aws = ({ region, endpoint }: Place, ...words: readonly string[]): string =>
  shell("aws", ...words, "--region", region, ...(endpoint === undefined ? [] : ["--endpoint-url", endpoint]));
const ofObject = ({ bucket, key = "KEY" }: Place): readonly string[] => ["--bucket", bucket, "--key", key];

const CAUSES = {
  "no bucket": {
    problem: ({ bucket }) => `there is no bucket ${bucket}`,
    remedy: (at) => `correct its name; those of this account: ${aws(at, "s3", "ls")}`,
  },
  archived: {
    problem: () => "it is archived, and has to be restored before it is read",
    remedy: (at) =>
      `${aws(at, "s3api", "restore-object", ...ofObject(at), "--restore-request", "Days=7")}, and so of all beside it; then wait, in the end until this shows ongoing-request="false": ${aws(at, "s3api", "head-object", ...ofObject(at))}`,
  },
  "wrong clock": {
    problem: () => "the clock of this machine is wrong by more than a quarter of an hour",
    remedy: () => "set it, until this shows the time: date -u",
    passes: true,
  },
} as const satisfies Record<string, Explanation<Place>>;

const BY_NAME: Readonly<Record<string, keyof typeof CAUSES>> = {
  NoSuchBucket: "no bucket",
  InvalidBucketName: "no bucket",
  InvalidObjectState: "archived",
  RequestTimeTooSkewed: "wrong clock",
};

const THROTTLED = new Set(["SlowDown", "Throttling", "ThrottlingException", "TooManyRequests", "RequestLimitExceeded"]);
/** The request came too early, or was too slow: the same one may succeed later. */
const BUSY = new Set([
  ...THROTTLED,
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  // Of a bucket that is new: names still lead to where it is not.
  "TemporaryRedirect",
]);

/** What another region says of a bucket, and where it says which one is right. */
const ELSEWHERE = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "PermanentRedirect",
  "TemporaryRedirect",
]);
function regionIn(error: Error): string | undefined {
  const headers: unknown = Reflect.get(Object(Reflect.get(error, "$response")), "headers");
  const found: unknown = Reflect.get(Object(headers), "x-amz-bucket-region") ?? Reflect.get(error, "Region");
  return typeof found === "string" && /^[a-z0-9-]+$/.test(found) ? found : undefined;
}

const rightsOn = ({ bucket }: Place): Rights => ({
  actions: ["s3:GetObject", "s3:ListBucket"],
  on: "this bucket",
  resource: (refused) => {
    const [, partition = "aws"] = /^arn:([^:]+):/.exec(refused) ?? [];
    return [`arn:${partition}:s3:::${bucket}`, `arn:${partition}:s3:::${bucket}/*`];
  },
  policy: `read-${bucket}`,
});

const httpStatusOf = (error: Error): number => {
  const found: unknown = Reflect.get(Object(Reflect.get(error, "$metadata")), "httpStatusCode");
  return typeof found === "number" ? found : (statusOf(error) ?? 0);
};

export const isNoObject = (error: unknown): boolean => error instanceof Error && error.name === "NoSuchKey";
/** Of a part of an object that was asked for on condition that it is the same. */
export const isOther = (error: unknown): boolean =>
  error instanceof Error && (isNoObject(error) || [412, 416].includes(httpStatusOf(error)));

export const isThrottled = (error: Error): boolean => THROTTLED.has(error.name) || httpStatusOf(error) === 429;

/** Whether the same request may succeed in a moment. */
export function mayPass(error: Error): boolean {
  if (error instanceof Foreign || error instanceof Changed || error instanceof MigrationError) return false;
  return isBusy(error) || BY_NAME[error.name] === "wrong clock" || networkCause(error)?.passes === true;
}
const isBusy = (error: Error): boolean => BUSY.has(error.name) || isThrottled(error) || httpStatusOf(error) >= 500;

/** A server of one's own checks its own users. */
const OWN_SERVER = "say those of your server: export AWS_ACCESS_KEY_ID=KEY AWS_SECRET_ACCESS_KEY=SECRET";

/**
 * An error that further attempts did not cure, told to an operator; any other comes back as it is, a bug with its stack. The
 * service's own message goes into the cause only. `wasThere` says whether something has answered before.
 */
export function toMigrationError(error: unknown, at: Place, attempts: number, wasThere: boolean): unknown {
  if (!(error instanceof Error) || error instanceof MigrationError) return error;
  const told = toldOf(error);
  const because = (why: string, remedy: string, passes?: true): MigrationError =>
    new MigrationError(
      passes === true ? "source-unreachable" : "source-unusable",
      `${nameOf(at)} cannot be read: ${why}`,
      remedy,
      { cause: error },
    );
  if (error instanceof Changed) return changed(at, error);
  const { region, endpoint } = at;
  const elsewhere: Service["elsewhere"] = (other) => bucketSource({ ...at, ...other });
  const service: Service = { service: "S3", region, endpoint, elsewhere };
  const found = regionIn(error);
  if (ELSEWHERE.has(error.name) && found !== region) {
    const why = found === undefined ? "is not in" : `is in ${found}, and not in`;
    const remedy = `say its region: ${elsewhere({ region: found ?? "REGION" })}`;
    return because(`the bucket ${at.bucket} ${why} ${region} (${told})`, remedy);
  }
  const caller = callerFault(error.name);
  if (caller !== undefined) {
    const remedy = isNobody(error.name) && endpoint !== undefined ? OWN_SERVER : caller.remedy;
    return because(`${caller.problem} (${told})`, remedy);
  }
  if (isDenied(error.name)) {
    const { why, remedy } = denied(error.message, rightsOn(at));
    return because(`${why} (${told})`, remedy);
  }
  const name = BY_NAME[error.name];
  if (name !== undefined) {
    const { problem, remedy, passes }: Explanation<Place> = CAUSES[name];
    return because(`${problem(at)} (${told})`, remedy(at), passes);
  }
  // Who was there before was waited for longer, and is told by how often.
  if (isBusy(error) || (isLost(error) && wasThere)) return unreachable(at, told, attempts, error);
  const cause = networkCause(error);
  if (cause !== undefined) return because(`${cause.problem(service)} (${told})`, cause.remedy(service), cause.passes);
  if (isAnswer(error)) {
    const look =
      at.key === undefined ? aws(at, "s3", "ls", `${nameOf(at)}`) : aws(at, "s3api", "head-object", ...ofObject(at));
    return because(told, `look that up among the errors of S3, and at what is there: ${look}`);
  }
  return error;
}

const unreachable = (at: Place, told: string, attempts: number, cause: Error): MigrationError =>
  new MigrationError(
    "source-unreachable",
    `${nameOf(at)} did not come in ${attempts} attempts (${told})`,
    "run the same command again: it goes on from the last page; with a lower --concurrency where S3 says SlowDown",
    { cause },
  );

const changed = (at: Place, cause: Error): MigrationError =>
  new MigrationError(
    "source-changed",
    `the object ${nameOf(at)} was changed while it was being read`,
    `put back the one the pass began with, where the bucket keeps it: ${aws(at, "s3api", "list-object-versions", "--bucket", at.bucket, "--prefix", at.key ?? "")}; or take the run back with rollback, then migrate this one`,
    { cause },
  );
