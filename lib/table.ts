/** The table that is read: its ARN, and everything that is ever asked of it. Nothing here writes. */
import { Aws, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

/** Reading it, reading single items again for the proof, and what preflight looks at: time to live and backups. */
export const READ_TABLE = [
  "dynamodb:BatchGetItem",
  "dynamodb:DescribeContinuousBackups",
  "dynamodb:DescribeTable",
  "dynamodb:DescribeTimeToLive",
  "dynamodb:Scan",
] as const;

export const tableArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: "dynamodb", resource: "table", resourceName: name });

/** The key of an encrypted table, for DynamoDB to use and nobody else. */
export const readEncrypted = (keyArn: string): PolicyStatement =>
  new PolicyStatement({
    actions: ["kms:Decrypt"],
    resources: [keyArn],
    conditions: { StringEquals: { "kms:ViaService": `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
  });
