/** A server of S3's kind that this project has not written, in a process of its own, and buckets in it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

export const CREDENTIALS = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  /** Past whatever stands in between. */
  put(bucket: string, key: string, bytes: Uint8Array): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  make(bucket: string): Promise<void>;
}

/** Its tokens for a next page are enciphered by what OpenSSL 3 only knows where it is asked to; and what stands in between may ask for shorter pages. */
export async function startS3(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), "s3-"));
  const program = fileURLToPath(import.meta.resolve("s3rver/bin/s3rver.js"));
  const args = [
    "--openssl-legacy-provider",
    program,
    "-d",
    folder,
    "-a",
    "127.0.0.1",
    "-p",
    "0",
    "-s",
    "--allow-mismatched-signatures",
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let endpoint = "";
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /listening on \S+:(\d+)$/.exec(line) ?? [];
    if (port === undefined) continue;
    endpoint = `http://127.0.0.1:${port}`;
    break;
  }
  const client = new S3Client({
    endpoint,
    region: "local",
    forcePathStyle: true,
    credentials: CREDENTIALS,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  return {
    endpoint,
    make: async (Bucket) => void (await client.send(new CreateBucketCommand({ Bucket }))),
    put: async (Bucket, Key, Body) => void (await client.send(new PutObjectCommand({ Bucket, Key, Body }))),
    remove: async (Bucket, Key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key }))),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
