/** A bucket of S3, or of a server that speaks like it → its objects. */
import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { Foreign } from "../../domain/network.ts";
import type { ObjectStore } from "../../ports/objects.ts";
import { type BucketPlace, openClient, regionOf } from "./client.ts";
import type { Place } from "./errors.ts";
import { objectBytes } from "./object.ts";
import { Attempts, type Client, type Haste, NO_HASTE } from "./retries.ts";

/** Keys are those of the bucket, whole. Close it when done: an object that was opened and not read holds a socket. */
export function bucketStore(
  { connecting, ...bucket }: BucketPlace & Pick<Client, "connecting">,
  haste: Haste = NO_HASTE,
): ObjectStore & AsyncDisposable {
  const place: Place = { ...bucket, region: regionOf(bucket) };
  const client = openClient(bucket);
  const shared: Client = { wasThere: false, signIn: () => client.config.credentials(), connecting };
  const closed = new AbortController();
  return {
    list: (prefix) => keysBelow(client, bucket.bucket, prefix, new Attempts(place, shared, haste), closed.signal),
    open: (key) => {
      const attempts = new Attempts({ ...place, key }, shared, haste);
      return objectBytes(client, { Bucket: bucket.bucket, Key: key }, attempts, closed.signal);
    },
    [Symbol.asyncDispose]: async () => {
      closed.abort();
      client.destroy();
    },
  };
}

async function keysBelow(
  client: S3Client,
  bucket: string,
  prefix: string,
  attempts: Attempts,
  closed: AbortSignal,
): Promise<readonly string[]> {
  // What has others below it may be told again on the next page, by servers that cut there.
  const keys = new Set<string>();
  const named = { Bucket: bucket, Prefix: prefix, Delimiter: "/" };
  for (let token: string | undefined, isLast = false; !isLast; ) {
    const command = new ListObjectsV2Command({
      ...named,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const { answer } = await attempts.answered(async (abortSignal) => {
      const listed = await client.send(command, { abortSignal });
      const { Name, IsTruncated, NextContinuationToken: next } = listed;
      // Taken for a page, an answer to something else would be the end of a bucket; and one that leads back would have none.
      const leadsBack = IsTruncated === true && (next === undefined || next === token);
      if (Name === undefined || leadsBack) throw new Foreign("no list of a bucket");
      return listed;
    }, closed);
    attempts.progress();
    const { Contents = [], CommonPrefixes = [], IsTruncated = false, NextContinuationToken } = answer;
    for (const { Key = prefix } of Contents) keys.add(Key);
    for (const { Prefix = prefix } of CommonPrefixes) keys.add(Prefix);
    [token, isLast] = [NextContinuationToken, !IsTruncated];
  }
  // What is called as the prefix is a folder's mark, which some tools leave behind.
  keys.delete(prefix);
  return [...keys].sort();
}
