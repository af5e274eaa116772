/** What AWS may refuse to who starts a stack's workflow → one cause, and what to type. */
import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { program } from "../../bin/commands/program.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { must } from "../../lambda/domain/must.ts";
import { listening } from "../support/listening.ts";

let refusing = ["", ""];
const server = createServer((_, out) => {
  const [code, message] = refusing;
  out.writeHead(400, { "content-type": "text/xml" });
  out.end(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
});
let endpoint: string;
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listening(server)}`;
});
beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

async function told(...words: string[]): Promise<readonly [string, string]> {
  const error: unknown = await program()
    .parseAsync(["invoke", "--stack", "Orders", ...words], { from: "user" })
    .catch((is: unknown) => is);
  if (!(error instanceof MigrationError)) return expect.unreachable("it was not refused");
  return [error.message, must(error.findings[0], "there is one").remedy];
}

it.each<[code: string, message: string, problem: RegExp, remedy: RegExp]>([
  [
    "ValidationError",
    "Stack with id Orders does not exist",
    /no stack Orders in eu-west-1/,
    /describe-stacks .* --region eu-west-1$/,
  ],
  ["ExpiredToken", "", /have run out/, /aws sts get-caller-identity$/],
  ["InvalidClientTokenId", "", /does not know this access key/, /aws sts get-caller-identity$/],
  ["SignatureDoesNotMatch", "", /secret key does not belong/, /aws sts get-caller-identity$/],
  [
    "AccessDenied",
    "User: arn:aws:iam::111122223333:user/ada is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:x",
    /user\/ada may not cloudformation:DescribeStacks/,
    /operator's policy/,
  ],
  [
    "Odd",
    "a-value-nobody-may-see",
    /^AWS refused a request \(Odd\)$/,
    /describe-stack-events --stack-name Orders --region eu-west-1$/,
  ],
])("%s", async (code, message, problem, remedy) => {
  refusing = [code, message];
  const found = await told("--region", "eu-west-1");
  expect(found).toEqual([expect.stringMatching(problem), expect.stringMatching(remedy)]);
  expect(found.join()).not.toContain("a-value-nobody-may-see");
});

it("nobody's credentials", async () => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/dev/null");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  const found = await told("--region", "eu-west-1");
  vi.unstubAllEnvs();
  expect(found[0]).toContain("there are no credentials for AWS");
});

it("no region", async () => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/dev/null");
  const found = await told();
  vi.unstubAllEnvs();
  expect(found).toEqual([
    expect.stringContaining("the region is not known"),
    expect.stringMatching(/export AWS_REGION=REGION$/),
  ]);
});
