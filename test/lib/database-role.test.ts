/** The custom resource's own handler, with the properties of the template, on a PostgreSQL of its own: roles belong to the whole server. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type DataApi, startDataApi } from "./data-api.ts";
import { type Rds, startRds } from "./rds.ts";
import { CLUSTER, NETWORK, resolved, synthesize, the } from "./synthesized.ts";

let rds: Rds;
let api: DataApi;
let handler: (event: unknown) => Promise<void>;
let properties: Record<string, unknown>;

beforeAll(async () => {
  vi.stubEnv("PATIENCE_MILLISECONDS", "400");
  rds = await startRds();
  properties = resolved(
    the(synthesize({ network: NETWORK, cluster: CLUSTER }), "Custom::DatabaseRole").Properties,
  ) as typeof properties;
  ({ handler } = await import("../../lib/role-handler.ts"));
});
afterAll(() => rds.stop());
afterAll(() => void vi.unstubAllEnvs());

beforeEach(async () => {
  api = await startDataApi(rds.urlOf("app", "master"));
  vi.stubEnv("AWS_ENDPOINT_URL_RDS_DATA", api.url);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  for (const role of ["migrator", "app_owner", "app", "shop"])
    await rds.query(`drop owned by ${role} cascade; drop role ${role}`, "app").catch(() => undefined);
});

async function request(RequestType: string, more: Record<string, unknown> = {}) {
  await handler({
    RequestType,
    ResponseURL: `${api.url}/answer?signature=x`,
    StackId: "arn:aws:cloudformation:eu-west-1:123456789012:stack/x/y",
    RequestId: "one",
    LogicalResourceId: "DatabaseRole",
    ResourceProperties: properties,
    ...more,
  });
  return api.answers.at(-1)?.body;
}

/** All that the roles are and may, as Postgres knows it. */
async function state(): Promise<unknown> {
  const [role] = await rds.query(
    `select rolcanlogin as login, rolsuper or rolcreatedb or rolcreaterole or rolbypassrls or rolreplication as more,
       array(select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.roleid
             where m.member = 'migrator'::regrole order by 1) as member_of,
       array(select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.member
             where m.roleid = 'migrator'::regrole) as members,
       has_database_privilege('app_owner', 'app', 'create') and has_schema_privilege('app_owner', 'public', 'create') as makes,
       (select bool_or(rolcanlogin) from pg_roles where rolname in ('app_owner', 'app')) as others_login,
       pg_has_role('master', 'app_owner', 'usage') as master_reads, pg_has_role('master', 'rds_iam', 'member') as master_by_iam,
       (select count(*)::int from pg_roles where rolname = 'migrator_maker') as makers
     from pg_roles where rolname = 'migrator'`,
    "app",
  );
  return role;
}

const ADMITTED = {
  ...{ login: true, more: false, member_of: ["app_owner", "rds_iam"], members: [], makes: true, others_login: false },
  ...{ master_reads: true, master_by_iam: false, makers: 0 },
};

it("makes the role, signed in by IAM, with what it needs and no more; and again; and on an update", async () => {
  const physical = `migrator@arn:aws:rds:eu-west-1:123456789012:cluster:shop`;
  expect(await request("Create")).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: physical, RequestId: "one" });
  expect(await state()).toEqual(ADMITTED);
  expect(await request("Create")).toMatchObject({ Status: "SUCCESS" });
  expect(await request("Update", { PhysicalResourceId: physical })).toMatchObject({ PhysicalResourceId: physical });
  expect(await state()).toEqual(ADMITTED);
  expect(api.requests).toEqual(
    Array(3).fill({ resourceArn: properties.clusterArn, secretArn: CLUSTER.secretArn, database: "app" }),
  );
  // A content type would break the signature of the real address.
  expect(api.answers.map(({ type }) => type)).toEqual([undefined, undefined, undefined]);
});

it("what the role makes is the owner's, the master reads it at once, and what others have is not touched", async () => {
  await rds.query("create table theirs (id int); revoke all on theirs from public", "app");
  await request("Create");
  await rds.migrating(async (migrator) => {
    await migrator.query("create schema ledger; create table ledger.run (id int); create table public.users (id int)");
    await expect(migrator.query("select from theirs")).rejects.toThrow(/permission denied/);
    await expect(migrator.query("create role other")).rejects.toThrow(/permission denied/);
  });
  expect(await rds.as("master", "select * from users, ledger.run")).toEqual([]);
  expect(
    await rds.query("select distinct tableowner as is from pg_tables where tablename in ('run', 'users')", "app"),
  ).toEqual([{ is: "app_owner" }]);
});

it("an update mends what somebody changed", async () => {
  await request("Create");
  await rds.query("revoke create on schema public from app_owner; revoke rds_iam, app_owner from migrator", "app");
  await request("Update");
  expect(await state()).toEqual(ADMITTED);
});

it("another database of the same cluster is another database for the same role, and locks nobody out", async () => {
  const [{ PhysicalResourceId } = { PhysicalResourceId: undefined }] = [await request("Create")];
  expect(
    await request("Update", { PhysicalResourceId, ResourceProperties: { ...properties, database: "other" } }),
  ).toMatchObject({ Status: "SUCCESS", PhysicalResourceId });
});

describe("deleting", () => {
  it("locks the role out, keeps its tables, and may be undone", async () => {
    await request("Create");
    await rds.migrating((migrator) => migrator.query("create table kept as select 1 as id"));
    expect(await request("Delete", { PhysicalResourceId: "as it was" })).toMatchObject({
      Status: "SUCCESS",
      PhysicalResourceId: "as it was",
    });
    expect(await state()).toMatchObject({ member_of: [], members: [] });
    await expect(rds.migrating(async () => undefined)).rejects.toThrow(/permission denied to set role/);
    expect(await rds.as("master", "select id from kept")).toEqual([{ id: 1 }]);
    await request("Create");
    expect(await state()).toEqual(ADMITTED);
  });

  it("a role that was never made is no fault", async () => {
    expect(await request("Delete")).toMatchObject({ Status: "SUCCESS" });
    expect(api.requests).toHaveLength(1);
  });

  it("a database that has gone is no fault", async () => {
    api.failures.push({ name: "DatabaseNotFoundException", message: "gone" });
    expect(await request("Delete")).toMatchObject({ Status: "SUCCESS" });
  });
});

it.each([
  ...["DatabaseResumingException", "BadRequestException", "ServiceUnavailableError", "AccessDeniedException"],
  ...[
    "HttpEndpointNotEnabledException",
    "DatabaseNotFoundException",
    "InvalidResourceStateException",
    "SecretsErrorException",
  ],
])("%s passes, and is waited for", async (name) => {
  api.failures.push({ name, message: "not yet" }, { name, message: "ERROR: starting; SQLState: 57P03" });
  expect(await request("Create")).toMatchObject({ Status: "SUCCESS" });
  expect(await state()).toEqual(ADMITTED);
  expect(api.requests).toHaveLength(3);
});

it("a request that is none is told at once", async () => {
  api.failures.push({ name: "ValidationException", message: "no such form" });
  expect(await request("Create")).toMatchObject({ Status: "FAILED", Reason: expect.stringContaining("no such form") });
  expect(api.requests).toHaveLength(1);
});

it("a database that never wakes up is told before the function's own time is over", async () => {
  api.failures.push(...Array(100).fill({ name: "DatabaseResumingException", message: "not yet" }));
  expect(await request("Create")).toMatchObject({
    Status: "FAILED",
    Reason: expect.stringContaining("the role migrator could not be made: DatabaseResumingException"),
  });
  const { Timeout } = the(synthesize(), "AWS::Lambda::Function", "DatabaseRole").Properties;
  const { ServiceTimeout } = the(synthesize(), "Custom::DatabaseRole").Properties;
  // The handler's patience is three minutes.
  expect([Timeout, Number(ServiceTimeout)]).toEqual([300, 360]);
});

it("what Postgres refuses is told at once", async () => {
  await rds.query("alter role master nocreaterole");
  try {
    expect(await request("Create")).toMatchObject({
      Status: "FAILED",
      Reason: expect.stringMatching(/SQLState: 42501/),
    });
    expect(api.requests).toHaveLength(1);
  } finally {
    await rds.query("alter role master createrole");
  }
});
