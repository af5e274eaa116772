/** I10: whatever an item holds, nothing of it reaches a log line or an error. The twin shows that the canary would be seen. */
import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../lambda/adapters/postgres/session/connection.ts";
import { logFailure, logProgress, logReport, openLog } from "../../../lambda/adapters/report/log.ts";
import { NO_MAPPING } from "../../../lambda/compose.ts";
import { keyedHash } from "../../../lambda/domain/decode/fingerprint.ts";
import { MigrationError } from "../../../lambda/domain/migration-error.ts";
import type { Report } from "../../../lambda/domain/proof/report.ts";
import { incompleteReport } from "../../../lambda/domain/proof/report-of.ts";
import { EMPTY_TALLY } from "../../../lambda/domain/proof/tally.ts";
import { defineItems, defineTables, integer, text } from "../../../lambda/mapping/index.ts";
import { runMigration } from "../../../lambda/verbs/migrate.ts";
import { createDatabase, type TestDatabase } from "../../support/database.ts";
import { migrateTrial, quiet } from "../../support/migration.ts";
import { HEADER } from "../../support/reports.ts";

const CANARY = "CANARY-7f3a";
const tables = defineTables({ things: { id: text().primaryKey(), size: integer(), twin: text().unique() } });
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Thing", { pk: "THING#{id}" }, ({ key, attr }) => [
    into("things", { id: key.id, size: attr("Size"), twin: attr("Twin") }),
  ]),
]);
const schema = { tables, items };

function collector() {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, log: openLog("trace", stream) };
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const thing = (id: string, more: object) => ({ PK: { S: `THING#${CANARY}-${id}` }, Twin: { S: CANARY }, ...more });

it("I10: a report full of faults is logged without a key or a value", async () => {
  const { lines, log } = collector();
  const progress = logProgress(log);
  const faulty = [
    thing("1", { Size: { N: "1" } }),
    thing("2", { Size: { N: "1" } }),
    thing("3", { Size: { S: CANARY } }),
    thing("4", { Size: { N: "1" }, Extra: { S: CANARY } }),
  ];
  const report = await migrateTrial({ url: database.url, schema, items: faulty });
  progress.tell({ kind: "phase", phase: "copy", run: report.run, pass: report.pass });
  logReport(log, report, (source) => keyedHash("a secret", source));
  expect(report.verdict).toBe("discrepant");
  expect(JSON.stringify(report)).toContain(CANARY);
  expect(lines.join("")).toContain("discrepant");
  expect(lines.join("")).not.toContain(CANARY);
});

it("I10: what Postgres quotes of a row is left out of its errors", async () => {
  await using session = await connect(database.url, "test");
  await session.query("create table secret (id text primary key, n integer check (n > 0))");
  const failing = [
    "insert into secret values ($1, -1)",
    "select $1::integer",
    "insert into secret select $1, 1 from generate_series(1, 2)",
  ];
  for (const sql of failing) {
    const reason: unknown = await session.query(sql, [CANARY]).catch((error: unknown) => error);
    if (!(reason instanceof Error)) throw new Error(`${sql} should have failed`);
    const { lines, log } = collector();
    logFailure(log, reason);
    expect([reason.message, reason.stack, JSON.stringify(reason), ...lines].join("")).not.toContain(CANARY);
    expect(reason.message).toMatch(/SQLSTATE/);
  }
});

it("a refusal says what to do, and a password in a URL is not repeated", async () => {
  const edge = quiet();
  const task = {
    source: "file:nowhere.jsonl",
    target: `postgres://user:${CANARY}@127.0.0.1:1/db`,
    schema,
    options: {},
  };
  const error = await runMigration(task, edge).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MigrationError);
  const { lines, log } = collector();
  logFailure(log, error);
  expect(lines.join("")).toContain("remedy");
  expect(lines.join("")).not.toContain(CANARY);
});

it("a report of forty entities, full of examples, is logged in events that CloudWatch takes, and all of it is there", () => {
  const examples = Array.from({ length: 10 }, (_, at) => ({
    source: `{"PK":{"S":"${"k".repeat(1_000)}${at}"}}`,
    detail: "d",
  }));
  const names = Array.from({ length: 40 }, (_, at) => `entity-${at}`);
  const counts = { read: 1, migrated: 1, unchanged: 0, ignored: 0, expired: 0, quarantined: 0, repeated: 0 };
  const sums = { expectedFingerprint: "0".repeat(32), actualFingerprint: "0".repeat(32) };
  const table = (name: string) => ({
    name,
    expectedRows: 1,
    actualRows: 1,
    ...sums,
    facets: [{ columns: ["id"], expectedRows: 1, actualRows: 1, ...sums }],
    foreignRows: 0,
    copies: 0,
    superseded: 0,
  });
  const report: Report = {
    ...incompleteReport(NO_MAPPING, HEADER, EMPTY_TALLY),
    ...{ verdict: "discrepant", items: counts },
    entities: names.map((name) => ({ name, ...counts })),
    tables: Array.from({ length: 60 }, (_, at) => table(`table-${at}`)),
    foreignKeys: [],
    quarantine: names.map((entity) => ({ reason: "wrong-type", entity, count: 10, accepted: 0, examples })),
    unmapped: [],
    spotChecks: { seed: 1, population: 1, sampled: 1, changed: 0, wrong: 0, examples: [], upperBound: 1 },
    discrepancies: names.map((subject) => ({
      check: "completeness",
      subject,
      problem: "",
      remedy: "",
      count: 1,
      examples,
    })),
  };
  const told = (nameOf: (source: string) => string) => {
    const { lines, log } = collector();
    logReport(log, report, nameOf);
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(256 * 1024);
    const events = lines.map((line) => JSON.parse(line));
    expect(events.filter(({ message }) => message === "table").map(({ table: of }) => of)).toHaveLength(60);
    return events.filter(({ message }) => message === "report").map((event): Record<string, unknown[]> => event.report);
  };
  // Hashes are short: one event. Keys in the clear, a kilobyte each, take several.
  expect(told(() => "#0123456789abcdef")).toHaveLength(1);
  const [head, ...parts] = told((source) => source);
  expect(parts.length).toBeGreaterThan(2);
  expect(head).toMatchObject({ verdict: "discrepant", parts: parts.length });
  for (const [list, length] of Object.entries({ entities: 40, tables: 60, quarantine: 40, discrepancies: 40 }))
    expect([list, parts.flatMap((part) => part[list] ?? [])]).toEqual([list, expect.objectContaining({ length })]);
});

it("a lock that is waited for is a warning that names what and who", () => {
  const { lines, log } = collector();
  const waiting = { what: "table users", holders: ["pid 7, psql, idle in transaction"] };
  logProgress(log).tell({ kind: "waiting", waiting });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: "WARN", message: "waiting for a lock", ...waiting }),
  ]);
});
