/** What an operator types, word for word, as the stack's outputs tell it. */
import { Aws } from "aws-cdk-lib";

export interface Deployed {
  /** With its alias. */
  readonly functionName: string;
  readonly stateMachineArn: string;
  readonly logGroupName: string;
}

/** An invocation may take its 15 minutes: the command line would give up after one and invoke again. */
const invoke = (functionName: string, event: string): string =>
  `aws lambda invoke --region ${Aws.REGION} --function-name ${functionName} --cli-binary-format raw-in-base64-out --cli-read-timeout 0 --payload '${event}' /dev/stdout`;

export const commandsOf = ({ functionName, stateMachineArn, logGroupName }: Deployed) => ({
  /** All of it in one invocation, for a table that fits; again after any failure, until it says `verified`. */
  InvokeCommand: invoke(functionName, "{}"),
  /** A table of any size. */
  StartCommand: `aws stepfunctions start-execution --region ${Aws.REGION} --state-machine-arn ${stateMachineArn}`,
  FollowCommand: `aws stepfunctions list-executions --region ${Aws.REGION} --state-machine-arn ${stateMachineArn} --max-items 1`,
  StatusCommand: invoke(functionName, '{"action":"status"}'),
  ReportCommand: `aws logs filter-log-events --region ${Aws.REGION} --log-group-name ${logGroupName} --filter-pattern '{ $.message = "report" }' --query 'events[-1].message' --output text`,
  RollbackCommand: invoke(functionName, '{"action":"rollback"}'),
});
