/** A bucket over HTTP, with a server of S3's kind behind a line that fails: what is mended, and what it costs. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bucketStore } from "../../../lambda/adapters/s3/store.ts";
import { must } from "../../../lambda/domain/must.ts";
import { ATTEMPTS, SLOW_MS } from "../../../lambda/domain/patience.ts";
import { describeObjectStore } from "../../contracts/describe-object-store.ts";
import { type Fault, type S3Proxy, s3Proxy } from "../../support/s3-proxy.ts";
import { CREDENTIALS, type S3Server, startS3 } from "../../support/s3-server.ts";

/** As patient as always, with pauses of a hundredth. */
const HASTE = { silentMs: 60_000, shorten: 100 };
/** For what is never answered: longer than what is takes, as a rule. */
const HASTIER = { ...HASTE, silentMs: 1_500 };
const SIZE = 3_000_000;
const object = Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => (at * 7 + (at >> 8) * 13) % 251));
/** Of which so much has come. */
const BEGUN = 1_000_000;
const other = Buffer.from(object.toReversed());

let server: S3Server;
let proxy: S3Proxy;
let buckets = 0;
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey);
  server = await startS3();
  await server.make("exports");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});
beforeEach(async () => {
  proxy = await s3Proxy(server.endpoint);
});
afterEach(() => proxy[Symbol.asyncDispose]());

const storeOf = (bucket: string, haste = HASTE) =>
  bucketStore({ bucket, prefix: "a/", region: "local", endpoint: proxy.endpoint }, haste);

describeObjectStore("a bucket, listed page by page", async (objects) => {
  buckets += 1;
  const bucket = `bucket-${buckets}`;
  await server.make(bucket);
  await Promise.all(Object.entries(objects).map(([key, bytes]) => server.put(bucket, key, bytes)));
  proxy.pageKeys = 3;
  return storeOf(bucket);
});

const tooMany = { status: 503, code: "SlowDown" };
const broken = { status: 500, code: "InternalError" };

describe("an object", () => {
  beforeEach(async () => {
    proxy.taken = 0;
    await server.put("exports", "a/object", object);
  });

  async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      proxy.taken = (proxy.taken ?? 0) + piece.length;
      yield piece;
    }
  }

  /** All of it, by a store of its own. */
  async function read(...faults: readonly Fault[]): Promise<Buffer> {
    proxy.faults.get.push(...faults);
    const isSilent = faults.some(
      (fault) => fault === "hang" || (typeof fault === "object" && "and" in fault && fault.and === "stall"),
    );
    await using store = storeOf("exports", isSilent ? HASTIER : HASTE);
    const opened = must(await store.open("a/object"), "it is there");
    return Buffer.concat(await Array.fromAsync(counted(opened)));
  }
  const ranges = () => proxy.seen.map(({ range }) => range);

  it("is read on from the byte that was reached, on condition that it is the same, and no byte is asked for twice", async () => {
    const found = await read({ after: 1_000_000, and: "reset" }, { after: 500_000, and: "end" });
    expect(found.equals(object)).toBe(true);
    expect(ranges()).toEqual([undefined, "bytes=1000000-", "bytes=1500000-"]);
    const [first, second, third] = proxy.seen.map(({ ifMatch }) => ifMatch);
    expect([first, second]).toEqual([undefined, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    expect(third).toBe(second);
    expect(proxy.sent).toBe(SIZE);
  });

  it.each<[what: string, fault: Fault, reached: number | undefined]>([
    ["503 SlowDown", tooMany, undefined],
    ["500", broken, undefined],
    ["a gateway's 503", "gateway", undefined],
    ["a reset before the answer", "reset", undefined],
    ["no answer", "hang", undefined],
    ["a clock that was wrong", { status: 403, code: "RequestTimeTooSkewed" }, undefined],
    [
      "a bucket that is still new",
      { status: 307, code: "TemporaryRedirect", headers: { "x-amz-bucket-region": "local" } },
      undefined,
    ],
    ["a reset before the first byte", { after: 0, and: "reset" }, 0],
    ["silence in the middle", { after: 70_000, and: "stall" }, 70_000],
    ["an end before what was announced", { after: SIZE - BEGUN - 1, and: "end" }, SIZE - BEGUN - 1],
  ])("survives %s, at its beginning and at its rest", async (_, fault, reached) => {
    expect((await read(fault)).equals(object)).toBe(true);
    expect((await read({ after: BEGUN, and: "reset" }, fault)).equals(object)).toBe(true);
    const from = (at: number) => (reached === undefined ? at : at + reached);
    const rests = [reached === undefined ? undefined : from(0), undefined, BEGUN, from(BEGUN)];
    expect(ranges().slice(1)).toEqual(rests.map((at) => (at === undefined ? undefined : `bytes=${at}-`)));
  });

  it.each<[string, Fault, RegExp]>([
    ["503 SlowDown", tooMany, /did not come in 10 attempts \(SlowDown\)$/],
    ["500", broken, /did not come in 10 attempts \(InternalError\)$/],
    ["resets", { after: 0, and: "reset" }, /did not come in 10 attempts \(\w* ?ECONNRESET\)$/],
  ])("endless %s gives up after as many attempts as since the last byte", async (_, fault, message) => {
    const late = { after: 1_000, and: "reset" } as const;
    const some = Array<Fault>(ATTEMPTS - 2).fill(fault);
    const error = { code: "source-unreachable", message: expect.stringMatching(message) };
    await expect(read(late, ...some, late, ...some, fault, fault)).rejects.toMatchObject(error);
    expect(proxy.seen).toHaveLength(2 * ATTEMPTS - 1);
  });

  it.each<[Fault, RegExp]>([
    ["reset", /ends every connection without an answer/],
    ["hang", /has not answered within 30 s/],
  ])("from where nobody has ever answered (%s) is asked for three times", async (fault, message) => {
    const error = { code: "source-unreachable", message: expect.stringMatching(message) };
    await expect(read(...Array<Fault>(9).fill(fault))).rejects.toMatchObject(error);
    expect(proxy.seen).toHaveLength(3);
  });

  describe("that became another one between two of its parts is told, and nothing of it is given", () => {
    const change = async (how: () => Promise<void>) => {
      proxy.before = ({ range }) => (range === undefined ? undefined : how());
      const given: Buffer[] = [];
      proxy.faults.get.push({ after: BEGUN, and: "reset" });
      await using store = storeOf("exports");
      const opened = must(await store.open("a/object"), "it is there");
      const reading = (async () => {
        for await (const piece of counted(opened)) given.push(Buffer.from(piece));
      })();
      await expect(reading).rejects.toMatchObject({
        code: "source-changed",
        message: "the object s3://exports/a/object was changed while it was being read",
      });
      expect(Buffer.concat(given).equals(object.subarray(0, BEGUN))).toBe(true);
    };
    const replace = (by: Buffer) => () => server.put("exports", "a/object", by);
    it("replaced", () => change(replace(other)));
    it("replaced by a shorter one", () => change(replace(other.subarray(0, 10))));
    it("removed", () => change(() => server.remove("exports", "a/object")));
    it("replaced, by a server that looks at no condition", async () => {
      proxy.conditions = false;
      await change(replace(other));
    });
  });

  it("which is written anew as it was is the same", async () => {
    proxy.before = ({ range }) => (range === undefined ? undefined : server.put("exports", "a/object", object));
    expect((await read({ after: BEGUN, and: "reset" })).equals(object)).toBe(true);
  });

  it("of which a server gives all instead of the rest is refused, and not put together wrong", async () => {
    await expect(read({ after: BEGUN, and: "reset" }, "whole")).rejects.toMatchObject({
      code: "source-unusable",
      message: expect.stringContaining("is no S3"),
    });
  });

  it("that is opened and lies there while the line breaks is read all the same", async () => {
    proxy.faults.get.push({ after: 0, and: "reset" });
    await using store = storeOf("exports");
    const opened = must(await store.open("a/object"), "it is there");
    await vi.waitUntil(() => proxy.open.size === 0);
    expect(Buffer.concat(await Array.fromAsync(opened)).equals(object)).toBe(true);
  });

  it("whose reader is slow is not taken for silent, and no more of it comes than is asked for", async () => {
    const size = 48_000_000;
    await server.put("exports", "a/large", Buffer.alloc(size, 7));
    await using store = storeOf("exports", HASTIER);
    const opened = must(await store.open("a/large"), "it is there");
    let read = 0;
    for await (const { length } of opened) {
      if (read === 0) await new Promise((done) => setTimeout(done, 2 * HASTIER.silentMs));
      // What is under way lies in the sockets of this machine.
      if (read === 0) expect(proxy.sent).toBeLessThan(size / 3);
      read += length;
    }
    expect(read).toBe(size);
    expect(proxy.seen).toHaveLength(1);
  });

  it("whose reader stops frees its socket: between two pieces, before the first, and while the next is waited for", async () => {
    await using store = storeOf("exports");
    const open = async () => must(await store.open("a/object"), "it is there")[Symbol.asyncIterator]();
    const between = await open();
    expect((await between.next()).done).toBe(false);
    await between.return?.();
    await vi.waitUntil(() => proxy.open.size === 0);
    const before = await open();
    await before.return?.();
    await vi.waitUntil(() => proxy.open.size === 0);
    proxy.faults.get.push({ after: 0, and: "stall" });
    await using patient = storeOf("exports", { silentMs: 600_000, shorten: 1 });
    const silent = must(await patient.open("a/object"), "it is there")[Symbol.asyncIterator]();
    const next = silent.next();
    await silent.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    await vi.waitUntil(() => proxy.open.size === 0);
    // Nor is anything asked for again for who is gone.
    expect(proxy.seen).toHaveLength(3);
  });

  it("that was opened and never read frees its socket when all is closed; one that is being read is never taken for whole", async () => {
    const store = storeOf("exports");
    await store.open("a/object");
    const reading = must(await store.open("a/object"), "it is there")[Symbol.asyncIterator]();
    await reading.next();
    await store[Symbol.asyncDispose]();
    await vi.waitUntil(() => proxy.open.size === 0);
    await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => reading })).rejects.toThrow();
  });
});

describe("a list", () => {
  const list = async (...faults: readonly Fault[]) => {
    proxy.faults.list.push(...faults);
    await using store = storeOf("exports", faults.includes("hang") ? HASTIER : HASTE);
    return await store.list("a/list/");
  };
  beforeAll(() =>
    Promise.all(["", "1", "2", "3"].map((name) => server.put("exports", `a/list/${name}`, object.subarray(0, 1)))),
  );

  it("goes on from the page that failed, and what is called as the prefix is no object in it", async () => {
    proxy.pageKeys = 2;
    expect(await list()).toEqual(["a/list/1", "a/list/2", "a/list/3"]);
    expect(proxy.seen).toHaveLength(2);
    expect(await list(tooMany, "reset", "hang", broken)).toHaveLength(3);
    proxy.before = () =>
      void (proxy.faults.list[0] === undefined && proxy.seen.length === 8 && proxy.faults.list.push("gateway"));
    expect(await list()).toHaveLength(3);
  });

  it.each<Fault>(["page", "unasked"])("that is none (%s) is not taken for the end of a bucket", async (fault) => {
    await expect(list(fault)).rejects.toMatchObject({
      code: "source-unusable",
      message: expect.stringContaining(`what answers at ${proxy.endpoint} is no S3`),
    });
  });

  it("that never comes gives up", async () => {
    await expect(list(...Array<Fault>(99).fill(tooMany))).rejects.toMatchObject({
      message: "s3://exports/a/ did not come in 10 attempts (SlowDown)",
    });
    expect(proxy.seen).toHaveLength(ATTEMPTS);
  });
});

it("who takes long to sign in is not told that the server is silent", async () => {
  await server.put("exports", "a/object", object);
  const folder = await mkdtemp(join(tmpdir(), "s3-profile-"));
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = CREDENTIALS;
  await writeFile(join(folder, "credentials.json"), JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
  const slowly = `sh -c "sleep ${(2 * HASTIER.silentMs) / 1_000}; cat ${join(folder, "credentials.json")}"`;
  await writeFile(join(folder, "config"), `[profile slow]\ncredential_process = ${slowly}\n`);
  const env = {
    MIGRATION_SOURCE_PROFILE: "slow",
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_ACCESS_KEY_ID: undefined,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  await using store = storeOf("exports", HASTIER);
  expect(await store.open("a/object")).toBeDefined();
  expect(proxy.seen).toHaveLength(1);
  for (const name of ["MIGRATION_SOURCE_PROFILE", "AWS_CONFIG_FILE"]) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_ACCESS_KEY_ID", AccessKeyId);
  await rm(folder, { recursive: true });
});

it("that the first answer takes long is told once, and no later one's", async () => {
  const told: string[] = [];
  const connecting = (to: string, seconds: number) => void told.push(`${to} ${seconds}`);
  const bucket = { bucket: "exports", region: "local", endpoint: proxy.endpoint, connecting };
  await using store = bucketStore(bucket, HASTE);
  for (const _ of ["first", "second"]) {
    proxy.before = () => sleep(1.5 * SLOW_MS);
    await store.list("a/");
  }
  expect(told).toEqual(["the bucket exports 30"]);
});
