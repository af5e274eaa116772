import { describe, expect, it } from "vitest";
import { defineTables } from "../../lambda/mapping/index.ts";
import { INDEXED, movedDatabase, PLAIN, ROLE, schemaOf, TABLE, users } from "../support/mover.ts";

const { database, asMover, run, migrate } = movedDatabase();

const owned = `alter table users owner to ${ROLE}`;
const allowed = `grant select, insert, update, delete on users to ${ROLE}`;

describe("is not refused, because it works", () => {
  const verified = async (schema = PLAIN) => expect((await migrate(schema)).verdict).toBe("verified");

  it("an empty database, by somebody who owns nothing", () => verified());

  it("a table of another role's where nothing is to be built on it", async () => {
    await run(TABLE, allowed);
    await verified();
  });

  it("an index that is there already on a table of another role's", async () => {
    await run(TABLE, allowed, "create index users_email_idx on users (email)");
    await verified(INDEXED);
  });

  it("a schema that is there already, by somebody who may make none", async () => {
    await run("create schema shop", `grant usage, create on schema shop to ${ROLE}`, "create schema migration_ledger");
    await run(`alter schema migration_ledger owner to ${ROLE}`);
    await run(`do $$ begin execute format('revoke create on database %I from ${ROLE}', current_database()); end $$`);
    await verified(schemaOf(defineTables({ users: users() }, { schema: "shop" })));
  });

  it("a partitioned table", async () => {
    await run(
      `${TABLE} partition by hash (id)`,
      "create table p partition of users for values with (modulus 1, remainder 0)",
    );
    await run(owned, `alter table p owner to ${ROLE}`);
    await verified();
  });

  it("a second pass with a check that was added", async () => {
    await verified();
    await verified(schemaOf(defineTables({ users: users().check("c", "age > 0") })));
  });

  it("a trigger; but it is told", async () => {
    await run(
      TABLE,
      owned,
      "create function f() returns trigger language plpgsql as $$ begin return new; end $$",
      "create trigger watches before insert on users for each row execute function f()",
    );
    const told: string[] = [];
    const { openTarget, load } = await import("../../lambda/compose.ts");
    await using target = openTarget(asMover(), load(PLAIN));
    const { findings, warnings } = await target.tables.check("memory:test");
    told.push(...warnings.map(({ problem }) => problem));
    expect(findings).toEqual([]);
    expect(told).toEqual([expect.stringContaining("the trigger watches")]);
  });
});

it("a table in use is neither locked nor read by looking at it", async () => {
  await run(TABLE, owned, `insert into users select 'x' || n, 'e', n from generate_series(1, 100) n`);
  const { openTarget, load } = await import("../../lambda/compose.ts");
  const everything = schemaOf(defineTables({ users: users().index("email").unique("age").check("c", "age > 0") }));
  await using target = openTarget(`${asMover()}?lock_timeout=200`, load(everything));
  const { default: pg } = await import("pg");
  const application = new pg.Client({ connectionString: database.url });
  await application.connect();
  await application.query("begin; insert into users values ('open', 'e', 1)");
  expect((await target.tables.check("memory:test")).findings).toEqual([]);
  await application.end();
});
