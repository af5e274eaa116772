/** The custom resource's own handler, with the properties of the template, on a PostgreSQL of its own: roles belong to the whole server. */
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startPostgres } from "../../bin/embedded/postgres.ts";
import { type DataApi, startDataApi } from "./data-api.ts";
import { CLUSTER, NETWORK, resolved, synthesize, the } from "./synthesized.ts";

let server: EmbeddedPostgres;
let api: DataApi;
let handler: (event: unknown) => Promise<void>;
let properties: Record<string, unknown>;

/** Runs statements as the server's superuser, in a database. */
async function query(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(urlOf(database));
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(database: string, user?: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  if (user !== undefined) url.username = user;
  return url.href;
}

beforeAll(async () => {
  process.env.PATIENCE_MILLISECONDS = "400";
  server = await startPostgres();
  // RDS' master is no superuser: it may create roles, and may hand on the one that lets IAM sign in.
  await query(`
    create role rds_iam nologin;
    create role master login createrole createdb;
    grant rds_iam to master with admin option;
  `);
  await query("create database app owner master");
  properties = resolved(
    the(synthesize({ network: NETWORK, cluster: CLUSTER }), "Custom::DatabaseRole").Properties,
  ) as typeof properties;
  ({ handler } = await import("../../lib/role-handler.ts"));
});
afterAll(() => server.stop());

beforeEach(async () => {
  api = await startDataApi(urlOf("app", "master"));
  process.env.AWS_ENDPOINT_URL_RDS_DATA = api.url;
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await query("drop owned by migrator; drop role migrator", "app").catch(() => undefined);
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

/** All that the role is and may, as Postgres knows it. */
async function state(): Promise<unknown> {
  const [role] = await query(
    `select rolcanlogin as login, rolsuper as super, rolcreatedb as creates_databases, rolcreaterole as creates_roles,
       rolbypassrls as bypasses, rolreplication as replicates, pg_has_role('migrator', 'rds_iam', 'member') as by_iam,
       array(select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.roleid
             where m.member = 'migrator'::regrole) as member_of,
       has_database_privilege('migrator', 'app', 'connect') as connects,
       has_database_privilege('migrator', 'app', 'create') as makes_schemas,
       has_schema_privilege('migrator', 'public', 'usage') as sees,
       has_schema_privilege('migrator', 'public', 'create') as makes_tables
     from pg_roles where rolname = 'migrator'`,
    "app",
  );
  return role;
}

const ADMITTED = {
  ...{ login: true, super: false, creates_databases: false, creates_roles: false, bypasses: false, replicates: false },
  ...{ by_iam: true, member_of: ["rds_iam"], connects: true, makes_schemas: true, sees: true, makes_tables: true },
};

it("makes the role, signed in by IAM, with what it needs and no more; and again; and on an update", async () => {
  const physical = `migrator@arn:aws:rds:eu-west-1:123456789012:cluster:shop/app`;
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

it("the role can make its ledger's schema and its tables, and cannot touch those of others", async () => {
  await query("create table theirs (id int); revoke all on theirs from public", "app");
  await request("Create");
  const migrator = new pg.Client(urlOf("app", "migrator"));
  await migrator.connect();
  try {
    await migrator.query("create schema ledger; create table ledger.run (id int); create table public.users (id int)");
    await expect(migrator.query("select from theirs")).rejects.toThrow(/permission denied/);
    await expect(migrator.query("create role other")).rejects.toThrow(/permission denied/);
  } finally {
    await migrator.end();
  }
});

it("an update mends what somebody changed", async () => {
  await request("Create");
  await query(
    "alter role migrator nologin; revoke create on schema public from migrator; revoke rds_iam from migrator",
    "app",
  );
  await request("Update");
  expect(await state()).toEqual(ADMITTED);
});

describe("deleting", () => {
  it("locks the role out, keeps its tables, and may be undone", async () => {
    await request("Create");
    await query("create table kept as select 1 as id; alter table kept owner to migrator", "app");
    expect(await request("Delete", { PhysicalResourceId: "as it was" })).toMatchObject({
      Status: "SUCCESS",
      PhysicalResourceId: "as it was",
    });
    expect(await state()).toMatchObject({ login: false, makes_schemas: false, makes_tables: false });
    expect(await query("select id from kept", "app")).toEqual([{ id: 1 }]);
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

it.each(["DatabaseResumingException", "BadRequestException", "ServiceUnavailableError", "AccessDeniedException"])(
  "%s passes, and is waited for",
  async (name) => {
    api.failures.push({ name, message: "not yet" }, { name, message: "not yet" });
    expect(await request("Create")).toMatchObject({ Status: "SUCCESS" });
    expect(await state()).toEqual(ADMITTED);
    expect(api.requests).toHaveLength(3);
  },
);

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
  await query("revoke rds_iam from master");
  try {
    expect(await request("Create")).toMatchObject({
      Status: "FAILED",
      Reason: expect.stringMatching(/SQLState: 42501/),
    });
    expect(api.requests).toHaveLength(1);
  } finally {
    await query("grant rds_iam to master with admin option");
  }
});
