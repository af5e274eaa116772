/** What Postgres does on a bad night, in the middle of a run, and what comes of it. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { load, openTarget } from "../../lambda/compose.ts";
import { migrateTrial, query } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { expectedOf, memory, NOW, nights, OPTIONS, schema } from "./nights.ts";
import { atPages, duringTheEnd } from "./planting.ts";

/** Aurora takes up to half a minute to resume from zero; where there is time, so does this. */
const PAUSE_MS = IS_THOROUGH ? 30_000 : 1_000;

const night = nights(memory);

const others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

/** Has every insert into `files` fail with a SQLSTATE, the first so many times; counted by a sequence, which no rollback takes back. */
async function failing(code: string, times: number): Promise<() => Promise<unknown>> {
  const mapping = load(schema);
  await using target = openTarget(night.database.url, mapping);
  expect((await target.tables.check("memory:test")).findings).toEqual([]);
  await migrateTrial({
    url: night.database.url,
    schema,
    source: memory(),
    options: OPTIONS,
    now: () => NOW,
    signal: AbortSignal.abort(),
  });
  await query(night.database.url, "create sequence faults");
  await query(
    night.database.url,
    `create function fail() returns trigger language plpgsql as $$ begin
       if nextval('faults') <= ${times} then raise exception 'planted' using errcode = '${code}'; end if; return null; end $$`,
  );
  await query(
    night.database.url,
    "create trigger fail after insert on files for each statement execute function fail()",
  );
  return async () => {
    await query(night.database.url, "drop trigger fail on files");
    await query(night.database.url, "drop function fail; drop sequence faults");
  };
}

/** What a message with lines of COPY begins with. */
const COPY_DATA = 0x64;

describe("Postgres on a bad night", () => {
  it("I3: every connection cut, again and again", async () => {
    const { around, struck } = atPages([2, 5, 9, 14, 20], () => night.proxy.cut());
    await night.tried("Postgres: every connection cut, again and again", { around });
    expect(struck()).toBe(5);
  });

  it("I3: cut in the middle of a batch", async () => {
    // How many packets rows come in depends on what else the machine does: 250 and more.
    let packets = 0;
    let cuts = 0;
    night.proxy.onSent = (data) => {
      if (data[0] !== COPY_DATA && !data.includes('insert into "public"')) return "answer";
      packets += 1;
      if (packets % 30 > 0 || cuts === 5) return "answer";
      cuts += 1;
      return "cut";
    };
    await night.tried("Postgres: cut in the middle of a batch", {});
    expect(cuts).toBe(5);
  });

  it("I3: backends ended by an administrator", async () => {
    const { around, struck } = atPages([3, 8], () =>
      query(night.database.url, `select pg_terminate_backend(pid) ${others}`),
    );
    await night.tried("Postgres: backends ended by an administrator", { around });
    expect(struck()).toBe(2);
  });

  it("connections refused for a while", async () => {
    const { around, struck } = atPages([4], () => {
      night.proxy.refuse = true;
      night.proxy.cut();
      setTimeout(() => {
        night.proxy.refuse = false;
      }, 1_500);
    });
    await night.tried("Postgres: connections refused for a while, as in a restart", { around });
    expect(struck()).toBe(1);
    expect(night.proxy.made).toBeGreaterThan(8);
  });

  it("stands still for a while", async () => {
    const { around } = atPages([6], () => {
      night.proxy.still = true;
      setTimeout(() => {
        night.proxy.still = false;
        // Bytes were swallowed: nothing sensible can follow on these connections.
        night.proxy.cut();
      }, PAUSE_MS);
    });
    await night.tried("Postgres: stands still for a while, as when it resumes from zero", { around });
  });

  it("I3: commits that happened, their answers lost", async () => {
    let [lost, commits] = [0, 0];
    night.proxy.onSent = (data) => {
      if (!data.includes("commit\0")) return "answer";
      commits += 1;
      // Of the copy's commits alone: a step that has nine of its own would lose one each time it is done again.
      if (commits % 9 !== 0 || lost === 5) return "answer";
      lost += 1;
      return "cut";
    };
    await night.tried("Postgres: commits that happened, their answers lost", {});
    expect(lost).toBe(5);
  });

  it("read-only for a while, with and without its connections cut", async () => {
    let back: Promise<void> | undefined;
    const name = new URL(night.database.url).pathname.slice(1);
    const readOnly = async (on: boolean) => {
      const client = new pg.Client({ connectionString: night.database.url });
      await client.connect();
      // Who takes it back has to be able to write.
      await client.query("set default_transaction_read_only = off");
      await client.query(`alter database ${name} set default_transaction_read_only = ${on}`);
      await client.end();
    };
    const { around, struck } = atPages([5, 12], async () => {
      await back;
      await readOnly(true);
      // The first time connections stay, and only learn of it when they are cut one by one.
      const cut = () =>
        struck() === 2
          ? night.proxy.cut()
          : query(night.database.url, `select pg_terminate_backend(pid) ${others} and pid % 2 = 0`);
      await cut();
      back = sleep(1_000).then(() => readOnly(false));
    });
    await night.tried("Postgres: read-only for a while, as in a failover", { around });
    expect(struck()).toBe(2);
    await back;
  });

  it("cut while constraints are built and all is proven", async () => {
    let cuts = 0;
    const around = duringTheEnd(() => {
      setTimeout(() => night.proxy.cut(), 5 + cuts);
      cuts += 1;
    });
    await night.tried("Postgres: cut while constraints are built and all is proven", { around });
    expect(cuts).toBe(4);
  });

  it("too many connections, for a while", async () => {
    // A superuser is always let in: the migration runs as somebody who is not.
    const role = `crowd_${process.pid}`;
    await query(night.database.url, `create role ${role} login password 'crowd'`);
    await query(night.database.url, `alter database ${new URL(night.database.url).pathname.slice(1)} owner to ${role}`);
    const url = new URL(night.through);
    [url.username, url.password] = [role, "crowd"];
    const { around, struck } = atPages([4], async () => {
      await query(night.database.url, `alter role ${role} connection limit 0`);
      night.proxy.cut();
      setTimeout(() => void query(night.database.url, `alter role ${role} connection limit -1`), 1_200);
    });
    try {
      await night.tried("Postgres: too many connections, for a while", { around, asUrl: url.href });
      expect(struck()).toBe(1);
    } finally {
      await query(night.database.url, `reassign owned by ${role} to current_user`);
      await query(night.database.url, `drop owned by ${role}`);
      await query(night.database.url, `drop role ${role}`);
    }
  });

  it.each([
    ["Postgres: serialization failures", "40001", 5],
    ["Postgres: deadlocks", "40P01", 5],
  ] as const)("%s", async (fault, code, times) => {
    await night.tried(fault, { mend: await failing(code, times) });
  });

  it.each([
    ["Postgres: no disk space", "53100"],
    ["Postgres: no memory", "53200"],
    ["Postgres: serialization failures without end", "40001"],
  ] as const)("%s", async (fault, code) => {
    await night.tried(fault, { mend: await failing(code, 1_000_000), options: { units: 2, concurrency: 1 } });
  });

  it("a statement_timeout of the database's own", async () => {
    await query(
      night.database.url,
      `alter database ${new URL(night.database.url).pathname.slice(1)} set statement_timeout = 5`,
    );
    await night.tried("Postgres: a statement_timeout of the database's own", {
      mend: () =>
        query(
          night.database.url,
          `alter database ${new URL(night.database.url).pathname.slice(1)} reset statement_timeout`,
        ),
    });
  });

  it("never there", async () => {
    night.proxy.refuse = true;
    await night.tried("Postgres: never there", {
      mend: () => {
        expect(night.proxy.made).toBeLessThan(3);
        night.proxy.refuse = false;
      },
    });
  });

  it("cut at every page", async () => {
    const always = atPages(
      Array.from({ length: 500 }, (_, at) => at + 1),
      () => night.proxy.cut(),
    );
    await night.tried("Postgres: cut at every page", { around: always.around, options: { units: 1, concurrency: 1 } });
    expect(always.struck()).toBe(11);
  });
});

it("each fault that stands in the table was tried", () => {
  expect(new Map(night.observed)).toEqual(expectedOf("Postgres"));
});
