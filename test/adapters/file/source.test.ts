/** Files of DynamoDB-JSON lines, plain and gzipped, whole and damaged. */
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { linesFrom } from "../../../lambda/adapters/file/lines.ts";
import { fileSource } from "../../../lambda/adapters/file/source.ts";
import { toDynamoDbJson } from "../../../lambda/domain/dynamodb-json.ts";
import { describeItemSource } from "../../contracts/describe-item-source.ts";
import type { Fill } from "../../contracts/item-source.ts";

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(content: Buffer, ending: string): Promise<string> {
  files += 1;
  const path = join(folder, `${files}${ending}`);
  await writeFile(path, content);
  return path;
}

const fill =
  (ending: string, lineEnd: string): Fill =>
  async (items) => {
    const text = Buffer.from(items.map((item) => `{"Item":${toDynamoDbJson(item)}}${lineEnd}`).join(""));
    const path = await write(ending.endsWith(".gz") ? gzipSync(text) : text, ending);
    return { open: () => fileSource({ path }) };
  };

describeItemSource("a plain file", fill(".jsonl", "\n"));
describeItemSource("a file with Windows line ends and blank lines", fill(".jsonl", "\r\n\r\n"));
describeItemSource("a gzipped file", fill(".jsonl.gz", "\n"));

const never = new AbortController().signal;

async function recordsOf(path: string, units = 1) {
  const source = fileSource({ path });
  const pages = await Promise.all(
    (await source.plan(units)).map((unit) => Array.fromAsync(source.read(unit, undefined, never))),
  );
  return pages.flat().flatMap(({ records }) => records);
}

const GOOD = '{"Item":{"PK":{"S":"1"}}}';

it.each([
  ["not JSON", "what?"],
  ["cut short", '{"Item":{"PK":{"S":"1'],
  ["no Item", '{"Key":{}}'],
  ["an unknown type", '{"Item":{"a":{"X":"1"}}}'],
  ["two types in one value", '{"Item":{"a":{"S":"1","N":"1"}}}'],
  ["a bare number", '{"Item":{"a":{"N":12345678901234567890}}}'],
  ["bytes that are no base64", '{"Item":{"a":{"B":"***"}}}'],
])("a line that is wrong (%s) is handed on whole, and its neighbours are items", async (_, line) => {
  const records = await recordsOf(await write(Buffer.from(`${GOOD}\n${line}\n${GOOD}`), ".jsonl"));
  expect(records.map((record) => "item" in record)).toEqual([true, false, true]);
  expect(records[1]).toMatchObject({ unreadable: { text: line, position: `byte ${GOOD.length + 1}` } });
});

it("a line that is not UTF-8 is handed on, and a byte order mark is none of the item's business", async () => {
  const path = await write(
    Buffer.concat([Buffer.from(`\uFEFF${GOOD}\n{"Item":{"a":{"S":"`), Buffer.from([0xff]), Buffer.from('"}}}\n')]),
    ".jsonl",
  );
  expect((await recordsOf(path)).map((record) => "item" in record)).toEqual([true, false]);
});

it("a file that was changed during a pass is refused, not read on", async () => {
  const path = await write(Buffer.from(`${GOOD}\n`), ".jsonl");
  const source = fileSource({ path });
  const [unit = ""] = await source.plan(1);
  await utimes(path, new Date(0), new Date(0));
  await expect(Array.fromAsync(source.read(unit, undefined, never))).rejects.toMatchObject({ code: "source-changed" });
});

it("a file that is not there, or a folder, is refused with what to do", async () => {
  await expect(fileSource({ path: join(folder, "none.jsonl") }).inspect()).rejects.toMatchObject({
    code: "source-unusable",
  });
  await expect(fileSource({ path: folder }).inspect()).rejects.toMatchObject({ code: "source-unusable" });
});

it("a gzipped file that ends early is refused: what is missing cannot be known", async () => {
  const whole = gzipSync(Buffer.from(`${GOOD}\n`.repeat(5_000)));
  const path = await write(whole.subarray(0, whole.length - 20), ".jsonl.gz");
  await expect(recordsOf(path)).rejects.toMatchObject({ code: "source-unusable" });
});

it("a stream cut anywhere gives the same lines", async () => {
  const text = Buffer.from("one\n\ntwo é\r\nthree");
  const whole = await Array.fromAsync(linesFrom(asStream([text]), 0));
  for (let cut = 0; cut <= text.length; cut += 1) {
    const parts = [text.subarray(0, cut), text.subarray(cut)];
    expect(await Array.fromAsync(linesFrom(asStream(parts), 0))).toEqual(whole);
  }
  expect(await Array.fromAsync(linesFrom(asStream([...text].map((byte) => Buffer.from([byte]))), 0))).toEqual(whole);
});

async function* asStream(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
