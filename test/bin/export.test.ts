/** `export` as it is typed: asked for, followed, left and found again, and the words that apply what is there. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { program } from "../../bin/commands/program.ts";
import { createDatabase } from "../support/database.ts";
import { exportedOften } from "../support/exporting-table.ts";
import { memoryExports, TABLE } from "../support/memory-exports.ts";
import { migrateTrial } from "../support/migration.ts";
import { BOB, schema } from "../support/users.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

const made = exportedOften(NOW);

const words = (...more: string[]): string[] => [
  ...["export", "--source", `dynamodb:legacy?region=eu-west-1&endpoint=${made.endpoint}`],
  ...["--bucket", "s3://exports/legacy", ...more],
];

/** What it shows, and Ctrl-C as soon as it shows something of that kind. */
async function typedUntil(typed: readonly string[], shown?: RegExp) {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", DATABASE_URL: "" };
  const child = spawn(process.execPath, ["bin/cli.ts", ...typed], { env, stdio: ["ignore", "pipe", "pipe"] });
  let screen = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      screen += data;
      if (!child.killed && shown?.test(screen) === true) child.kill("SIGINT");
    });
  await once(child, "close");
  return { status: child.exitCode, screen };
}

it("a full export is followed until it is there, and told with the words that apply it", async () => {
  made.table.looks = 2;
  const { status, screen } = await typedUntil(words());
  expect(status).toBe(0);
  expect(screen).toMatch(/^EXPORTED {2}1 export leads up to 2026-11-20 12:00:00 UTC\.$/m);
  expect(screen).toMatch(/all, as of 2026-11-20 12:00:00 +there +3 +0\.01 GB to pay/);
  const [first] = made.table.exports;
  const id = String(first?.ExportArn).replace(/^.*\//, "");
  expect(screen).toContain(`bin/ddb2pg migrate --source 's3://exports/legacy/AWSDynamoDB/${id}?region=eu-west-1'`);
  expect(made.table.exports).toHaveLength(1);
});

it("left by Ctrl-C it says how it is followed again, and what is typed then finds it and asks for nothing more", async () => {
  made.table.looks = 1_000;
  const left = await typedUntil(words(), /asking for exports[\s\S]*exporting/);
  expect([left.status, left.screen]).toEqual([2, expect.stringMatching(/INCOMPLETE {2}AWS goes on with 1 export\./)]);
  const [, again = ""] = /follow it again: bin\/ddb2pg (.*)$/m.exec(left.screen) ?? [];
  expect(again).toContain("--until 2026-11-20T12:00:00.000Z");
  made.table.looks = 1;
  made.table.now += 7_200;
  const found = await typedUntil(again.split(" ").map((word) => word.replaceAll("'", "")));
  expect([found.status, found.screen]).toEqual([0, expect.stringMatching(/^EXPORTED {2}1 export leads/m)]);
  expect(made.table.exports).toHaveLength(1);
});

it("what fails is refused with what to do, and asked for once", async () => {
  made.table.looks = 0;
  made.table.failures.push({ FailureCode: "S3NoSuchBucket" });
  const { status, screen } = await typedUntil(words());
  expect([status, screen]).toEqual([
    3,
    expect.stringMatching(/there is no bucket exports[\s\S]*aws s3 mb s3:\/\/exports/),
  ]);
  expect(made.table.exports).toHaveLength(1);
});

it("words that make no sense are refused before AWS is asked", async () => {
  for (const [wrong, problem] of [
    [["--full", "--since", "2026-11-20T10:00:00Z"], "a full export is of all there is"],
    [["--since", "yesterday"], "the command line has a problem"],
    [["--until", "0179-0a"], "the command line has a problem"],
    [["--bucket", "s3://No_Bucket"], "No_Bucket is the name of no bucket"],
    [["--source", "file:items.jsonl"], "only a table can be exported"],
  ] as const) {
    const typed = program().parseAsync(words(...wrong), { from: "user" });
    await expect(typed).rejects.toMatchObject({ code: "settings", message: expect.stringContaining(problem) });
  }
  expect(made.table.seen).toEqual([]);
});

it("what was applied to a database is brought up to now, by windows, and nothing is asked for where nothing is newer", async () => {
  await using database = await createDatabase();
  made.table.arn = () => TABLE.arn;
  const full = { id: "full", place: "memory", table: TABLE, to: new Date("2026-11-19T06:00:00Z"), records: 1 };
  await migrateTrial({ url: database.url, schema, source: memoryExports([{ ...full, items: [BOB] }]) });
  made.table.looks = 1_000;
  const left = await typedUntil(words("--target", database.url), /asking for exports[\s\S]*exporting/);
  // What was applied, in place of the database that knows it.
  const [, again = ""] = /follow it again: bin\/ddb2pg (.*)$/m.exec(left.screen) ?? [];
  expect(again).toMatch(/--since 2026-11-19T06:00:00.000Z --until 2026-11-20T12:00:00.000Z$/);
  made.table.looks = 0;
  const { status, screen } = await typedUntil(again.split(" ").map((word) => word.replaceAll("'", "")));
  expect(made.table.exports).toHaveLength(2);
  expect([status, screen]).toEqual([
    0,
    expect.stringMatching(/^EXPORTED {2}2 exports lead up to 2026-11-20 12:00:00/m),
  ]);
  expect(screen).toMatch(/changes, 2026-11-19 06:00:00 to 2026-11-19 21:00:00/);
  expect(screen).toContain("bin/ddb2pg migrate --source 's3://exports/legacy?region=eu-west-1'");
  const until = ["--target", database.url, "--until", "2026-11-19T06:00:00Z"];
  expect(await typedUntil(words(...until))).toEqual({ status: 0, screen: expect.stringContaining("NOTHING NEWER") });
});
