/** Where a bucket is → the SDK's client for it. */
import { S3Client } from "@aws-sdk/client-s3";
import { regionAmong } from "../../domain/region.ts";
import { bucketSource } from "./errors.ts";

export interface BucketPlace {
  readonly bucket: string;
  /** What was said behind the bucket: keys are whole without it, and errors repeat it. */
  readonly prefix?: string;
  readonly region?: string;
  /** A server of one's own, which has its buckets in the path. */
  readonly endpoint?: string;
}

/** More than there can be workers: none waits for a socket, and is taken for silent. */
const SOCKETS = 256;

/** As said, or as the environment says. Throws MigrationError `settings`. */
export function regionOf({ region, ...place }: BucketPlace): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const remedy = bucketSource({ ...place, region: "REGION" });
  return regionAmong([region, AWS_REGION, AWS_DEFAULT_REGION], `the bucket ${place.bucket}`, remedy);
}

/** Whose rights read the bucket is MIGRATION_SOURCE_PROFILE's, as of a table. */
export function openClient(place: BucketPlace): S3Client {
  const { endpoint } = place;
  const { MIGRATION_SOURCE_PROFILE: profile } = process.env;
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  return new S3Client({
    region: regionOf(place),
    // What fails is asked again here: the SDK does not know which part of an object has come already.
    maxAttempts: 1,
    // An SDK's own checksum is of the whole object, and is known at its end: so is the export's, which is checked in any case.
    responseChecksumValidation: "WHEN_REQUIRED",
    requestChecksumCalculation: "WHEN_REQUIRED",
    // Time is counted here: to the SDK a socket of which nobody reads looks silent.
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 0, httpAgent: agent, httpsAgent: agent },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(profile === undefined ? {} : { profile }),
  });
}
