/** Exports that fail, or that the service will not make: what is told, and what to do about it. */
import { describe, expect, it } from "vitest";
import { exportsAsked } from "../support/export-asking.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

const { made, ask, refusal, begun } = exportsAsked(NOW);

describe("an export that fails", () => {
  const DENIED = {
    FailureCode: "S3AccessDenied",
    FailureMessage:
      'User: arn:aws:sts::123456789012:assumed-role/migrator/x is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::exports/secret-key-of-an-item"',
  };

  it("on the same occasion is the end, with what to do about it; later another one is asked for", async () => {
    made.table.looks = 0;
    made.table.failures.push(DENIED);
    await ask({ until: NOW });
    const { message, findings } = await refusal({ until: NOW, isOwn: () => true });
    expect([message, findings]).toEqual([
      "an export has failed",
      [
        {
          where: expect.stringMatching(/^the export 0\d+/),
          problem:
            "has failed: the bucket exports may not be written to; arn:aws:sts::123456789012:assumed-role/migrator/x may not s3:PutObject (S3AccessDenied)",
          remedy: expect.stringContaining("arn:aws:s3:::exports/legacy/AWSDynamoDB/*"),
        },
      ],
    ]);
    expect(await ask({ until: NOW })).toMatchObject({ exports: [{ state: "under way" }] });
    expect(await ask({ until: NOW, isOwn: () => true })).toMatchObject({ isThere: true });
    expect(begun()).toBe(2);
  });

  it.each([
    [{ FailureCode: "S3NoSuchBucket" }, "there is no bucket exports", "aws s3 mb s3://exports --region local"],
    [{ FailureCode: "KmsNotFoundException" }, "the key alias/exports", "aws kms describe-key --key-id alias/exports"],
    [
      {
        FailureCode: "S3AccessDenied",
        FailureMessage: DENIED.FailureMessage.replace("s3:PutObject", "kms:GenerateDataKey"),
      },
      "the key alias/exports; arn:aws:sts::123456789012:assumed-role/migrator/x may not kms:GenerateDataKey",
      "kms:Decrypt",
    ],
    [
      { FailureCode: "ServerInternalError" },
      "AWS could not make it (ServerInternalError)",
      "aws dynamodb list-exports",
    ],
  ])("of %j says why", async (failure, problem, remedy) => {
    made.table.looks = 0;
    made.table.failures.push(failure);
    await ask({ until: NOW, kmsKey: "alias/exports" });
    const [finding] = (await refusal({ until: NOW, kmsKey: "alias/exports", isOwn: () => true })).findings;
    expect(finding).toMatchObject({
      problem: expect.stringContaining(problem),
      remedy: expect.stringContaining(remedy),
    });
  });
});

describe("what is refused at once", () => {
  it("without point-in-time recovery names the command that switches it on", async () => {
    made.table.hasRecovery = false;
    const { message, findings } = await refusal();
    expect(message).toMatch(/point-in-time recovery of the table is off/);
    expect(findings[0]?.remedy).toContain(
      "aws dynamodb update-continuous-backups --table-name legacy --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true --region local",
    );
  });

  it.each([
    ["ExportTableToPointInTime", "PointInTimeRecoveryUnavailableException", "update-continuous-backups"],
    ["ExportTableToPointInTime", "InvalidExportTimeException", "describe-continuous-backups"],
    ["ExportTableToPointInTime", "ExportConflictException", "--bucket s3://exports/exports-2"],
    ["ExportTableToPointInTime", "ValidationException", "--kms-key"],
    ["ListExports", "AccessDeniedException", "dynamodb:ListExports"],
    ["DescribeTable", "ResourceNotFoundException", "list-tables"],
    ["DescribeTable", "ExpiredTokenException", "sign in again"],
  ])("%s: %s", async (operation, code, remedy) => {
    made.table.refusals.set(operation, { code, message: "secret-key-of-an-item" });
    const { message, findings } = await refusal();
    expect([message, findings[0]?.remedy]).toEqual([expect.stringContaining(code), expect.stringContaining(remedy)]);
    expect(JSON.stringify([message, findings])).not.toContain("secret-key");
  });
});
