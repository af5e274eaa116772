/**
 * The function behind the custom resource: CloudFormation's request → one statement by the Data API → CloudFormation's
 * answer. A cluster that wakes up is waited for. Deleting always succeeds, because a stack must not hang on a database
 * that has gone already.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ExecuteStatementCommand, RDSDataClient } from "@aws-sdk/client-rds-data";
import { z } from "zod";
import { ADMIT, LOCK_OUT, ROLE } from "./role-statement.ts";

const requestSchema = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  /** Given by an earlier answer; a new resource has none. */
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.object({ clusterArn: z.string(), secretArn: z.string(), database: z.string() }),
});

type Request = z.output<typeof requestSchema>;

/**
 * DatabaseResuming…: it had paused, and takes up to half a minute. BadRequest and Forbidden: a cluster that was made a
 * moment ago has no Data API yet, or a policy is not known everywhere yet. The others are the service's own.
 */
const PASSING = new Set([
  "AccessDeniedException",
  "BadRequestException",
  "DatabaseResumingException",
  "DatabaseUnavailableException",
  "ForbiddenException",
  "InternalServerErrorException",
  "ServiceUnavailableError",
  "StatementTimeoutException",
]);

/** Retried for so long, in milliseconds, that the answer is given before the function's own timeout. */
const PATIENCE = Number(process.env.PATIENCE_MILLISECONDS ?? 180_000);
const PAUSE = Math.min(5_000, PATIENCE / 10);

export async function handler(event: unknown): Promise<void> {
  const request = requestSchema.parse(event);
  try {
    await execute(request, request.RequestType === "Delete" ? LOCK_OUT : ADMIT);
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
  const until = Date.now() + PATIENCE;
  for (;;) {
    try {
      await client.send(new ExecuteStatementCommand({ resourceArn: clusterArn, secretArn, database, sql }));
      return;
    } catch (error) {
      // A statement that Postgres refused comes as a bad request, too, and stays one.
      const passing = error instanceof Error && PASSING.has(error.name) && !error.message.includes("SQLState");
      if (!passing || Date.now() + PAUSE > until) throw error;
      await wait(PAUSE);
    }
  }
}

/** The name of the resource is the role in its cluster: of another cluster, CloudFormation deletes the role in the old one. */
async function answer(request: Request, Status: "SUCCESS" | "FAILED", Reason = ""): Promise<void> {
  const { RequestType, StackId, RequestId, LogicalResourceId, ResourceProperties } = request;
  const name = `${ROLE}@${ResourceProperties.clusterArn}/${ResourceProperties.database}`;
  const PhysicalResourceId = RequestType === "Delete" ? (request.PhysicalResourceId ?? name) : name;
  const body = JSON.stringify({ Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId });
  // As bytes, because text would bring a content type, and the URL was signed without one.
  const { ok, status } = await fetch(request.ResponseURL, { method: "PUT", body: new TextEncoder().encode(body) });
  if (!ok) throw new Error(`CloudFormation answered ${status}`);
}
