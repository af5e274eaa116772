/** Signing in with a token of this machine's own making: for whom, for where, and never written into a URL. */
import { afterEach, expect, it, vi } from "vitest";
import { addressOf } from "../../../../lambda/adapters/postgres/session/address.ts";
import { passwordOf } from "../../../../lambda/adapters/postgres/session/iam.ts";

const HOST = "files.cluster-abc.eu-west-3.rds.amazonaws.com";
afterEach(() => {
  vi.unstubAllEnvs();
});

const signedIn = (url: string) => passwordOf(url, addressOf(url));

async function tokenOf(url: string): Promise<string> {
  const password = signedIn(url);
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
  expect(() => signedIn("postgres://migrator@db.internal/files?auth=iam")).toThrow(/region/);
});

it("a token is for where the connection really goes, wherever the URL says it", async () => {
  const token = new URL(`https://${await tokenOf(`postgres:///files?auth=iam&user=mover&host=${HOST}&port=5433`)}`);
  expect(token.host).toBe(`${HOST}:5433`);
  expect(token.searchParams.get("DBUser")).toBe("mover");
});

it("a URL without the word signs in with its password", () => expect(signedIn("postgres://me:p%40w@h/d")).toBe("p@w"));

it.each([
  ["another word", `postgres://migrator@${HOST}/files?auth=kerberos`],
  ["no user", `postgres://${HOST}/files?auth=iam`],
])("%s is refused", (_, url) => {
  expect(() => signedIn(url)).toThrowError(expect.objectContaining({ code: "settings" }));
});
