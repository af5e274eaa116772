/** The table that is read: its ARN, and everything that is ever asked of it. Nothing here writes. */
import { Aws, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";

/** Reading it, reading single items again for the proof, and what preflight looks at: time to live and backups. */
export const READ_TABLE = [
  "dynamodb:BatchGetItem",
  "dynamodb:DescribeContinuousBackups",
  "dynamodb:DescribeTable",
  "dynamodb:DescribeTimeToLive",
  "dynamodb:Scan",
] as const;

/** Where exports of it are read in its place: what they can be made of, and reading single items again for the proof. */
export const READ_ITEMS = ["dynamodb:BatchGetItem", "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"];

/** Whose role reads it is whose table it is. */
export function tableArn(
  scope: Construct,
  { tableName, tableRoleArn }: Pick<Config, "tableName" | "tableRoleArn">,
): string {
  const account = tableRoleArn?.split(":")[4];
  const parts = { service: "dynamodb", resource: "table", resourceName: tableName };
  return Stack.of(scope).formatArn(account === undefined ? parts : { ...parts, account });
}

/** The key of an encrypted table, for DynamoDB to use and nobody else. */
export const readEncrypted = (keyArn: string): PolicyStatement =>
  new PolicyStatement({
    actions: ["kms:Decrypt"],
    resources: [keyArn],
    conditions: { StringEquals: { "kms:ViaService": `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
  });
