/** What cannot be undone is shown and asked for, and what nobody else may see is shown to nobody else. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { planRollback, runRollback } from "../../lambda/verbs/rollback.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { GOOD, pet, schema } from "../support/pets.ts";
import { HAS_TERMINALS, onTerminal } from "../support/terminal.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ROTTEN = pet("2", "c\u001b[35m", { Weight: { S: "heavy \u001b[31m" } });

const run = (...words: string[]) =>
  new Promise<{ exit: number | null; out: string; told: string }>((done) => {
    const child = execFile(process.execPath, ["bin/cli.ts", ...words], { cwd: ROOT }, (_, out, told) =>
      done({ exit: child.exitCode, out, told }),
    );
  });

let database: TestDatabase;
let folder: string;
let place: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asking-"));
  await writeFile(
    join(folder, "tables.ts"),
    `export { tables } from ${JSON.stringify(resolve(ROOT, "test/support/pets.ts"))};\n`,
  );
  await writeFile(
    join(folder, "items.ts"),
    `export { items } from ${JSON.stringify(resolve(ROOT, "test/support/pets.ts"))};\n`,
  );
  const line = (item: Item) => `{"Item":${toDynamoDbJson(item)}}\n`;
  await writeFile(join(folder, "items.jsonl"), [...GOOD, ROTTEN].map(line).join(""));
  database = await createDatabase();
  place = ["--target", database.url, "--schema", folder];
  expect((await run("migrate", "--source", `file:${join(folder, "items.jsonl")}`, ...place)).exit).toBe(1);
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

describe("items in quarantine", () => {
  it("are shown whole to a terminal only, and what stands in them speaks to no terminal", async () => {
    const { exit, out, told } = await run("list-quarantine", ...place, "--bodies");
    expect([exit, out]).toEqual([3, ""]);
    expect(told).toContain("--export FILE");
    if (!HAS_TERMINALS) return;
    await using terminal = onTerminal(["list-quarantine", ...place, "--bodies"]);
    expect(await terminal.ended()).toBe(1);
    expect(terminal.screen()).toContain("OWNER#2 / PET#c⟨U+001B⟩[35m  (Pet, wrong-type)");
    expect(terminal.screen()).toContain('"heavy \\u001b[31m"');
  });

  it("are written to a file of their owner's as lines that are read again", async () => {
    const file = join(folder, "kept.jsonl");
    const { told, out } = await run("list-quarantine", ...place, "--export", file);
    expect(told).toContain(`1 item written to ${file}`);
    expect(out).not.toContain("heavy");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace(/"heavy[^"]*"/, '"7"').replace('"Weight":{"S"', '"Weight":{"N"'),
    );
    await using other = await createDatabase();
    const again = ["migrate", "--source", `file:${file}`, "--target", other.url, "--schema", folder];
    // Its owner stands in no line of it.
    expect((await run(...again)).out).toMatch(/^1 item read · 1 migrated/m);
  });
});

describe("rollback", () => {
  it("shows what it would do and what stands in its way, with the statement that takes it away, and does nothing", async () => {
    await using own = await createDatabase(database);
    await query(own.url, "create view names as select name from owners");
    await query(own.url, "create view short_names as select left(name, 1) as name from names");
    await query(own.url, "insert into visits values ('x', now(), 'by hand')");
    const plan = await planRollback({ target: own.url, schema });
    expect(plan.drops).toMatchObject({ pets: 2, visits: 2 });
    expect(plan.dependents.map(({ drop }) => drop)).toEqual(["drop view short_names", "drop view names"]);
    expect(plan.inTheWay).toMatchObject([{ where: "table visits", problem: "1 row was added by others" }]);
    const shown = await run("rollback", "--target", own.url, "--schema", folder, "--dry-run");
    expect([shown.exit, shown.out]).toEqual([
      3,
      expect.stringMatching(/pets: dropped, with 2 rows[\s\S]*→ drop view short_names\n/),
    ]);
    await expect(runRollback({ target: own.url, schema, force: true })).rejects.toMatchObject({
      code: "rollback-refused",
      findings: [
        { where: "view short_names" },
        { where: "view names", remedy: "drop view names; then run rollback again" },
      ],
    });
    for (const { drop } of plan.dependents) await query(own.url, drop);
    await runRollback({ target: own.url, schema, force: true });
    expect(await query(own.url, "select to_regclass('pets')::text as is")).toEqual([{ is: null }]);
  });

  it("does nothing unasked where there is no terminal to ask on", async () => {
    const { exit, told } = await run("rollback", ...place);
    expect([exit, told]).toEqual([3, expect.stringContaining("say --yes")]);
    expect(await query(database.url, "select count(*)::int as count from pets")).toEqual([{ count: 2 }]);
  });

  it.runIf(HAS_TERMINALS)("asks on a terminal, and takes nothing but a yes for one", async () => {
    await using own = await createDatabase(database);
    const words = ["rollback", "--target", own.url, "--schema", folder];
    for (const [answer, status, count] of [
      ["n", 3, 2],
      ["", 3, 2],
      ["yes", 0, undefined],
    ] as const) {
      await using terminal = onTerminal(words);
      await terminal.shows("Take run 1 back? [y/N]");
      expect(terminal.screen()).toContain("pets: dropped, with 2 rows");
      await terminal.type(answer);
      expect(await terminal.ended(), terminal.screen()).toBe(status);
      const [left] = await query<{ there: string | null }>(own.url, "select to_regclass('pets')::text as there");
      expect(left?.there === null).toBe(count === undefined);
    }
    // Ctrl-D: there is nobody any more who would answer.
    await using left = onTerminal(["rollback", ...place]);
    await left.shows("[y/N]");
    await left.press("\u0004");
    expect(await left.ended(), left.screen()).toBe(3);
    expect(left.screen()).toContain("Nothing was done.");
    await using _stopped = onTerminal(["rollback", ...place]);
    await _stopped.shows("[y/N]");
    await _stopped.interrupt();
    expect(await _stopped.ended()).toBe(2);
    expect(await query(database.url, "select count(*)::int as count from pets")).toEqual([{ count: 2 }]);
  });
});
