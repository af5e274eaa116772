/** What a stack has deployed → its state machine started and looked at, its function asked. */
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { MigrationError } from "../../lambda/domain/migration-error.ts";

export interface Outputs {
  readonly functionName: string;
  readonly stateMachineArn: string;
}

/** Each asks with the rights of whoever is signed in. */
export function deployed({ region }: { readonly region?: string | undefined }) {
  const place = region === undefined ? {} : { region };
  const [formation, functions, executions] = [
    new CloudFormationClient(place),
    new LambdaClient(place),
    new SFNClient(place),
  ];
  return {
    outputsOf: async (stack: string): Promise<Outputs> => {
      const { Stacks } = await formation.send(new DescribeStacksCommand({ StackName: stack }));
      const outputs = new Map(
        (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
      );
      const [functionName, stateMachineArn] = [outputs.get("FunctionName"), outputs.get("StateMachineArn")];
      if (functionName !== undefined && stateMachineArn !== undefined) return { functionName, stateMachineArn };
      const problem = `the stack ${stack} has no migrator`;
      throw new MigrationError("settings", problem, "deploy it with migrator=on, or correct the name");
    },
    /** An execution, by its ARN. */
    start: async ({ stateMachineArn }: Outputs): Promise<string | undefined> =>
      (await executions.send(new StartExecutionCommand({ stateMachineArn }))).executionArn,
    statusOf: async (executionArn: string | undefined): Promise<string | undefined> =>
      (await executions.send(new DescribeExecutionCommand({ executionArn }))).status,
    ask: async ({ functionName }: Outputs, event: object): Promise<unknown> => {
      const Payload = Buffer.from(JSON.stringify(event));
      const { Payload: answer } = await functions.send(new InvokeCommand({ FunctionName: functionName, Payload }));
      return JSON.parse(Buffer.from(answer ?? []).toString());
    },
    [Symbol.dispose]: (): void => {
      for (const client of [formation, functions, executions]) client.destroy();
    },
  };
}
