/** Where a table is → the SDK's client for it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { MigrationError } from "../../domain/migration-error.ts";
import { ATTEMPTS, type OnRetry, patientRetries } from "./retries.ts";

export interface TablePlace {
  /** Name or ARN. */
  readonly table: string;
  readonly endpoint?: string;
  readonly region?: string;
}

/** The SDK would wait five minutes for an answer, ten times. A page takes well below a second. */
const TIMEOUTS = { connectionTimeout: 5_000, socketTimeout: 30_000 };

/** What can be part of a host's name: the SDK asks the same, at the first request. */
const REGION = /^[A-Za-z0-9-]+$/;

/**
 * The region this table is in: as said, as its ARN says, or as the environment says. Not what a profile on this machine
 * says: it is part of the source's name, and a run is resumed on other machines. Throws MigrationError `settings`.
 */
export function regionOf({ table, region }: TablePlace): string {
  const [, ofArn] = /^arn:[^:]*:dynamodb:([^:]+):/.exec(table) ?? [];
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const found = region ?? ofArn ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (found !== undefined && REGION.test(found)) return found;
  const problem = found === undefined ? "is not known" : `cannot be "${found}"`;
  throw new MigrationError("settings", `the region of the table ${table} ${problem}`, "add ?region= to the source");
}

/** Whose rights read the table, where they are not those of the process: as AWS_PROFILE, and for the table alone. Never part of a source's name. */
export function openClient(place: TablePlace, onRetry?: OnRetry): DynamoDBClient {
  const { endpoint } = place;
  const { MIGRATION_SOURCE_PROFILE: profile } = process.env;
  return new DynamoDBClient({
    region: regionOf(place),
    maxAttempts: ATTEMPTS,
    retryStrategy: patientRetries(1, onRetry),
    requestHandler: TIMEOUTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
  });
}
