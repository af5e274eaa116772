/** `check`: what is in a source and what a mapping does not cover, with and without a mapping, and nothing written. */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { DIRT, planted } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { checkText } from "../../lambda/adapters/report/check-text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { runCheck } from "../../lambda/verbs/check.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { takeCensus as take } from "../support/census.ts";
import { tableName } from "../support/table-name.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const schema = { tables, items };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-check-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, list: readonly Item[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, list.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join(""));
  return `file:${file}`;
}

describe("with a mapping", () => {
  it("every kind of fault is told, each with an example and where it is", async () => {
    const { checked, clean } = await take(await fileOf("dirty.jsonl", [...planted]), { schema });
    const told = JSON.stringify(checked);
    expect(clean).toBe(false);
    // Told in sections of their own, as is what points to nothing, is not alone or lacks a part.
    const apart = new Set([
      "a row that is not there",
      "must be unique",
      "NULL where the mapping promises",
      "no-entity",
      "no column takes it",
      "expired",
    ]);
    for (const { fault, reason } of DIRT) if (!apart.has(reason)) expect(told, fault).toContain(reason);
    const { orphans = [], clashes, missing = [] } = checked.relations;
    for (const found of [orphans, clashes, missing]) expect(found.length).toBeGreaterThan(0);
    expect(checked.expired).toBe(1);
    expect(checked.shapes.map(({ pk, sk, count }) => `${count} ${pk} ${sk}`)).toEqual(["1 INVOICE#{month} LINE#{int}"]);
    expect(checked.unmapped.map(({ attribute }) => attribute).sort()).toEqual(["Color", "Versions[].CopiedFrom"]);
    expect(checked.conflicts.map(({ table, kind, count }) => ({ table, kind, count }))).toEqual([
      { table: "files", kind: "collision", count: 1 },
      { table: "folder_collaborators", kind: "conflict", count: 1 },
    ]);
  });

  it("a sound item is clean, is shown as its rows, and an entity without an item is said to have none", async () => {
    const user: Item = { PK: { S: "USER#a" }, SK: { S: "PROFILE" }, DisplayName: { S: "A" }, Settings: { M: {} } };
    const alone = await take(await fileOf("one.jsonl", [user]), { schema });
    expect(alone.clean).toBe(false);
    const [row] = [...planted].filter(({ SK }) => SK !== undefined && "S" in SK && SK.S === "METADATA");
    const { checked, clean, ddl } = await take(await fileOf("both.jsonl", [user, { ...row, PK: { S: "USER#a" } }]), {
      schema,
    });
    expect(clean).toBe(true);
    const [, sample] = checked.entities.flatMap((entity) => entity.sample ?? []);
    expect(sample?.rows).toEqual([
      {
        table: "users",
        values: expect.objectContaining({ user_id: "a", display_name: "A", about: null, settings: "{}" }),
      },
    ]);
    expect(checked.entities.find(({ name }) => name === "File")).toMatchObject({ count: 0, rows: 0 });
    expect(ddl.join("\n")).toMatch(
      /create table "public"."users"[\s\S]*add constraint "files_folder_id_fkey" foreign key/,
    );
  });

  it("SQL NULL never looks like a text, nor does nothing like an empty one", async () => {
    const user: Item = { PK: { S: "USER#a" }, SK: { S: "PROFILE" }, DisplayName: { S: "NULL" }, Settings: { M: {} } };
    const view = { mapped: true, schema: "schema", foreign: false, attributes: true };
    const { checked } = await take(await fileOf("null.jsonl", [user]), { schema });
    expect(checkText(checked, view)).toMatch(/display_name: "NULL", .*about: NULL/);
    expect(checkText(checked, view)).toMatch(/^ {6}DisplayName +100 % +S, "NULL" ×1$/m);
    const empty = { ...user, DisplayName: { S: "" } };
    const { checked: second } = await take(await fileOf("empty.jsonl", [empty]), { schema });
    expect(checkText(second, view)).toMatch(/display_name: "",/);
  });

  it("a sample is about as large as was asked, and says that it is one", async () => {
    const many = Array.from({ length: 900 }, (_, at): Item => ({ PK: { S: `USER#${at}` }, SK: { S: "X" } }));
    const { checked } = await take(await fileOf("many.jsonl", many), { options: { sample: 90 } });
    expect(checked.read).toBe(90);
    expect(checked.whole).toBe(false);
  });
});

it("a live table tells its own keys, is read from all over for a sample, and is left as it was", async () => {
  const endpoint = inject("dynamoDbEndpoint");
  const name = tableName("check");
  const client = new DynamoDBClient({ endpoint, region: "local" });
  try {
    await createSampleTable(client, name);
    const many = [...sampleItems({ items: 400, seed: 7, now: new Date("2026-01-01") })];
    await fillTable(client, name, many);
    const source = `dynamodb:${name}?endpoint=${endpoint}&region=local`;
    const { checked } = await take(source);
    expect(checked).toMatchObject({ keys: { pk: "PK", sk: "SK" }, read: 400, whole: true });
    // One shape for each entity that is in the sample, told by the attribute that names it.
    const named = Map.groupBy(many, ({ EntityType }) => (EntityType && "S" in EntityType ? EntityType.S : ""));
    const told = checked.shapes.map(({ where, count }) => [where.EntityType ?? "", count] as const);
    expect(new Map(told)).toEqual(new Map([...named].map(([kind, list]) => [kind, list.length])));
    expect(checked.shapes).toHaveLength(named.size);
    const { checked: part } = await take(source, { options: { sample: 100 } });
    expect(part.read).toBe(100);
    expect((await take(source)).checked).toEqual(checked);
  } finally {
    client.destroy();
  }
});

it("a reading that was stopped shows what it has, and that it is not all", async () => {
  const stop = new AbortController();
  const many = Array.from({ length: 20_000 }, (_, at): Item => ({ PK: { S: `USER#${at}` }, SK: { S: "X" } }));
  const task = { source: await fileOf("stopped.jsonl", many), schema: undefined, keys: undefined, options: {} };
  const { checked } = await runCheck(task, { onProgress: () => stop.abort(), signal: stop.signal });
  expect(checked.whole).toBe(false);
  expect(checked.read).toBeGreaterThan(0);
  expect(checked.read).toBeLessThan(20_000);
});

describe("the command", () => {
  const runIn = (cwd: string, ...words: string[]) =>
    spawnSync(process.execPath, [join(ROOT, "bin/cli.ts"), "check", ...words], { encoding: "utf8", cwd });
  const run = (...words: string[]) => runIn(folder, ...words);

  it("exits 1 on what is to be mended, 0 without a mapping, 3 where keys or files are not to be had", async () => {
    const dirty = await fileOf("command.jsonl", [...planted]);
    const empty = await mkdtemp(join(folder, "empty-"));
    expect(run("--source", dirty, "--schema", join(ROOT, "schema"))).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^TO DO {2}/),
    });
    expect(run("--source", dirty, "--schema", empty)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^CENSUS {2}/),
    });
    expect(run("--source", await fileOf("odd.jsonl", [{ a: { S: "1" } }]), "--schema", empty)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/--keys PK,SK/),
    });
    expect(run("--source", dirty, "--schema", join(folder, "nowhere")).status).toBe(3);
  });

  it("without --schema shows a table of no kind of the default mapping as it is, and says by which mapping it went otherwise", async () => {
    const foreign = await fileOf("foreign.jsonl", [{ PK: { S: "SHIP#1" }, SK: { S: "CREW#7" } }]);
    const others = await fileOf("others.jsonl", [{ pk: { S: "SHIP#1" }, sk: { S: "CREW#7" } }]);
    for (const [file, pk] of [
      [foreign, "PK"],
      [others, "pk"],
    ] as const)
      expect(runIn(ROOT, "--source", file), pk).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^CENSUS {2}1 item read.*\n.*\n {2}no item is of a kind in schema[\s\S]*CREW#/),
      });
    const asked = runIn(ROOT, "--source", foreign, "--schema", "schema");
    expect(asked).toMatchObject({ status: 1, stdout: expect.stringMatching(/^TO DO/) });
    const known = runIn(ROOT, "--source", await fileOf("known.jsonl", [...planted]));
    expect(known.status).toBe(1);
    expect(known.stdout).toMatch(/known\.jsonl, by the mapping in schema\n/);
    expect(known.stdout).toMatch(/Rows that break what tables\.ts promises\n {2}/);
  });

  it("says what a mapping has to say about keys and delimiter, where that is not PK, SK and #", async () => {
    const empty = await mkdtemp(join(folder, "empty-"));
    const colons = Array.from(
      { length: 3 },
      (_, at): Item => ({ pk: { S: `user:${at}` }, sk: { S: `order:${at}:x` } }),
    );
    expect(run("--source", await fileOf("colons.jsonl", colons), "--schema", empty).stdout).toContain(
      'defineItems(tables, { keys: { pk: "pk", sk: "sk" }, delimiter: ":" }, …)',
    );
    expect(run("--source", await fileOf("usual.jsonl", [...planted]), "--schema", empty).stdout).not.toMatch(
      /defineItems/,
    );
  });

  it("takes a folder without the two files for no mapping and says so, and refuses one that holds half of it", async () => {
    const file = await fileOf("begun.jsonl", [{ PK: { S: "A#1" }, SK: { S: "B" } }]);
    const begun = join(folder, "begun");
    await mkdir(begun);
    await writeFile(join(begun, "NOTES.md"), "to be written");
    expect(run("--source", file, "--schema", begun)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^CENSUS {2}1 item read/),
      stderr: expect.stringMatching(/holds no tables\.ts and no items\.ts/),
    });
    await writeFile(join(begun, "tables.ts"), "export const tables = {};");
    expect(run("--source", file, "--schema", begun)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/items\.ts/),
    });
  });

  it("shows the attributes of every entity where asked, and marks what no column takes", async () => {
    const words = ["--source", await fileOf("attributes.jsonl", [...planted]), "--schema", join(ROOT, "schema")];
    expect(run(...words, "--attributes").stdout).toMatch(/^ {6}Color +12\.5 % +S +← no column takes all of it$/m);
    expect(run(...words).stdout).not.toMatch(/←/);
  });
});
