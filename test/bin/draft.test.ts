/** `draft` as it is typed: what it writes loads and decodes what was seen, and never takes the place of what is there. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../bin/terminal/exit.ts";

const ROOT = resolve(import.meta.dirname, "../..");
let folder: string;
let items: string;

const FILE = '"FileSize":{"N":"17"},"ModifiedAt":{"N":"1700000000001"}';
const ITEMS = [
  '{"Item":{"PK":{"S":"USER#ada"},"SK":{"S":"PROFILE"},"DisplayName":{"S":"Ada Lovelace"}}}',
  `{"Item":{"PK":{"S":"USER#ada"},"SK":{"S":"FILE#5a1e7a30-0000-4000-8000-000000000001"},${FILE},"Tags":{"SS":["draft","2024"]}}}`,
  `{"Item":{"PK":{"S":"USER#ada"},"SK":{"S":"FILE#5a1e7a30-0000-4000-8000-000000000002"},${FILE}}}`,
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-draft-"));
  items = join(folder, "items.jsonl");
  await writeFile(items, `${ITEMS.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function ddb2pg(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/cli.ts", ...words], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("draft", () => {
  it("writes a mapping that check finds clean, by the command it names", async () => {
    const schema = join(folder, "first");
    const { status, stdout } = ddb2pg("draft", "--source", `file:${items}`, "--schema", schema);
    expect({ status, stdout }).toMatchObject({ status: EXIT.verified, stdout: expect.stringContaining("DRAFTED") });
    const [, next = ""] = /^ {2}bin\/ddb2pg (check .*)$/m.exec(stdout) ?? [];
    expect(ddb2pg(...next.split(" "))).toMatchObject({
      status: EXIT.verified,
      stdout: expect.stringMatching(/^CLEAN/),
    });
  });

  it("of a sample says that what it leaves behind was compared in that alone, and breaks no line by a name", async () => {
    const many = join(folder, "many.jsonl");
    const gsi = '"GSI1\\nPK":{"S":"C#1"}';
    const customer = (at: number) =>
      `{"Item":{"PK":{"S":"C#${at}"},"SK":{"S":"META"},${gsi.replace("C#1", `C#${at}`)},"Name":{"S":"n${at}"}}}`;
    await writeFile(many, `${Array.from({ length: 40 }, (_, at) => customer(at)).join("\n")}\n`);
    const drafting = (name: string, ...more: readonly string[]) =>
      ddb2pg("draft", "--source", `file:${many}`, "--schema", join(folder, name), ...more).stdout;
    expect(drafting("sampled", "--sample", "20")).toContain("Seen in a sample alone");
    expect(drafting("whole")).not.toContain("Seen in a sample alone");
    expect(ddb2pg("check", "--source", `file:${many}`, "--schema", join(folder, "whole")).stdout).toContain(
      "GSI1⟨U+000A⟩PK",
    );
  });

  it("leaves what is there as it is, unless it is told otherwise", async () => {
    const schema = join(folder, "second");
    expect(ddb2pg("draft", "--source", `file:${items}`, "--schema", schema).status).toBe(EXIT.verified);
    const file = join(schema, "tables.ts");
    await writeFile(file, "// mine\n");
    const refused = ddb2pg("draft", "--source", `file:${items}`, "--schema", schema);
    expect(refused.status).toBe(EXIT.refused);
    expect(refused.stderr).toContain(`${schema}-draft`);
    expect(await readFile(file, "utf8")).toBe("// mine\n");
    expect(ddb2pg("draft", "--source", `file:${items}`, "--schema", schema, "--force").status).toBe(EXIT.verified);
    expect(await readFile(file, "utf8")).toContain("defineTables");
  });

  it("begins with the model it is given, says which, and what of it is not there", async () => {
    const [schema, model] = [join(folder, "known"), join(folder, "model.mjs")];
    const models = {
      Person: {
        PK: { type: "String", value: "USER#${login}" },
        SK: { type: "String", value: "PROFILE" },
        DisplayName: { type: "String" },
      },
      Order: { PK: { type: "String", value: "ORDER#${id}" } },
    };
    const known = {
      version: "1",
      indexes: { primary: { hash: "PK", sort: "SK" } },
      models,
      params: { typeField: "Kind" },
    };
    await writeFile(model, `export const schema = ${JSON.stringify(known)};`);
    const typed = `${items.replace("items", "typed")}`;
    await writeFile(
      typed,
      ITEMS.map((line) => line.replace('"DisplayName"', '"Kind":{"S":"Person"},"DisplayName"')).join("\n"),
    );
    const { status, stdout } = ddb2pg("draft", "--source", `file:${typed}`, "--schema", schema, "--from", model);
    expect(status).toBe(EXIT.verified);
    expect(stdout).toContain("with OneTable schema");
    expect(stdout).toMatch(/In the model, and no item is one\n {2}Order/);
    expect(await readFile(join(schema, "tables.ts"), "utf8")).toContain("with OneTable schema");
    expect(await readFile(join(schema, "items.ts"), "utf8")).toContain(
      'item("Person", { pk: "USER#{login}", sk: "PROFILE"',
    );
  });

  it("refuses a file that holds no model before it reads anything", () => {
    const words = ["draft", "--source", `file:${items}`, "--schema", join(folder, "none"), "--from", items];
    const { status, stderr } = ddb2pg(...words);
    expect(status).toBe(EXIT.refused);
    expect(stderr).toContain("is no module and no .json");
    expect(stderr).toContain("NoSQL Workbench");
  });
});
