/** Gzipped files, whole and damaged in every way: what is given is all that was packed, or it is refused. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSource } from "../../../../lambda/adapters/file/plain/source.ts";

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-gzip-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a reader gets of a file until it ends or is refused. */
async function read(content: Buffer, name = "items.jsonl.gz", cursor?: string) {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  await writeFile(path, content);
  const source = fileSource({ path });
  const items: string[] = [];
  try {
    await source.inspect();
    for (const unit of await source.plan(3))
      for await (const { records } of source.read(unit, cursor, new AbortController().signal))
        items.push(...records.map((record) => JSON.stringify(record)));
  } catch (error) {
    return { items, refused: error };
  }
  return { items, refused: undefined };
}

/** Lines that pack badly, so that bytes of the deflated part are as many as those around it. */
const linesOf = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => {
    const id = ((from + at) * 2_654_435_761) % 4_294_967_296;
    return `{"Item":{"PK":{"S":"${id.toString(36)}"}}}\n`;
  }).join("");
const [one, two, three] = [linesOf(0, 30), linesOf(30, 50), linesOf(50, 60)];
const members = [one, two, three].map((lines) => gzipSync(Buffer.from(lines)));
const whole = Buffer.concat(members);
const [first = whole, ...others] = members;
const rest = Buffer.concat(others);
const ITEMS = 60;

const zeros = (length: number): Buffer => Buffer.alloc(length);
const withByte = (content: Buffer, at: number, byte: number): Buffer => {
  const changed = Buffer.from(content);
  changed[at] = byte;
  return changed;
};

it("members one after the other are one file, also where one holds nothing", async () => {
  const { items, refused } = await read(whole);
  expect([items.length, refused]).toEqual([ITEMS, undefined]);
  const empty = gzipSync(Buffer.alloc(0));
  expect((await read(Buffer.concat([empty, first, empty, rest, empty]))).items).toEqual(items);
  expect(await read(empty)).toEqual({ items: [], refused: undefined });
});

it("a gzipped file is read as one by whatever name", async () => {
  expect(await read(whole, "items.jsonl")).toEqual(await read(whole));
});

it("plain lines are read as such by whatever name", async () => {
  expect(await read(Buffer.from(one))).toEqual(await read(gzipSync(one)));
});

const CANNOT_BE_READ = /is damaged: it cannot be read further than line \d+$/;

describe("a damaged file is refused, and told how far it could be read", () => {
  it.each([
    [
      "zeros between two members",
      Buffer.concat([first, zeros(512), rest]),
      /goes on after line 30 with what is no gzip/,
    ],
    ["zeros at its end", Buffer.concat([whole, zeros(1)]), /goes on after line 60 with what is no gzip/],
    ["a member whose first byte is zero", Buffer.concat([first, withByte(rest, 0, 0)]), /after line 30/],
    ["a member whose second byte is another", Buffer.concat([first, withByte(rest, 1, 0)]), CANNOT_BE_READ],
    ["text at its end", Buffer.concat([whole, Buffer.from("the end\n")]), CANNOT_BE_READ],
    ["half a head at its end", Buffer.concat([whole, whole.subarray(0, 5)]), /ends early, after line 60/],
    ["one byte of a head at its end", Buffer.concat([whole, whole.subarray(0, 1)]), /line 60|line 61/],
    ["a member that ends before its checksum", whole.subarray(0, whole.length - 8), /ends early, after line 60/],
    ["a checksum of something else", withByte(first, first.length - 5, 1), CANNOT_BE_READ],
    ["a length of something else", withByte(first, first.length - 1, 1), CANNOT_BE_READ],
    ["nothing in it", Buffer.alloc(0), /is empty/],
    ["one byte in it", whole.subarray(0, 1), /begins otherwise/],
  ])("%s", async (_, content, words) => {
    const { refused } = await read(content);
    expect(refused).toMatchObject({ code: "source-unusable", message: expect.stringMatching(words) });
  });

  it("also where a member ends with a chunk of the file, and its padding begins the next", async () => {
    const CHUNK = 65_536;
    const long = (length: number) => gzipSync(Buffer.from(`${one}${" ".repeat(length)}\n`), { level: 0 });
    const full = long(CHUNK - long(CHUNK - 4_096).length + CHUNK - 4_096);
    expect(full.length).toBe(CHUNK);
    expect((await read(Buffer.concat([full, first]))).items).toHaveLength(60);
    for (const padding of [zeros(1), zeros(CHUNK), zeros(3 * CHUNK + 1)]) {
      const { refused } = await read(Buffer.concat([full, padding, first]));
      expect(refused).toMatchObject({ code: "source-unusable" });
    }
  });

  it("also when reading goes on behind the lines that were read before", async () => {
    const { items, refused } = await read(Buffer.concat([whole, zeros(1)]), undefined, "40");
    expect(refused).toMatchObject({ code: "source-unusable", message: expect.stringMatching(/after line 60/) });
    expect(items).toEqual([]);
  });
});

it("I2: flipped, cut, padded or doubled at any byte, a file gives all its items or is refused", async () => {
  const sound = await read(whole);
  const damage = fc.oneof(
    fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 })).map(([at, bit]) => {
      return withByte(whole, at, (whole[at] ?? 0) ^ (1 << bit));
    }),
    fc.nat(whole.length - 1).map((at) => whole.subarray(0, at)),
    fc.tuple(fc.nat(whole.length), fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([at, bytes]) => {
      return Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)]);
    }),
    fc.tuple(fc.nat(whole.length), fc.integer({ min: 1, max: 600 })).map(([at, length]) => {
      return Buffer.concat([whole.subarray(0, at), zeros(length), whole.subarray(at)]);
    }),
    fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 40 })).map(([at, length]) => {
      return Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]);
    }),
  );
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(damage, async (content) => {
      const { items, refused } = await read(content);
      if (refused === undefined) expect(items).toEqual(endingWithMember(content) ? items : sound.items);
      else {
        refusals += 1;
        expect(refused).toMatchObject({ code: "source-unusable" });
      }
    }),
    { numRuns: 600 },
  );
  // Few bytes of a head say nothing that matters: its time, its system, its level.
  expect(refusals).toBeGreaterThan(500);
});

/** A file cut exactly between two members is a whole file, and nothing in it tells that there was more. */
function endingWithMember(content: Buffer): boolean {
  const ends = members.map((_, at) => Buffer.concat(members.slice(0, at)));
  return ends.some((end) => end.equals(content));
}
