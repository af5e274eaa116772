/** Whatever a file may be that is no list of items → what it is, and the command that makes one of it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { checkText } from "../../lambda/adapters/report/check-text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { must } from "../../lambda/domain/must.ts";
import { takeCensus } from "../support/census.ts";
import { BOB, ONE, schema } from "../support/users.ts";

let all: string;
let folder: string;
beforeAll(async () => {
  all = await mkdtemp(join(tmpdir(), "file-errors-"));
});
beforeEach(async () => {
  folder = await mkdtemp(join(all, "of a test "));
});
afterAll(() => rm(all, { recursive: true }));

const lines = [BOB, ONE].map((item) => `{"Item":${JSON.stringify(item)}}\n`).join("");
const census = (name: string) => takeCensus(`file:${join(folder, name)}`, { schema });
const write = async (name: string, content: string | Buffer) => {
  await writeFile(join(folder, name), content);
  return name;
};

async function refusal(name: string): Promise<{ readonly message: string; readonly remedy: string }> {
  const error: unknown = await census(name).then(
    () => expect.fail("it was read"),
    (is: unknown) => is,
  );
  if (!(error instanceof MigrationError)) throw error;
  expect(error.findings).toHaveLength(1);
  expect(error.code).toBe("source-unusable");
  return { message: error.message, remedy: must(error.findings[0], "there is one").remedy };
}

const has = (tool: string): boolean => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
const utf16 = Buffer.from(`\uFEFF${lines}`, "utf16le");

it.each<[what: string, content: string | Buffer, told: RegExp, tool: string]>([
  ["a list in JSON", JSON.stringify([BOB, ONE]), /a list in JSON/, "jq"],
  ["a list of lines in JSON", JSON.stringify([{ Item: BOB }, { Item: ONE }], null, 1), /a list in JSON/, "jq"],
  ["an answer to a Scan", JSON.stringify({ Items: [BOB, ONE], Count: 2 }, null, 2), /an answer to a Scan/, "jq"],
  ["items as they are", `${JSON.stringify(BOB)}\n${JSON.stringify(ONE)}\n`, /without the "Item"/, "jq"],
  ["items over several lines", JSON.stringify({ Item: BOB }, null, 2), /an item over several lines/, "jq"],
  ["carriage returns alone", lines.replaceAll("\n", "\r"), /carriage return alone/, "tr"],
  ["UTF-16", utf16, /UTF-16/, "iconv"],
  ["UTF-16 of the other order", Buffer.from(utf16).swap16(), /UTF-16/, "iconv"],
])("%s is told, and made into lines by what is told", async (_, content, told, tool) => {
  const { message, remedy } = await refusal(await write("given", content));
  expect(message).toMatch(told);
  const [, command] = /^turn it into lines: (.* > items\.jsonl)$/.exec(remedy) ?? [];
  expect(command).toContain("of a test ");
  if (!has(tool)) return;
  execFileSync("sh", ["-c", must(command, "it is a command")], { cwd: folder });
  expect((await census("items.jsonl")).clean).toBe(true);
});

it.each<[string, Buffer | string, RegExp, RegExp]>([
  ["zip", Buffer.from("504b0304aa", "hex"), /zip archive/, /unzip -p .* > items\.jsonl$/],
  ["bzip2", Buffer.from("425a6839", "hex"), /bzip2/, /bzip2 -dc .* > items\.jsonl$/],
  ["an export in Ion", Buffer.from("e00100ea00", "hex"), /Ion/, /--export-format DYNAMODB_JSON$/],
  [
    "a manifest of an export",
    '{"version":"2020-06-30","exportArn":"arn:aws:dynamodb:x:1:table/t/export/1","itemCount":3}',
    /the manifest of an export/,
    /--source 'export:.*of a test \w+'$/,
  ],
  ["an export's list of files", '{"itemCount":3,"dataFileS3Key":"a/b"}\n', /the manifest/, /--source 'export:/],
  [
    "changes",
    gzipSync('{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"PK":{"S":"1"}}}\n'),
    /of changes/,
    /--source export:\S+$/,
  ],
  ["Parquet", "PAR1...", /Parquet/, /DYNAMODB_JSON$/],
  ["a table of text", "PK,SK\nUSER#ada,METADATA\n", /is no JSON/, /\{"Item":/],
  ["a table of text that is packed", gzipSync("PK,SK\nUSER#ada,METADATA\n"), /is no JSON/, /\{"Item":/],
  [
    "gzip that was taken for text",
    Buffer.from(gzipSync(lines).toString("utf8")),
    /taken for text on its way/,
    /^fetch it again/,
  ],
  [
    "gzip behind a byte order mark",
    Buffer.concat([Buffer.from("\uFEFF"), gzipSync(lines)]),
    /taken for text/,
    /^fetch/,
  ],
])("%s is told for what it is", async (_, content, told, remedy) => {
  const found = await refusal(await write("given", content));
  expect(found.message).toMatch(told);
  expect(found.remedy).toMatch(remedy);
});

it.each<[string, string, Buffer | string]>([
  ["gzip without .gz", "items.jsonl", gzipSync(lines)],
  ["lines with .gz", "items.jsonl.gz", lines],
  ["Windows' line ends", "items.jsonl", lines.replaceAll("\n", "\r\n")],
  ["a byte order mark", "items.jsonl", `\uFEFF${lines}`],
  ["files with one each, put together", "items.jsonl", `\uFEFF${lines.replace("\n", "\r\n\uFEFF")}`],
])("%s is no damage", async (_, name, content) => {
  const { checked, clean } = await census(await write(name, content));
  expect([clean, checked.read]).toEqual([true, 2]);
});

it.each<[string, Buffer | string]>([
  ["empty", ""],
  ["blank", "\n\r\n\n"],
  ["nothing, packed", gzipSync("")],
])("a file that is %s is not clean, and says so", async (_, content) => {
  const { checked, clean } = await census(await write("items", content));
  expect(clean).toBe(false);
  expect(checkText(checked, { mapped: true, schema: "schema", foreign: false, attributes: false })).toMatch(
    /^EMPTY {2}0 items read/,
  );
});

it("an empty file that is called .gz is told to be empty", async () => {
  const { message, remedy } = await refusal(await write("items.gz", ""));
  expect(message).toMatch(/it is empty$/);
  expect(remedy).toMatch(/gzip -t '.*items\.gz'$/);
});

it("a line that cannot be read is named by its number and its byte, packed or not", async () => {
  const content = `${lines}what?\n${lines}`;
  for (const packed of [content, gzipSync(content)]) {
    const { checked } = await census(await write("items.jsonl", packed));
    expect(checked.failures).toEqual([expect.objectContaining({ example: `line 3, byte ${lines.length}` })]);
  }
});
