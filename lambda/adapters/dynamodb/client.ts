/** Where a table is → the SDK's client for it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ATTEMPT_SECONDS, ATTEMPTS, FIRST_ATTEMPTS, REACH_SECONDS, SLOW_MS } from "../../domain/patience.ts";
import { regionAmong } from "../../domain/region.ts";
import { shell } from "../../domain/typed.ts";
import { type OnRetry, patientRetries } from "./retries.ts";

export interface TablePlace {
  /** Name or ARN. */
  readonly table: string;
  readonly endpoint?: string;
  readonly region?: string;
}

export interface ClientEvents {
  readonly onRetry?: OnRetry;
  /** Is told where a first request is going that takes long, and for how many seconds it may. */
  readonly connecting?: ((to: string, seconds: number) => void) | undefined;
}

/** The SDK would wait five minutes for an answer, ten times, and begins to count after three seconds. A page takes well below a second. */
const TIMEOUTS = { connectionTimeout: 5_000, socketTimeout: (ATTEMPT_SECONDS - 3) * 1_000 };
/**
 * The region this table is in: as said, as its ARN says, or as the environment says. Not what a profile on this machine
 * says: it is part of the source's name, and a run is resumed on other machines. Throws MigrationError `settings`.
 */
export function regionOf({ table, region }: TablePlace): string {
  const [, ofArn] = /^arn:[^:]*:dynamodb:([^:]+):/.exec(table) ?? [];
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const remedy = shell("--source", `dynamodb:${table}?region=REGION`);
  return regionAmong([region, ofArn, AWS_REGION, AWS_DEFAULT_REGION], `the table ${table}`, remedy);
}

/** Whose rights read the table, where they are not those of the process: as AWS_PROFILE, and for the table alone. Never part of a source's name. */
export function openClient(place: TablePlace, { onRetry, connecting }: ClientEvents = {}): DynamoDBClient {
  const { endpoint } = place;
  const { MIGRATION_SOURCE_PROFILE: profile } = process.env;
  let wasThere = false;
  const client = new DynamoDBClient({
    region: regionOf(place),
    maxAttempts: ATTEMPTS,
    retryStrategy: patientRetries(1, onRetry, () => (wasThere ? ATTEMPTS : FIRST_ATTEMPTS)),
    requestHandler: TIMEOUTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      wasThere = true;
      return answered;
    },
    { step: "deserialize", priority: "low" },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const tell = () => wasThere || connecting?.(`the table ${place.table}`, REACH_SECONDS);
      const slow = setTimeout(tell, SLOW_MS);
      return next(args).finally(() => clearTimeout(slow));
    },
    { step: "initialize" },
  );
  return client;
}
