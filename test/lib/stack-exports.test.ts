/** The template of a stack that has its table exported: the bucket, what the function is told, and nothing of it where it is off. */
import { describe, expect, it } from "vitest";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import { CLUSTER, KEY, NETWORK, ofType, resolved, synthesize, the } from "./synthesized.ts";

describe("exports", () => {
  const exporting = () => synthesize({ exports: "on" });

  it("stand in a bucket that is private, encrypted, spoken to by TLS alone, and empties itself", () => {
    const bucket = the(exporting(), "AWS::S3::Bucket", "ExportsBucket");
    expect(bucket).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      LifecycleConfiguration: {
        Rules: [
          { ExpirationInDays: 40, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 }, Status: "Enabled" },
        ],
      },
    });
    expect(bucket.Properties.LoggingConfiguration).toBeDefined();
    for (const [, { Properties }] of ofType(exporting(), "AWS::S3::BucketPolicy"))
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      );
  });

  it("are what the function reads, with the table beside them", () => {
    const settings = { exports: "on", exportKmsKeyArn: KEY, exportRetentionDays: 7 };
    const shape = synthesize({ ...settings, network: NETWORK, cluster: CLUSTER });
    const { Variables } = the(shape, "AWS::Lambda::Function", "Migrator").Properties.Environment;
    expect(resolved(Variables)).toMatchObject({
      [ENVIRONMENT.source]: expect.stringMatching(/^s3:\/\/ExportsBucket\w+\/legacy\?region=eu-west-1$/),
      [ENVIRONMENT.live]: "dynamodb:legacy?region=eu-west-1",
      [ENVIRONMENT.exportsKey]: KEY,
    });
    const { BucketEncryption, LifecycleConfiguration } = the(shape, "AWS::S3::Bucket", "ExportsBucket").Properties;
    expect(JSON.stringify([BucketEncryption, LifecycleConfiguration])).toMatch(/aws:kms.*"ExpirationInDays":7/);
    expect(Object.keys(shape.outputs)).toEqual(expect.arrayContaining(["ExportsPlace", "ExportCommand"]));
  });

  it("leave nothing in a stack that is thrown away, and nothing of them is there where they are off", () => {
    const thrown = synthesize({ exports: "on", retain: false });
    for (const [, bucket] of ofType(thrown, "AWS::S3::Bucket")) expect(bucket.DeletionPolicy).toBe("Delete");
    expect(ofType(thrown, "Custom::S3AutoDeleteObjects")).toHaveLength(2);
    const text = JSON.stringify(synthesize().template.toJSON());
    expect(text).not.toMatch(/AWS::S3::|Exports|"s3:|vpce.*s3|ExportTableToPointInTime/);
  });
});
