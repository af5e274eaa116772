/** Whatever may be wrong with a table, or the way to it → one cause, and what to type. */
import { createServer as createHttp } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { createSampleTable } from "../../bin/rehearse/seed.ts";
import { openClient } from "../../lambda/adapters/dynamodb/client.ts";
import { toMigrationError } from "../../lambda/adapters/dynamodb/errors.ts";
import { alike } from "../../lambda/domain/alike.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { must } from "../../lambda/domain/must.ts";
import type { ProgressEvent } from "../../lambda/ports/progress.ts";
import { runCheck } from "../../lambda/verbs/check.ts";
import { runEstimate } from "../../lambda/verbs/estimate.ts";
import { takeCensus } from "../support/census.ts";
import { type DynamoDbProxy, dynamoDbProxy, type Fault } from "../support/dynamodb-proxy.ts";
import { listening } from "../support/listening.ts";
import { tableName } from "../support/table-name.ts";

const TABLE = tableName("orders");
let proxy: DynamoDbProxy;
const others: Server[] = [];
const guests = new Set<Socket>();
let visits = 0;

beforeAll(async () => {
  proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  const client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  await createSampleTable(client, TABLE);
  client.destroy();
});
afterAll(async () => {
  for (const guest of guests) guest.destroy();
  for (const each of others) each.close();
  await proxy[Symbol.asyncDispose]();
});

async function other(made: Server): Promise<string> {
  others.push(made);
  return `http://127.0.0.1:${await listening(made)}`;
}
const letting = (welcome: (guest: Socket) => unknown) =>
  createServer((guest) => {
    visits += 1;
    guests.add(guest.on("error", () => undefined));
    welcome(guest);
  });
const at = (endpoint: string, table = TABLE) => `dynamodb:${table}?region=local&endpoint=${endpoint}`;

async function refusal(work: Promise<unknown>): Promise<MigrationError & { readonly remedy: string }> {
  const error: unknown = await work.then(
    () => expect.fail("it was read"),
    (is: unknown) => is,
  );
  if (!(error instanceof MigrationError)) throw error;
  const [finding, ...more] = error.findings;
  expect(more).toEqual([]);
  return Object.assign(error, { remedy: must(finding, "there is one").remedy });
}
const told = (source: string) => refusal(takeCensus(source));

describe("what the service says", () => {
  const user = "arn:aws:iam::111122223333:user/people/ada";
  const role = "arn:aws:sts::111122223333:assumed-role/Reader/session";
  const arn = "arn:aws:dynamodb:local:111122223333:table/orders";
  const denial = (who: string, action = "dynamodb:DescribeTable", on = arn) =>
    `User: ${who} is not authorized to perform: ${action} on resource: ${on} because no identity-based policy allows it`;
  const CASES: readonly (readonly [name: string, message: string, problem: RegExp, remedy: RegExp])[] = [
    ["ExpiredTokenException", "", /have run out \(ExpiredTokenException\)/, /aws sts get-caller-identity$/],
    ["UnrecognizedClientException", "", /does not know this access key/, /AWS_ACCESS_KEY_ID.*get-caller-identity$/],
    ["InvalidSignatureException", "", /secret key does not belong/, /AWS_SECRET_ACCESS_KEY.*get-caller-identity$/],
    ["MissingAuthenticationTokenException", "", /no credentials/, /export AWS_ACCESS_KEY_ID=any/],
    [
      "AccessDeniedException",
      denial(user),
      /user\/people\/ada may not dynamodb:DescribeTable \(/,
      /aws iam put-user-policy --user-name ada .*"dynamodb:Scan".*"Resource":"arn:aws:dynamodb:local:111122223333:table\/orders"/,
    ],
    ["AccessDeniedException", denial(role), /Reader\/session may not/, /aws iam put-role-policy --role-name Reader /],
    [
      "AccessDeniedException",
      denial(role, "kms:Decrypt", "arn:aws:kms:local:111122223333:key/k"),
      /may not kms:Decrypt/,
      /put-role-policy .*"Action":\["kms:Decrypt"\],"Resource":"arn:aws:kms/,
    ],
    [
      "AccessDeniedException",
      denial("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Look_0/ada"),
      /may not/,
      /^allow .*dynamodb:Scan.* on this table/,
    ],
    ["AccessDeniedException", "of a key: ada@x.org", /credentials may not read it/, /^allow dynamodb:BatchGetItem/],
    ["ValidationException", "of a key: ada@x.org", /read: ValidationException/, /describe-table --table-name /],
  ];
  it.each(CASES)("%s %s", async (name, message, problem, remedy) => {
    const fault: Fault = { status: 400, name, message };
    proxy.faults.set("DescribeTable", [fault]);
    const error = await told(at(proxy.endpoint));
    expect(error.message).toMatch(problem);
    expect(error.remedy).toMatch(remedy);
    expect(error.code).toBe("source-unusable");
    expect(`${error.message}${error.remedy}`).not.toContain("ada@x.org");
  });

  it("a table that is not there is told with those that are named alike", async () => {
    const error = await told(at(proxy.endpoint, `${TABLE.slice(0, -1)}_`));
    expect(error.message).toContain(
      `in local, of the account these credentials belong to (ResourceNotFoundException); there is ${TABLE}`,
    );
    expect(error.remedy).toBe(`name the one that is meant: --source '${at(proxy.endpoint)}'`);
  });

  it("to whom nobody lists tables it is told where they are", async () => {
    proxy.faults.set("ListTables", ["denied"]);
    const error = await told(at(proxy.endpoint, `${TABLE}s`));
    expect(error.message).toMatch(/credentials belong to \(ResourceNotFoundException\)$/);
    expect(error.remedy).toMatch(/aws dynamodb list-tables --region local --endpoint-url http:\S+$/);
  });

  it("the same is told to who asks for an estimate", async () => {
    const error = await refusal(runEstimate({ source: at(proxy.endpoint, `${TABLE}s`), options: {} }));
    expect(error.message).toContain(`there is ${TABLE}`);
  });
});

it("names are alike that a slip of the finger, a case or an ending parts", () => {
  const known = ["Orders", "orders-prod", "users", "sredro", "x"];
  expect(alike("order", known)).toEqual(["Orders", "orders-prod"]);
  expect(alike("odrers", known)).toEqual(["Orders"]);
  expect(alike("usres", known)).toEqual(["users"]);
  expect(alike("xy", known)).toEqual(["x"]);
  expect(alike("nothing", known)).toEqual([]);
});

describe("the way to it", () => {
  it.each<[string, () => string | Promise<string>, RegExp, RegExp]>([
    [
      "nothing listens",
      () => "http://localhost:1",
      /nothing listens at http:\/\/localhost:1 /,
      /curl -sv http:\/\/localhost:1$/,
    ],
    [
      "a host nobody knows",
      () => "http://nowhere.invalid",
      /host nowhere\.invalid|name server/,
      /getent hosts nowhere\.invalid$/,
    ],
    [
      "a web server",
      () => other(createHttp((_, out) => out.end("<html>"))),
      /is no DynamoDB/,
      /endpoint=http:\/\/HOST:8000'$/,
    ],
    [
      "a web server without such a page",
      () => other(createHttp((_, out) => out.writeHead(404).end("<html>"))),
      /is no DynamoDB/,
      /HOST/,
    ],
    [
      "something that greets",
      () => other(letting((guest) => guest.write("SSH-2.0-OpenSSH_9.2\r\n"))),
      /is no DynamoDB/,
      /HOST/,
    ],
    [
      "https where there is none",
      async () =>
        (await other(letting((guest) => guest.end("HTTP/1.1 400 Bad Request\r\n\r\n")))).replace("http:", "https:"),
      /speaks no https/,
      /endpoint=http:\/\/127\.0\.0\.1:\d+'$/,
    ],
    ["a region nobody knows", () => "", /nobody knows a region eu-nowhere-1|name server/, /region=REGION'$|getent/],
  ])("%s", async (_, endpoint, problem, remedy) => {
    const where = await endpoint();
    const error = await told(where === "" ? "dynamodb:orders?region=eu-nowhere-1" : at(where));
    expect(error.message).toMatch(problem);
    expect(error.remedy).toMatch(remedy);
  });

  it("who never answers is asked three times", async () => {
    const endpoint = await other(letting((guest) => guest.resetAndDestroy()));
    visits = 0;
    const error = await told(at(endpoint));
    expect(error.message).toContain("ends every connection without an answer");
    expect(visits).toBe(3);
  });

  it("who has answered once is asked more often", async () => {
    const client = openClient({ table: TABLE, region: "local", endpoint: proxy.endpoint });
    await client.send(new ListTablesCommand());
    proxy.faults.set("ListTables", ["reset", "reset", "reset", "reset"]);
    expect((await client.send(new ListTablesCommand())).TableNames).toContain(TABLE);
    client.destroy();
    const lost = Object.assign(new Error(), { name: "TimeoutError", $metadata: { attempts: 10 } });
    expect(toMigrationError(lost, place())).toMatchObject({ message: expect.stringContaining("in 10 attempts") });
  });

  it("who is silent is told after a second, and given up after 30", async () => {
    const endpoint = await other(letting(() => undefined));
    const heard: ProgressEvent[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const tell = (event: ProgressEvent) => {
      heard.push(event);
      resolve();
    };
    const edge = { onProgress: () => undefined, signal: new AbortController().signal, progress: { tell } };
    const task = { source: at(endpoint), schema: undefined, keys: ["PK"], options: {} };
    const asked = refusal(runCheck(task, edge));
    await promise;
    expect(heard).toEqual([{ kind: "connecting", to: `the table ${TABLE}`, seconds: 30 }]);
    // What it is given up for, without the half minute.
    for (const guest of guests) guest.resetAndDestroy();
    others.at(-1)?.close();
    await asked;
    const given = toMigrationError(Object.assign(new Error("x"), { name: "TimeoutError" }), place(endpoint));
    expect(given).toMatchObject({
      message: expect.stringContaining("has not answered within 30 s"),
      code: "source-unreachable",
    });
  });

  const place = (endpoint?: string) => ({ name: "dynamodb:t", table: "t", region: "local", endpoint });
});

describe("what is wrong before anybody is asked", () => {
  it.each([
    ["localhost:8000", "http://localhost:8000"],
    ["db.example.org", "http://db.example.org"],
    ["ftp://x", "http://HOST:PORT"],
  ])("an endpoint without its scheme, %s", async (endpoint, meant) => {
    const error = await told(`dynamodb:orders?region=local&endpoint=${endpoint}`);
    expect(error.message).toContain("http:// or https://");
    expect(error.remedy).toBe(`write --source 'dynamodb:orders?region=local&endpoint=${meant}'`);
  });

  it("a region that nobody says", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    const error = await told("dynamodb:orders");
    vi.unstubAllEnvs();
    expect(error.remedy).toMatch(/--source 'dynamodb:orders\?region=REGION'$/);
  });

  it("nobody's credentials", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/dev/null");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    const error = await told("dynamodb:orders?region=eu-west-1");
    vi.unstubAllEnvs();
    expect(error.message).toContain("there are no credentials for AWS");
    expect(error.remedy).toMatch(/aws sts get-caller-identity$/);
  });
});
