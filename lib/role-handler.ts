/**
 * The function behind the custom resource: CloudFormation's request → one statement by the Data API → CloudFormation's
 * answer. A cluster that wakes up is waited for. Deleting always succeeds, because a stack must not hang on a database
 * that has gone already.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ExecuteStatementCommand, RDSDataClient } from "@aws-sdk/client-rds-data";
import { z } from "zod";
import { admitting, lockingOut, ROLE } from "./role-statement.ts";

const requestSchema = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  /** Given by an earlier answer; a new resource has none. */
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.object({
    clusterArn: z.string(),
    secretArn: z.string(),
    database: z.string(),
    owner: z.string(),
    appRole: z.string(),
  }),
});

type Request = z.output<typeof requestSchema>;

/**
 * Only what is wrong in itself is given up: a statement that Postgres refused, or a request that is none. All else may pass: a
 * cluster that was made a moment ago, wakes up or changes its secret, a policy that is not known everywhere yet, the network.
 */
const IN_ITSELF = new Set(["ValidationException", "UnsupportedResultException"]);

/** Of Postgres' refusals those that are about its hour: it starts, it is full, others stood in the way. */
const PASSING_STATE = /SQLState: (08|40|53|55P03|57)/;

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.message.includes("SQLState")) return PASSING_STATE.test(error.message);
  return !IN_ITSELF.has(error.name);
}

/** Retried for so long, in milliseconds, that the answer is given before the function's own timeout. */
const patience = (): number => Number(process.env.PATIENCE_MILLISECONDS ?? 180_000);
const LONGEST_PAUSE = 5_000;

export async function handler(event: unknown): Promise<void> {
  const request = requestSchema.parse(event);
  try {
    const { ResourceProperties: roles } = request;
    await execute(request, request.RequestType === "Delete" ? lockingOut(roles) : admitting(roles));
    await answer(request, "SUCCESS");
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    process.stdout.write(
      `${JSON.stringify({ level: "ERROR", message: `${request.RequestType}: ${name}: ${message}` })}\n`,
    );
    if (request.RequestType === "Delete") await answer(request, "SUCCESS");
    else await answer(request, "FAILED", `the role ${ROLE} could not be made: ${name}: ${message}`);
  }
}

async function execute(
  { ResourceProperties: { clusterArn, secretArn, database } }: Request,
  sql: string,
): Promise<void> {
  const client = new RDSDataClient({});
  const time = patience();
  const [until, pause] = [Date.now() + time, Math.min(LONGEST_PAUSE, time / 10)];
  for (;;) {
    try {
      await client.send(new ExecuteStatementCommand({ resourceArn: clusterArn, secretArn, database, sql }));
      return;
    } catch (error) {
      if (!isPassing(error) || Date.now() + pause > until) throw error;
      await wait(pause);
    }
  }
}

/**
 * The name of the resource is the role in its cluster: where that is another one, CloudFormation has the role locked out of the old.
 * Not its database: roles are the cluster's, and one that was locked out of it would be locked out of the new database as well.
 */
async function answer(request: Request, Status: "SUCCESS" | "FAILED", Reason = ""): Promise<void> {
  const { RequestType, StackId, RequestId, LogicalResourceId, ResourceProperties } = request;
  const name = `${ROLE}@${ResourceProperties.clusterArn}`;
  const PhysicalResourceId = RequestType === "Delete" ? (request.PhysicalResourceId ?? name) : name;
  const body = JSON.stringify({ Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId });
  // As bytes, because text would bring a content type, and the URL was signed without one.
  const { ok, status } = await fetch(request.ResponseURL, { method: "PUT", body: new TextEncoder().encode(body) });
  if (!ok) throw new Error(`CloudFormation answered ${status}`);
}
