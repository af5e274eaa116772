/** Copies of one item in a file, as the command line tells of them: by their key and where they stand, and by where they stand where there is no key. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { reportIn } from "../support/reports.ts";
import { BOB, ONE, OTHER, user } from "../support/users.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const reasons = ({ quarantine }: Report) => quarantine.map(({ reason, count }) => `${count} ${reason}`);

describe("a file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-repeated-"));
    const url = (path: string) => JSON.stringify(resolve(import.meta.dirname, "../../lambda", path));
    await writeFile(
      join(folder, "tables.ts"),
      `import { bigint, defineTables, text } from ${url("mapping/index.ts")};
       export const tables = defineTables({ users: { id: text().primaryKey(), email: text(), age: bigint() } });`,
    );
    await writeFile(
      join(folder, "items.ts"),
      `import { defineItems } from ${url("mapping/index.ts")};
       import { tables } from "./tables.ts";
       export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
         item("User", { pk: "USER#{id}", sk: "METADATA" }, ({ key, attr }) => [
           into("users", { id: key.id, email: attr("Email"), age: attr("Age") })])]);`,
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const lines = (list: readonly Item[]) => list.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join("");
  const cli = (...args: string[]) =>
    new Promise<{ exit: number; screen: string }>((done) => {
      const all = ["bin/cli.ts", ...args, "--schema", folder];
      const child = execFile(process.execPath, all, { cwd: resolve(import.meta.dirname, "../..") }, (_, out, err) =>
        done({ exit: child.exitCode ?? -1, screen: out + err }),
      );
    });

  it("check tells the key and both positions over all data, and fails for different copies alone", async () => {
    const file = join(folder, "items.jsonl");
    const at = lines([BOB]).length;
    await writeFile(file, lines([BOB, ONE, OTHER]));
    const found = await cli("check", "--source", `file:${file}`);
    expect(found.exit).toBe(1);
    expect(found.screen).toContain(`USER#ada / METADATA, at byte ${at} and line 3, byte ${at + lines([ONE]).length}`);
    expect((await cli("check", "--source", `file:${file}`, "--sample", "2")).screen).toContain(
      "not looked for in a sample",
    );
    await writeFile(file, lines([BOB, BOB]));
    const harmless = await cli("check", "--source", `file:${file}`);
    expect([harmless.exit, harmless.screen]).toEqual([0, expect.stringContaining("1 copy that says the same")]);
  });

  it("I10: an item without its key is named by where it stands, on every screen and in every file", async () => {
    const file = join(folder, "items.jsonl");
    const canary = "canary-7f3a";
    const { SK: _, ...noSort } = user("ada", canary);
    const { PK: __, ...noKey } = user("bob", canary);
    const odd = { ...user("eve", canary), SK: { M: { inner: { S: canary } } } };
    await writeFile(file, lines([BOB, noSort, noKey, noSort, odd]));
    const json = join(folder, "report.json");
    const from = ["--source", `file:${file}`];
    const target = ["--target", database.url];
    const said = [
      await cli("migrate", ...from, ...target, "--json", json),
      await cli("list-quarantine", ...target, "--json", join(folder, "list.json")),
      await cli("report", ...target),
      await cli("check", ...from, "--json", join(folder, "check.json")),
    ];
    const files = await Promise.all(
      ["report", "list", "check"].map((name) => readFile(join(folder, `${name}.json`), "utf8")),
    );
    for (const text of [...said.map(({ screen }) => screen), ...files]) expect(text).not.toContain(canary);
    const position = `byte ${lines([BOB]).length}`;
    for (const { screen } of said) expect(screen).toContain(position);
    const report = await reportIn(join(folder, "report.json"));
    // Two that lack only the sort key are two, though they hold the same.
    expect(report.items).toMatchObject({ read: 5, migrated: 1, quarantined: 4, repeated: 0 });
    expect(reasons(report).sort()).toEqual(["1 key-not-text", "3 no-key"]);
    expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness", "completeness"]);
  });
});
