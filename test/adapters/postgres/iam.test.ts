/** Signing in with a token of this machine's own making: for whom, for where, and never written into a URL. */
import { afterEach, expect, it, vi } from "vitest";
import { withToken } from "../../../lambda/adapters/postgres/iam.ts";

const HOST = "files.cluster-abc.eu-west-3.rds.amazonaws.com";
afterEach(() => {
  vi.unstubAllEnvs();
});

async function tokenOf(url: string): Promise<string> {
  const { password } = withToken(url);
  return typeof password === "function" ? await password() : expect.fail("no token");
}

it("a token is for one host, port, user and region, and good for a quarter of an hour", async () => {
  const token = new URL(`https://${await tokenOf(`postgres://migrator@${HOST}:5433/files?auth=iam`)}`);
  expect(token.host).toBe(`${HOST}:5433`);
  expect(Object.fromEntries(token.searchParams)).toMatchObject({
    Action: "connect",
    DBUser: "migrator",
    "X-Amz-Expires": "900",
    "X-Amz-Credential": expect.stringContaining("/eu-west-3/rds-db/"),
  });
});

it("the region is the host's, or else the environment's", async () => {
  vi.stubEnv("AWS_REGION", "us-east-2");
  expect(await tokenOf("postgres://migrator@db.internal/files?auth=iam")).toContain("us-east-2");
  vi.stubEnv("AWS_REGION", undefined);
  expect(() => withToken("postgres://migrator@db.internal/files?auth=iam")).toThrow(/region/);
});

it("the driver is given the URL without the word and without a password; any other URL as it is", () => {
  expect(withToken(`postgres://migrator:old@${HOST}/files?auth=iam&application_name=x`).connectionString).toBe(
    `postgres://migrator@${HOST}/files?application_name=x`,
  );
  expect(withToken("postgres://me:pw@h/d")).toEqual({ connectionString: "postgres://me:pw@h/d" });
});

it.each([
  ["another word", `postgres://migrator@${HOST}/files?auth=kerberos`],
  ["no user", `postgres://${HOST}/files?auth=iam`],
])("%s is refused", (_, url) => {
  expect(() => withToken(url)).toThrowError(expect.objectContaining({ code: "settings" }));
});
