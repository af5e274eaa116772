/** What an operator types, word for word, as the stack's outputs tell it. */
import { Aws } from "aws-cdk-lib";

export interface Deployed {
  /** With its alias. */
  readonly functionName: string;
  readonly stateMachineArn: string;
  readonly tableArn: string;
}

/** An invocation may take its 15 minutes: the command line would give up after one and invoke again. */
const invoke = (functionName: string, event: string, answer = "/dev/stdout"): string =>
  `aws lambda invoke --region ${Aws.REGION} --function-name ${functionName} --cli-binary-format raw-in-base64-out --cli-read-timeout 0 --payload '${event}' ${answer}`;

/**
 * All that writes items, by the names IAM knows. A transaction and a batch of statements are allowed by what they consist of.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export const WRITES = [
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:PartiQLDelete",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
];

const frozen = (tableArn: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "Frozen", Effect: "Deny", Principal: "*", Action: WRITES, Resource: tableArn }],
  });

/** Of a stack that reads exports. */
export const exportCommands = ({ functionName }: Pick<Deployed, "functionName">, place: string) => ({
  ExportsPlace: place,
  /** Brings the exports up to now; again until it says `done`. The workflow does it by itself. */
  ExportCommand: invoke(functionName, '{"action":"export"}'),
});

export const commandsOf = ({ functionName, stateMachineArn, tableArn }: Deployed) => ({
  /** All of it in one invocation, for a table that fits; again after any failure, until it says `verified`. */
  InvokeCommand: invoke(functionName, "{}"),
  /** A table of any size. */
  StartCommand: `aws stepfunctions start-execution --region ${Aws.REGION} --state-machine-arn ${stateMachineArn}`,
  FollowCommand: `aws stepfunctions list-executions --region ${Aws.REGION} --state-machine-arn ${stateMachineArn} --max-items 1`,
  StatusCommand: invoke(functionName, '{"action":"status"}'),
  /** All of it goes to a file, and what a person reads first to the screen. */
  ReportCommand: `${invoke(functionName, '{"action":"report"}', "report.json")} && node -p 'JSON.parse(fs.readFileSync("report.json")).summary.join("\\n")'`,
  RollbackCommand: invoke(functionName, '{"action":"rollback"}'),
  /** A table that has a policy already is left as it is: this statement then has to be added to it. */
  FreezeCommand: `aws dynamodb put-resource-policy --region ${Aws.REGION} --resource-arn ${tableArn} --expected-revision-id NO_POLICY --policy '${frozen(tableArn)}'`,
  ThawCommand: `aws dynamodb delete-resource-policy --region ${Aws.REGION} --resource-arn ${tableArn}`,
});
