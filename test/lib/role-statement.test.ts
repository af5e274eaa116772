/** What the roles' statements do, run as a master who is no superuser, as whoever it is about sees it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { admitting, handingOver, lockingOut } from "../../lib/role-statement.ts";
import { blocksOfPage } from "../support/pages.ts";
import { type Rds, startRds } from "./rds.ts";

/** What the page has a master type, statement by statement. */
const typed = (await blocksOfPage("lib/README.md"))
  .filter(({ language }) => language === "sql")
  .flatMap(({ text }) => text.split(";"))
  .filter((statement) => statement.trim() !== "");

const ROLES = { owner: "app_owner", appRole: "app" };

let rds: Rds;
beforeAll(async () => {
  rds = await startRds();
});
afterAll(() => rds.stop());
afterEach(async () => {
  for (const role of ["migrator", "app_owner", "app", "shop"])
    await rds.query(`drop owned by ${role} cascade; drop role ${role}`, "app").catch(() => undefined);
});

describe("making the role leaves the master its password", () => {
  /** As the master itself would make it, without anybody in between. */
  const directly = (sql: string) =>
    sql
      .replace(/create role migrator_maker[\s\S]*?set local role migrator_maker;/, "")
      .replace(/reset role;\s*drop role migrator_maker;/, "");
  /** Without the question at its end. */
  const unasked = (sql: string) => sql.replace(/if pg_has_role\(current_user, 'rds_iam'[\s\S]*?end if;/, "");

  it("where it is made as it is", async () => {
    await rds.as("master", admitting(ROLES));
    expect(await rds.as("master", "select current_user as is")).toEqual([{ is: "master" }]);
  });

  it("and where it would not, nothing of it happens, and the reason is told", async () => {
    expect(directly(admitting(ROLES))).not.toContain("maker;");
    await expect(rds.as("master", directly(admitting(ROLES)))).rejects.toThrow(
      "making migrator would make master a member of rds_iam, and its password would be refused",
    );
    expect(await rds.query("select from pg_roles where rolname in ('migrator', 'app_owner', 'app')")).toEqual([]);
    expect(await rds.as("master", "select current_user as is")).toEqual([{ is: "master" }]);
  });

  it("which is no idle question: without it the master could not sign in any more", async () => {
    expect(unasked(admitting(ROLES))).not.toContain("raise exception");
    await rds.as("master", unasked(directly(admitting(ROLES))));
    await expect(rds.as("master", "select 1")).rejects.toThrow(/pg_hba.conf rejects connection/);
  });
});

describe("handing over", () => {
  it("has statements on the page", () => expect(typed).toHaveLength(2));

  it("the application reads from the first minute, and writes when the tables are handed over", async () => {
    await rds.as("master", admitting(ROLES));
    const make =
      "create table users (id int primary key, n serial); create schema shop; create table shop.orders (id int)";
    await rds.migrating((migrator) =>
      migrator.query(`${make}; create schema migration_ledger; create view migration_ledger.audit as select 1`),
    );
    await rds.as("master", ...typed);
    const write = "insert into users (id) values (1)";
    expect(await rds.as("shop", "select id from users")).toEqual([]);
    await expect(rds.as("shop", write)).rejects.toThrow(/permission denied/);
    await rds.as("master", handingOver(ROLES), handingOver(ROLES));
    await rds.as(
      "shop",
      write,
      "insert into shop.orders values (1)",
      "update users set id = 2",
      "delete from shop.orders",
    );
    expect(await rds.as("shop", "select id from users")).toEqual([{ id: 2 }]);
    await expect(rds.as("shop", "select from migration_ledger.audit")).rejects.toThrow(/permission denied/);
    await expect(rds.as("shop", "drop table users")).rejects.toThrow(/must be owner/);
    await rds.as("master", lockingOut(ROLES));
    await rds.as("shop", "insert into users (id) values (3)");
    await rds.as(
      "master",
      "alter table users add more text",
      "create table later (id int)",
      "alter table later owner to app_owner",
    );
    expect(
      await rds.query(
        "select distinct tableowner as is from pg_tables where tablename in ('users', 'orders', 'later')",
        "app",
      ),
    ).toEqual([{ is: "app_owner" }]);
  });
});
