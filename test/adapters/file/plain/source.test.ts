/** Files of DynamoDB-JSON lines, plain and gzipped, whole and damaged. */
import { appendFile, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LONGEST_LINE, linesFrom } from "../../../../lambda/adapters/file/lines/lines.ts";
import { fileSource } from "../../../../lambda/adapters/file/plain/source.ts";
import { toDynamoDbJson } from "../../../../lambda/domain/decode/dynamodb-json.ts";
import { describeItemSource } from "../../../contracts/describe-item-source.ts";
import type { Fill } from "../../../contracts/item-source.ts";

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
  ["base64 with something after it", '{"Item":{"a":{"B":"AAAA-"}}}'],
  ["NULL that is not true", '{"Item":{"a":{"NULL":false}}}'],
  ["a set of numbers with a bare one", '{"Item":{"a":{"NS":["1",2]}}}'],
  ["something beside the item", '{"Item":{"a":{"S":"1"}},"Old":{}}'],
  ["an attribute twice", '{"Item":{"a":{"S":"1"},"a":{"S":"1"}}}'],
  ["an attribute twice, spelled differently", '{"Item":{"a":{"S":"1"},"\\u0061":{"S":"2"}}}'],
  ["two items", '{"Item":{"a":{"S":"1"}},"Item":{"a":{"S":"2"}}}'],
  ["nested without end", `{"Item":{"a":${'{"L":['.repeat(50_000)}${"]}".repeat(50_000)}}}`],
  ["U+0000 between the lines", '{"Item":\u0000{}}'],
])("a line that is wrong (%s) is handed on whole, and its neighbours are items", async (_, line) => {
  const records = await recordsOf(await write(Buffer.from(`${GOOD}\n${line}\n${GOOD}`), ".jsonl"));
  expect(records.map((record) => "item" in record)).toEqual([true, false, true]);
  expect(records[1]).toMatchObject({ unreadable: { text: line, position: `line 2, byte ${GOOD.length + 1}` } });
});

it("what is wrong is told by its path and never by its value", async () => {
  const line = '{"Item":{"secret":{"M":{"inner":{"L":[{"S":"x"},{"N":4111111111111111}]}}}}}';
  const [record] = await recordsOf(await write(Buffer.from(`${line}\n${GOOD.slice(0, -1)} secret}`), ".jsonl"));
  expect(record).toMatchObject({ unreadable: { detail: expect.stringMatching(/^secret\.inner\[1\]: [^4]*$/) } });
});

it("a line longer than any item is counted and shown by its beginning; those around it are items", async () => {
  const long = `{"Item":{"a":{"S":"${"x".repeat(LONGEST_LINE)}"}}}`;
  const path = await write(Buffer.from(`${GOOD}\n${long}\n${GOOD}\n${long}`), ".jsonl");
  const records = await recordsOf(path, 5);
  expect(records.map((record) => "item" in record)).toEqual([true, false, true, false]);
  expect(records[1]).toMatchObject({
    unreadable: { text: long.slice(0, 64_000), detail: expect.stringContaining(`${long.length} bytes`) },
  });
});

it("lines of a gzipped file are named by their number, also when reading goes on", async () => {
  const path = await write(gzipSync(Buffer.from(`${`${GOOD}\n`.repeat(1_499)}what?\n${GOOD}\n`)), ".jsonl.gz");
  const source = fileSource({ path });
  const [unit = ""] = await source.plan(7);
  const [first, second] = await Array.fromAsync(source.read(unit, undefined, never));
  const resumed = await Array.fromAsync(source.read(unit, first?.next, never));
  expect(first?.records).toHaveLength(1_000);
  expect(resumed).toEqual([second]);
  expect(second?.records[499]).toMatchObject({
    unreadable: { position: `line 1500, byte ${1499 * (GOOD.length + 1)}`, text: "what?" },
  });
});

it("however the ranges cut into lines of any length, each line is in one of them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(90), { maxLength: 40 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 60 }),
      async (lengths, ended, units) => {
        const lines = lengths.map((length, at) => `{"Item":{"at":{"N":"${at}"},"x":{"S":"${"é".repeat(length)}"}}}`);
        const path = await write(Buffer.from(lines.join("\n") + (ended ? "\n" : "")), ".jsonl");
        const records = await recordsOf(path, units);
        const found = records.map((record) => ("item" in record ? [record.item.at, record.position] : record));
        const bytes = lines.map((_, at) =>
          Buffer.byteLength(
            lines
              .slice(0, at)
              .map((line) => `${line}\n`)
              .join(""),
          ),
        );
        expect(found).toEqual(lengths.map((_, at) => [{ N: String(at) }, `line ${at + 1}, byte ${bytes[at]}`]));
      },
    ),
    { numRuns: 50 },
  );
});

it("a line that is not UTF-8 is handed on, and a byte order mark is none of the item's business", async () => {
  const path = await write(
    Buffer.concat([Buffer.from(`\uFEFF${GOOD}\n{"Item":{"a":{"S":"`), Buffer.from([0xff]), Buffer.from('"}}}\n')]),
    ".jsonl",
  );
  const [first, second] = await recordsOf(path);
  expect(first).toEqual({ item: { PK: { S: "1" } }, position: "line 1, byte 0" });
  if (second === undefined || "item" in second) throw new Error("the second line is no item");
  expect(Buffer.from(second.unreadable.text, "base64")).toEqual(
    Buffer.concat([Buffer.from('{"Item":{"a":{"S":"'), Buffer.from([0xff]), Buffer.from('"}}}')]),
  );
});

it("a file that was changed during a pass is refused, not read on", async () => {
  const path = await write(Buffer.from(`${GOOD}\n`), ".jsonl");
  const source = fileSource({ path });
  const [unit = ""] = await source.plan(1);
  await utimes(path, new Date(0), new Date(0));
  await expect(Array.fromAsync(source.read(unit, undefined, never))).rejects.toMatchObject({ code: "source-changed" });
});

it.each([".jsonl", ".jsonl.gz"])(
  "a %s file that grows between two pages is refused before the second",
  async (ending) => {
    const text = Buffer.from(`${GOOD}\n`.repeat(5_000));
    const path = await write(ending.endsWith(".gz") ? gzipSync(text) : text, ending);
    const source = fileSource({ path });
    const [unit = ""] = await source.plan(1);
    const pages = source.read(unit, undefined, never)[Symbol.asyncIterator]();
    expect((await pages.next()).done).toBe(false);
    await appendFile(path, "\n");
    await expect(pages.next()).rejects.toMatchObject({ code: "source-changed" });
  },
);

it("a file that vanishes during a pass is refused", async () => {
  const path = await write(Buffer.from(`${GOOD}\n`), ".jsonl");
  const source = fileSource({ path });
  const [unit = ""] = await source.plan(1);
  await rm(path);
  await expect(source.plan(1)).rejects.toMatchObject({ code: "source-unusable" });
  await expect(Array.fromAsync(source.read(unit, undefined, never))).rejects.toMatchObject({ code: "source-changed" });
});

it("an abort does not wait until the lines before the cursor are unzipped", async () => {
  const path = await write(gzipSync(Buffer.from(`${GOOD}\n`.repeat(1_000_000)), { level: 1 }), ".jsonl.gz");
  const source = fileSource({ path });
  const [unit = ""] = await source.plan(1);
  const began = performance.now();
  expect(await Array.fromAsync(source.read(unit, "0 999999", AbortSignal.timeout(20)))).toEqual([]);
  const aborted = performance.now() - began;
  expect(await Array.fromAsync(source.read(unit, "0 999999", never))).toHaveLength(1);
  expect(aborted).toBeLessThan((performance.now() - began) / 2);
});

it("a file that is not there is refused with what to do", async () => {
  await expect(fileSource({ path: join(folder, "none.jsonl") }).inspect()).rejects.toMatchObject({
    code: "source-unusable",
  });
  await expect(fileSource({ path: join(folder, "none", "x") }).plan(1)).rejects.toMatchObject({
    code: "source-unusable",
  });
});

it("a stream cut anywhere gives the same lines", async () => {
  const text = Buffer.from("one\n\ntwo é\r\nthree");
  const linesOf = async (parts: readonly Uint8Array[]) => {
    const lines = (await Array.fromAsync(linesFrom(asStream(parts), { bytes: 0, lines: 0 }))).flat();
    return lines.map((line) => ({ ...line, bytes: Buffer.from(line.bytes).toString() }));
  };
  const whole = await linesOf([text]);
  expect(whole.map(({ bytes }) => bytes)).toEqual(["one", "", "two é\r", "three"]);
  for (let cut = 0; cut <= text.length; cut += 1) {
    const parts = [text.subarray(0, cut), text.subarray(cut)];
    expect(await linesOf(parts)).toEqual(whole);
  }
  expect(await linesOf([...text].map((byte) => Buffer.from([byte])))).toEqual(whole);
});

async function* asStream(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
