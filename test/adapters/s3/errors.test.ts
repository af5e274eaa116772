/** Whatever may be wrong with a bucket, or the way to it → one cause, and what to type. */
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bucketStore } from "../../../lambda/adapters/s3/store.ts";
import { MigrationError } from "../../../lambda/domain/migration-error.ts";
import { must } from "../../../lambda/domain/must.ts";
import { listening } from "../../support/listening.ts";
import { type Refusal, type S3Proxy, s3Proxy } from "../../support/s3-proxy.ts";

let proxy: S3Proxy;
beforeAll(async () => {
  proxy = await s3Proxy("http://127.0.0.1:1");
});
afterAll(() => proxy[Symbol.asyncDispose]());

const HASTE = { silentMs: 60_000, shorten: 100 };

async function told(endpoint = proxy.endpoint, bucket = "exports") {
  await using store = bucketStore({ bucket, prefix: "daily/x/", region: "eu-north-1", endpoint }, HASTE);
  const errors: unknown[] = [];
  for (const asked of [() => store.list("daily/x/"), () => store.open("daily/x/manifest.json")])
    errors.push(await asked().catch((is: unknown) => is));
  return errors.map((error) => {
    if (!(error instanceof MigrationError)) throw error;
    const [finding, ...more] = error.findings;
    expect(more).toEqual([]);
    return { code: error.code, message: error.message, remedy: must(finding, "there is one").remedy };
  });
}

const user = "arn:aws:iam::111122223333:user/people/ada";
const role = "arn:aws-cn:sts::111122223333:assumed-role/Reader/session";
const denial = (who: string, action = "s3:GetObject", on = '"arn:aws:s3:::exports/daily/x/secret"') =>
  `User: ${who} is not authorized to perform: ${action} on resource: ${on} because no identity-based policy allows it`;
const SOURCE = (region: string) =>
  new RegExp(`--source 's3://exports/daily/x/\\?region=${region}&endpoint=http://127[^']*'$`);

describe("what the service says", () => {
  const CASES: readonly (readonly [refusal: Refusal, problem: RegExp, remedy: RegExp])[] = [
    [
      { status: 404, code: "NoSuchBucket" },
      /there is no bucket exports \(NoSuchBucket\)$/,
      /aws s3 ls --region eu-north-1 --endpoint-url http:/,
    ],
    [{ status: 403, code: "InvalidAccessKeyId" }, /AWS does not know this access key/, /AWS_ACCESS_KEY_ID/],
    [{ status: 403, code: "SignatureDoesNotMatch" }, /secret key does not belong/, /AWS_SECRET_ACCESS_KEY/],
    [{ status: 400, code: "ExpiredToken" }, /have run out/, /aws sso login/],
    [{ status: 400, code: "InvalidToken" }, /secret key does not belong/, /AWS_SESSION_TOKEN/],
    [
      { status: 403, code: "AccessDenied", message: denial(user) },
      /user\/people\/ada may not s3:GetObject \(AccessDenied\)$/,
      /aws iam put-user-policy --user-name ada --policy-name read-exports .*"Action":\["s3:GetObject","s3:ListBucket"\],"Resource":\["arn:aws:s3:::exports","arn:aws:s3:::exports\/\*"\]/,
    ],
    [
      { status: 403, code: "AccessDenied", message: denial(role, "s3:ListBucket", '"arn:aws-cn:s3:::exports"') },
      /may not s3:ListBucket/,
      /aws iam put-role-policy --role-name Reader .*"Resource":\["arn:aws-cn:s3:::exports","arn:aws-cn:s3:::exports\/\*"\]/,
    ],
    [
      {
        status: 403,
        code: "AccessDenied",
        message: denial(user, "kms:Decrypt", "arn:aws:kms:eu-north-1:111122223333:key/k"),
      },
      /may not kms:Decrypt/,
      /"Action":\["kms:Decrypt"\],"Resource":"arn:aws:kms:/,
    ],
    [
      { status: 403, code: "AccessDenied", message: "Access Denied" },
      /these credentials may not read it/,
      /^allow s3:GetObject, s3:ListBucket on this bucket/,
    ],
    [
      { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "us-west-2" } },
      /the bucket exports is in us-west-2, and not in eu-north-1/,
      SOURCE("us-west-2"),
    ],
    [
      { status: 400, code: "AuthorizationHeaderMalformed", fields: "<Region>us-west-2</Region>" },
      /is in us-west-2/,
      SOURCE("us-west-2"),
    ],
    [
      { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-north-1" } },
      /cannot be read: PermanentRedirect$/,
      /aws (s3 ls|s3api head-object) /,
    ],
    [{ status: 301, code: "PermanentRedirect" }, /the bucket exports is not in eu-north-1/, SOURCE("REGION")],
    [
      { status: 403, code: "InvalidObjectState", fields: "<StorageClass>GLACIER</StorageClass>" },
      /it is archived, and has to be restored before it is read \(InvalidObjectState\)$/,
      /^aws s3api restore-object --bucket exports --key \S+ --restore-request Days=7 .*aws s3api head-object --bucket exports /,
    ],
    [
      { status: 400, code: "InvalidRequest", message: "of a key: ada@x.org" },
      /read: InvalidRequest$/,
      /aws (s3 ls|s3api head-object) /,
    ],
    [{ status: 403, code: "RequestTimeTooSkewed" }, /clock of this machine is wrong/, /date -u$/],
  ];
  it.each(CASES)("%o", async (refusal, problem, remedy) => {
    proxy.faults.list = Array(3).fill(refusal);
    proxy.faults.get = Array(10).fill(refusal);
    if (refusal.code === "RequestTimeTooSkewed") proxy.faults.list = Array(10).fill(refusal);
    for (const error of await told()) {
      expect(error.message).toMatch(/^s3:\/\/exports\/daily\/x\/(manifest\.json)? cannot be read: /);
      expect(error.message).toMatch(problem);
      expect(error.remedy).toMatch(remedy);
      expect(`${error.message}${error.remedy}`).not.toMatch(/ada@x\.org|secret\b(?! key)/);
      expect(error.code).toBe(refusal.code === "RequestTimeTooSkewed" ? "source-unreachable" : "source-unusable");
    }
  });

  it("an object that is not there is no fault, and a bucket that is not there is one", async () => {
    await using store = bucketStore({ bucket: "exports", region: "eu-north-1", endpoint: proxy.endpoint }, HASTE);
    proxy.faults.get = [{ status: 404, code: "NoSuchKey" }];
    expect(await store.open("none")).toBeUndefined();
    proxy.faults.get = [{ status: 404, code: "NoSuchBucket" }];
    await expect(store.open("none")).rejects.toMatchObject({ code: "source-unusable" });
  });
});

describe("the way to it", () => {
  it("nothing listens", async () => {
    for (const { code, message, remedy } of await told("http://127.0.0.1:1")) {
      expect([code, message]).toEqual([
        "source-unreachable",
        expect.stringContaining("nothing listens at http://127.0.0.1:1"),
      ]);
      expect(remedy).toMatch(/curl -sv http:\/\/127\.0\.0\.1:1$/);
    }
  });

  it("what listens speaks no HTTP", async () => {
    const server = createServer((guest) => guest.end("220 mail.example.org ESMTP\r\n"));
    for (const { code, message, remedy } of await told(`http://127.0.0.1:${await listening(server)}`)) {
      expect([code, message]).toEqual(["source-unusable", expect.stringContaining("is no S3")]);
      expect(remedy).toMatch(/endpoint=http:\/\/HOST:9000'$/);
    }
    server.close();
  });

  it("no bucket can be called so", async () => {
    for (const { message } of await told(proxy.endpoint, "a/b"))
      expect(message).toContain("there is no bucket a/b (InvalidBucketName)");
  });

  it("nobody has said who asks, or where", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    expect(() => bucketStore({ bucket: "exports", prefix: "a/" })).toThrow(
      expect.objectContaining({
        code: "settings",
        message: "the region of the bucket exports is not known",
        findings: [
          expect.objectContaining({ remedy: "say it in the source: --source 's3://exports/a/?region=REGION'" }),
        ],
      }),
    );
    vi.stubEnv("AWS_REGION", "x.y/");
    expect(() => bucketStore({ bucket: "exports" })).toThrow('cannot be "x.y/"');
    vi.unstubAllEnvs();
  });

  it("nobody has signed in", async () => {
    const none = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/none",
      AWS_SHARED_CREDENTIALS_FILE: "/none",
    };
    for (const [name, value] of Object.entries(none)) vi.stubEnv(name, value);
    for (const { message, remedy } of await told()) {
      expect(message).toContain("there are no credentials for AWS (CredentialsProviderError)");
      expect(remedy).toContain("export AWS_ACCESS_KEY_ID=");
    }
    vi.unstubAllEnvs();
  });
});
