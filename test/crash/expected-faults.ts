/** Faults, what must come of each, and the page that says what did. */

/**
 * What must come of each fault, written down before it is tried. `survived`: inside the one call, and the database is what it is
 * after a calm night. Anything else is how the call ends; the next one ends as after a calm night.
 */
export const EXPECTED = {
  "DynamoDB: ProvisionedThroughputExceededException": "survived",
  "DynamoDB: ThrottlingException": "survived",
  "DynamoDB: RequestLimitExceeded": "survived",
  "DynamoDB: InternalServerError": "survived",
  "DynamoDB: ServiceUnavailable": "survived",
  "DynamoDB: a gateway's 503 that is no JSON": "survived",
  "DynamoDB: connections reset": "survived",
  "DynamoDB: answers cut in the middle": "survived",
  "DynamoDB: slow pages": "survived",
  "DynamoDB: empty pages with a place to go on from": "survived",
  "DynamoDB: BatchGetItem that answers one key at a time": "survived",
  "DynamoDB: AccessDeniedException": "ends with source-unusable",
  "DynamoDB: ExpiredTokenException": "ends with source-unusable",
  "DynamoDB: UnrecognizedClientException": "ends with source-unusable",
  "DynamoDB: ResourceNotFoundException": "ends with source-unusable",
  "DynamoDB: ValidationException": "ends with source-unusable",
  "DynamoDB: throttled without end": "ends with source-unreachable",
  "Postgres: every connection cut, again and again": "survived",
  "Postgres: cut in the middle of a batch": "survived",
  "Postgres: backends ended by an administrator": "survived",
  "Postgres: connections refused for a while, as in a restart": "survived",
  "Postgres: stands still for a while, as when it resumes from zero": "survived",
  "Postgres: commits that happened, their answers lost": "survived",
  "Postgres: read-only for a while, as in a failover": "survived",
  "Postgres: cut while constraints are built and all is proven": "survived",
  "Postgres: too many connections, for a while": "survived",
  "Postgres: serialization failures": "survived",
  "Postgres: deadlocks": "survived",
  "Postgres: a statement_timeout of the database's own": "survived",
  "Postgres: no disk space": "ends with target-full",
  "Postgres: no memory": "ends with target-full",
  "Postgres: never there": "ends with target-unreachable",
  "Postgres: cut at every page": "ends with target-lost",
  "Postgres: serialization failures without end": "ends with target-busy",
} as const;

export type Fault = keyof typeof EXPECTED;

/** The page for whoever wants to know. */
export function pageOf(expected: typeof EXPECTED): string {
  const rows = Object.entries(expected).map(([fault, outcome]) => `| ${fault} | ${outcome} |`);
  return [
    "# Faults and what comes of them",
    "",
    "Written by `postgres-faults.test.ts` and `dynamodb-faults.test.ts`, which plant each of these in the middle of a migration",
    "between real engines. *Survived* means inside the one call: nobody has to do anything, and tables and audit are what they are",
    "after a calm night. Every other one ends with a refusal that says what to do; the same command goes on from the last page when",
    "the fault is gone, and ends the same.",
    "",
    "| fault | outcome |",
    "| --- | --- |",
    ...rows,
    "",
    "Killed processes are in `kill.test.ts`, stops at every single step in `every-step.test.ts`, two runners at once in",
    "`two-runners.test.ts`. `npm run test:crash` does all of it, and kills more than 200 processes.",
    "",
  ].join("\n");
}
