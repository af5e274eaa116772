/**
 * A table of any size: plan, then workers that copy until nothing is left, then constraints, then the proof. Each task is
 * the same function, whose invocations end after 15 minutes at most and say whether there is more; where the run is
 * stands in the ledger and not here, so any task may be tried again and a failed execution redriven.
 * In JSONPath, which engines other than AWS' understand.
 */
import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import {
  type Chain,
  Choice,
  Condition,
  DefinitionBody,
  Fail,
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
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { acknowledgeLogDelivery } from "./acknowledgements.ts";
import type { LogSettings } from "./logs.ts";

export interface WorkflowProps {
  readonly migrator: IFunction;
  readonly workers: number;
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

export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly #migrator: IFunction;

  constructor(scope: Construct, id: string, { migrator, workers, logs }: WorkflowProps) {
    super(scope, id);
    this.#migrator = migrator;
    const copyAll = new MapState(this, "CopyAll", {
      comment: "One slot for each worker; the units they claim are in the ledger",
      itemsPath: "$.plan.workers",
      itemSelector: { worker: JsonPath.stringAt("$$.Map.Item.Value"), events: JsonPath.objectAt("$.events") },
      maxConcurrency: workers,
      resultPath: JsonPath.DISCARD,
    });
    copyAll.itemProcessor(this.#untilDone("Copy", "copy", new Succeed(this, "NothingLeft")));
    const plan = this.#task("Plan", "plan");
    const finalize = this.#untilDone("Finalize", "finalize", this.#prove());
    plan.next(this.#unlessRefused("Plan", "plan").otherwise(copyAll.next(finalize)));

    this.stateMachine = new StateMachine(this, "StateMachine", {
      comment: "Migrates a table of any size to Postgres and proves it",
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSON_PATH,
      definitionBody: DefinitionBody.fromChainable(this.#events(workers).next(plan)),
      // No window is longer, and one that hangs shall be told.
      timeout: Duration.days(1),
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(this, "Log", logs),
      },
    });
    acknowledgeLogDelivery(this.stateMachine);
  }

  /**
   * What each step is asked: its action, and what the execution's input says to it. The input is `{}`, or options by step,
   * `{"copy":{"maxReadUnits":500},"finalize":{"prune":true}}`; the function refuses what does not belong to a step.
   */
  #events(workers: number): Chain {
    const steps = ["plan", "copy", "finalize", "verify"];
    const each = <T>(of: (step: string) => T): Record<string, T> =>
      Object.fromEntries(steps.map((step) => [step, of(step)]));
    const actions = each((step) => (step === "plan" ? { action: step, workers } : { action: step }));
    const merge = (under: string, over: string) =>
      JsonPath.jsonMerge(JsonPath.objectAt(under), JsonPath.objectAt(over));
    const given = new Pass(this, "Given", {
      parameters: { actions, nothing: each(() => ({})), input: JsonPath.objectAt("$") },
    });
    const said = new Pass(this, "Said", {
      parameters: { actions: JsonPath.objectAt("$.actions"), said: merge("$.nothing", "$.input") },
    });
    const events = new Pass(this, "Events", {
      parameters: { events: each((step) => merge(`$.said.${step}`, `$.actions.${step}`)) },
    });
    return given.next(said).next(events);
  }

  /** Lap after lap, until the function says it is done. */
  #untilDone(name: string, action: string, next: IChainable): Chain {
    const task = this.#task(name, action);
    const lap = this.#pause(name).next(task);
    return task.next(
      this.#unlessRefused(name, action)
        .when(Condition.booleanEquals(`$.${action}.done`, true), next)
        .otherwise(lap),
    );
  }

  /** The proof may take several laps, too; its end is the execution's. */
  #prove(): IChainable {
    const task = this.#task("Verify", "verify");
    const failed = new Fail(this, "NotVerified", {
      comment: "Discrepant: the report in the log names every discrepancy",
      errorPath: "$.verify.verdict",
      cause: "the proof did not agree: read the report, the stack's output ReportCommand fetches it",
    });
    const is = (verdict: string): Condition => Condition.stringEquals("$.verify.verdict", verdict);
    return task.next(
      this.#unlessRefused("Verify", "verify")
        .when(is("verified"), new Succeed(this, "Verified"))
        .when(is("incomplete"), this.#pause("Verify").next(task))
        .otherwise(failed),
    );
  }

  /** What is refused now is refused again until somebody has corrected it. */
  #unlessRefused(name: string, action: string): Choice {
    const verdict = `$.${action}.verdict`;
    const refused = new Fail(this, `${name}Refused`, {
      error: "refused",
      cause: `the answer to ${name} names every problem, each with its remedy; correct them and start again`,
    });
    return new Choice(this, `Look at ${name}`).when(
      Condition.and(Condition.isPresent(verdict), Condition.stringEquals(verdict, "refused")),
      refused,
    );
  }

  #pause(name: string): Wait {
    return new Wait(this, `Before another ${name}`, { time: WaitTime.duration(PAUSE) });
  }

  #task(name: string, action: string): LambdaInvoke {
    const task = new LambdaInvoke(this, name, {
      lambdaFunction: this.#migrator,
      inputPath: `$.events.${action}`,
      payloadResponseOnly: true,
      resultPath: `$.${action}`,
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
