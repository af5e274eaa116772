/**
 * A table of any size: plan, then workers that copy until nothing is left, then constraints, then the proof. Each task is
 * the same function, whose invocations end after 15 minutes at most and say whether there is more; where the run is
 * stands in the ledger and not here, so any task may be tried again, and after a failed execution another one goes on.
 * In JSONPath, which engines other than AWS' understand.
 */
import { Duration, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import {
  type Chain,
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  type FailProps,
  type IChainable,
  JitterType,
  JsonPath,
  LogLevel,
  Map as MapState,
  Pass,
  QueryLanguage,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, type LambdaInvokeProps } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { acknowledgeLogDelivery } from "./acknowledgements.ts";
import type { LogSettings } from "./logs.ts";

export interface WorkflowProps {
  readonly migrator: IFunction;
  readonly workers: number;
  /** Exports are brought up to the moment an execution begins, before it plans. */
  readonly withExports: boolean;
  readonly logs: LogSettings;
}

/** Lambda itself was at fault, or busy: the function may not even have begun. */
const SERVICE_ERRORS = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

/** The function ended without an answer: killed at its deadline, out of memory, or by a bug. The ledger knows how far it was. */
const FUNCTION_ERRORS = ["Sandbox.Timedout", "States.Timeout", "States.TaskFailed"];

/** A worker that vanished holds its unit for half a minute at most; before that another try finds nothing to do. */
const LOCKS_FREE = Duration.seconds(30);

/**
 * Between two laps. An execution's history ends at 25,000 events and a lap takes nine: without a pause a worker that has to
 * wait for another one's unit would use them up.
 */
const PAUSE = Duration.seconds(10);

/** AWS takes minutes for the smallest export: a day of such laps is far from the end of a history. */
const EXPORT_PAUSE = Duration.minutes(1);

/** What the plan says a step is asked, and where its answer goes. */
const asked = (action: string) => ({ inputPath: `$.plan.events.${action}`, resultPath: `$.${action}` });

export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly #migrator: IFunction;

  constructor(scope: Construct, id: string, { migrator, workers, withExports, logs }: WorkflowProps) {
    super(scope, id);
    this.#migrator = migrator;
    const { stackName } = Stack.of(this);
    const copyAll = new MapState(this, "CopyAll", {
      comment: "One slot for each worker; the units they claim are in the ledger",
      itemsPath: "$.plan.workers",
      itemSelector: { worker: JsonPath.stringAt("$$.Map.Item.Value"), plan: JsonPath.objectAt("$.plan") },
      maxConcurrency: workers,
      resultPath: JsonPath.DISCARD,
    });
    copyAll.itemProcessor(this.#untilDone("Copy", "copy", new Succeed(this, "NothingLeft")));
    const plan = this.#plan(workers, withExports ? "$.input" : "$");
    const finalize = this.#untilDone("Finalize", "finalize", this.#prove());
    plan.next(this.#unlessRefused("Plan", "plan").otherwise(copyAll.next(finalize)));
    const begin = withExports ? this.#export(plan) : plan;

    this.stateMachine = new StateMachine(this, "StateMachine", {
      comment: "Migrates a table of any size to Postgres and proves it",
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSON_PATH,
      definitionBody: DefinitionBody.fromChainable(begin),
      // No window is longer, and one that hangs shall be told.
      timeout: Duration.days(1),
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: false,
        // Elsewhere each log that is delivered takes room in a resource policy of the account, which is soon full.
        destination: new LogGroup(this, "Log", { ...logs, logGroupName: `/aws/vendedlogs/states/${stackName}` }),
      },
    });
    acknowledgeLogDelivery(this.stateMachine);
  }

  /**
   * Is given the execution's input as it is: `{}`, or options by step, `{"copy":{"maxReadUnits":500},"finalize":{"prune":true}}`. The
   * function checks all of it at once, and answers what each step is to be asked.
   */
  #plan(workers: number, input: string): LambdaInvoke {
    const payload = TaskInput.fromObject({ action: "plan", workers, input: JsonPath.objectAt(input) });
    // In the place of the input, whatever that is: an answer could not be put into one that is no object.
    return this.#task("Plan", { payload, resultSelector: { plan: JsonPath.objectAt("$") } });
  }

  /**
   * Lap after lap, until every export is there. Whatever lap it is, and whoever tries it again: the moment is the one at which the execution began, so
   * nothing is asked for twice. The input is kept beside the answers, whatever it is.
   */
  #export(next: IChainable): IChainable {
    const asked = {
      action: "export",
      until: JsonPath.stringAt("$$.Execution.StartTime"),
      input: JsonPath.objectAt("$.input"),
    };
    const task = this.#task("Export", { payload: TaskInput.fromObject(asked), resultPath: "$.export" });
    const look = this.#unlessRefused("Export", "export")
      .when(Condition.booleanEquals("$.export.done", true), next)
      .otherwise(this.#pause("Export", EXPORT_PAUSE).next(task));
    return new Pass(this, "Begin", { parameters: { input: JsonPath.objectAt("$") } }).next(task).next(look);
  }

  /** Lap after lap, until the function says it is done. */
  #untilDone(name: string, action: string, next: IChainable): Chain {
    const task = this.#task(name, asked(action));
    const lap = this.#pause(name).next(task);
    return task.next(
      this.#unlessRefused(name, action)
        .when(Condition.booleanEquals(`$.${action}.done`, true), next)
        .otherwise(lap),
    );
  }

  /** The proof may take several laps, too; its end is the execution's. */
  #prove(): IChainable {
    const task = this.#task("Verify", asked("verify"));
    const failed = this.#fail("NotVerified", "verify", {
      comment: "Discrepant: the stack's output ReportCommand fetches the report, which names every discrepancy",
      errorPath: "$.verdict",
    });
    const verified = new Succeed(this, "Verified", { outputPath: "$.verify" });
    const is = (verdict: string): Condition => Condition.stringEquals("$.verify.verdict", verdict);
    return task.next(
      this.#unlessRefused("Verify", "verify")
        .when(is("verified"), verified)
        .when(is("incomplete"), this.#pause("Verify").next(task))
        .otherwise(failed),
    );
  }

  /** What is refused now is refused again until somebody has corrected it and starts the workflow anew. */
  #unlessRefused(name: string, action: string): Choice {
    const verdict = `$.${action}.verdict`;
    const refused = this.#fail(`${name}Refused`, action, {
      comment: `What ${name} has answered names every problem, each with its remedy`,
      error: "refused",
    });
    return new Choice(this, `Look at ${name}`).when(
      Condition.and(Condition.isPresent(verdict), Condition.stringEquals(verdict, "refused")),
      refused,
    );
  }

  /** The end of an execution, where the console shows the summary of a step's answer. */
  #fail(name: string, action: string, how: Pick<FailProps, "comment" | "error" | "errorPath">): IChainable {
    const answer = `$.${action}`;
    const summary = new Pass(this, `Summary of ${name}`, {
      parameters: {
        verdict: JsonPath.stringAt(`${answer}.verdict`),
        summary: JsonPath.jsonToString(JsonPath.objectAt(`${answer}.summary`)),
      },
    });
    return summary.next(new Fail(this, name, { ...how, causePath: "$.summary" }));
  }

  #pause(name: string, pause = PAUSE): Wait {
    return new Wait(this, `Before another ${name}`, { time: WaitTime.duration(pause) });
  }

  #task(name: string, asked: Partial<LambdaInvokeProps>): LambdaInvoke {
    const task = new LambdaInvoke(this, name, {
      lambdaFunction: this.#migrator,
      payloadResponseOnly: true,
      ...asked,
      retryOnServiceExceptions: false,
      // A minute longer than an invocation can take.
      taskTimeout: Timeout.duration(Duration.minutes(16)),
    });
    const spread = { backoffRate: 2, jitterStrategy: JitterType.FULL };
    task.addRetry({
      errors: SERVICE_ERRORS,
      interval: Duration.seconds(2),
      maxAttempts: 8,
      maxDelay: Duration.minutes(1),
      ...spread,
    });
    task.addRetry({
      errors: FUNCTION_ERRORS,
      interval: LOCKS_FREE,
      maxAttempts: 4,
      maxDelay: Duration.minutes(5),
      backoffRate: 2,
    });
    return task;
  }
}
