/** How every log group of the stack is kept. */
import { RemovalPolicy } from "aws-cdk-lib";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";

export interface LogSettings {
  readonly retention: RetentionDays;
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
}

/** Logs go with what writes them: they hold counts and names, and the ledger in the database holds the report. */
export function logSettings(scope: Construct, { logRetentionDays, logKmsKeyArn }: Config): LogSettings {
  const kept = { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY };
  return logKmsKeyArn === undefined ? kept : { ...kept, encryptionKey: Key.fromKeyArn(scope, "LogKey", logKmsKeyArn) };
}
