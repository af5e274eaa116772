/** Answers of status 200 that are not what a table said: broken on the way, or not DynamoDB's. Nothing of them is taken, nothing missed. */
import { createServer, type OutgoingHttpHeaders } from "node:http";
import { crc32, gzipSync } from "node:zlib";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { patientRetries } from "../../../lambda/adapters/dynamodb/retries.ts";
import { dynamoDbSource } from "../../../lambda/adapters/dynamodb/source.ts";
import type { SourceRecord } from "../../../lambda/domain/decode/source-record.ts";
import { MigrationError } from "../../../lambda/domain/migration-error.ts";
import { must } from "../../../lambda/domain/must.ts";
import { ATTEMPTS } from "../../../lambda/domain/patience.ts";
import { listening } from "../../support/listening.ts";

interface Reply {
  readonly body: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
  /** Says so many bytes more than come. */
  readonly missing?: number;
  /** Called when they have been sent; then nothing more is heard, not even an end. */
  readonly stalls?: () => void;
}

const replies: Reply[] = [];
let asked: string[] = [];
/** Gives each reply once, and the last one for ever. */
const server = createServer(async (incoming, outgoing) => {
  asked.push(Buffer.concat(await incoming.toArray()).toString());
  const {
    body,
    headers = {},
    missing = 0,
    stalls,
  } = must(replies.length > 1 ? replies.shift() : replies[0], "a reply");
  const length = Buffer.byteLength(body) + missing;
  outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.0", "content-length": length, ...headers });
  if (missing === 0) outgoing.end(body);
  else outgoing.write(body, () => (stalls === undefined ? outgoing.socket?.end() : stalls()));
});
let endpoint: string;
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listening(server)}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const VALUE = "a-value-nobody-may-see";
const ITEM = `{"PK":{"S":"${VALUE}"},"SK":{"B":"AQID"}}`;
const KEY = { PK: { S: VALUE }, SK: { B: new Uint8Array([1, 2, 3]) } };
const scanned = (items: string, more = ""): string => `{"Count":1,"Items":[${items}]${more}}`;
const got = (items: string): string =>
  `{"Responses":{"t":[${items}]},"UnprocessedKeys":{},"ConsumedCapacity":[{"TableName":"t","CapacityUnits":1}]}`;

/** As many attempts as a source's own client makes, in a thousandth of the time. */
const clientWith = (requestHandler: NonNullable<DynamoDBClientConfig["requestHandler"]> = {}): DynamoDBClient => {
  const retries = { maxAttempts: ATTEMPTS, retryStrategy: patientRetries(1_000) };
  return new DynamoDBClient({ endpoint, region: "local", requestHandler, ...retries });
};

const ask = (how: "a scan" | "reading again", ...given: readonly Reply[]) => askWith(clientWith(), how, ...given);

async function askWith(
  client: DynamoDBClient,
  how: "a scan" | "reading again",
  ...given: readonly Reply[]
): Promise<readonly SourceRecord[]> {
  replies.splice(0, replies.length, ...given);
  const source = dynamoDbSource({ table: "t", region: "local", endpoint, client });
  try {
    const { reread } = source;
    if (how === "reading again")
      return reread.how === "none" ? [] : (await reread.get([KEY])).map((item) => ({ item }));
    const pages = await Array.fromAsync(source.read('{"segment":0,"of":1}', undefined, new AbortController().signal));
    return pages.flatMap(({ records }) => records);
  } finally {
    client.destroy();
  }
}

/** All that an error says, to whoever prints it with its stack and its causes. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const findings = error instanceof MigrationError ? JSON.stringify(error.findings) : "";
  return `${error.message}${error.stack}${findings}${wordsOf(error.cause)}`;
}

async function refusal(...args: Parameters<typeof ask>): Promise<MigrationError> {
  const error: unknown = await ask(...args).then(
    () => expect.unreachable("it was taken"),
    (thrown: unknown) => thrown,
  );
  expect(wordsOf(error)).not.toContain(VALUE);
  if (error instanceof MigrationError) return error;
  throw error;
}

const crcOf = (body: string): OutgoingHttpHeaders => ({ "x-amz-crc32": crc32(body) });
const WAYS = [
  ["a scan", scanned(ITEM)],
  ["reading again", got(ITEM)],
] as const;

describe.each(WAYS)("%s", (how, good) => {
  const BROKEN: Record<string, Reply> = {
    "breaks off": { body: good.slice(0, -20), missing: 20 },
    "was cut short before it was sent": { body: good.slice(0, -20) },
    "is empty": { body: "" },
    "is a page of a proxy": { body: `<html>${VALUE}</html>` },
    "is not UTF-8": { body: Buffer.from(good.replace(VALUE, "\u00ff"), "latin1") },
    "has another checksum": { body: good.replace("AQID", "AQIE"), headers: crcOf(good) },
    "has a checksum that is none": { body: good, headers: { "x-amz-crc32": "" } },
    "is packed": { body: gzipSync(good), headers: { "content-encoding": "gzip" } },
    "is an error": {
      body: `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"${VALUE}"}`,
    },
    "is a list": { body: `[${good}]` },
    "is null": { body: "null" },
    "has something else where items are": { body: how === "a scan" ? '{"Items":{}}' : '{"Responses":{"t":{}}}' },
    "has nothing where items are": { body: how === "a scan" ? '{"Items":null}' : '{"Responses":null}' },
  };

  const broken = Object.entries(BROKEN);
  it.each(broken)("I2: an answer that %s is asked for again", async (_, reply) => {
    expect(await ask(how, reply, reply, { body: good, headers: crcOf(good) })).toEqual([{ item: KEY }]);
    expect(asked).toHaveLength(3);
  });

  it.each(broken)("I10: one that always %s ends in an error without a value", async (_, reply) => {
    expect(await refusal(how, reply)).toMatchObject({
      code: "source-unreachable",
      message: expect.stringContaining(`in ${ATTEMPTS} attempts`),
    });
    expect(asked).toHaveLength(ATTEMPTS);
  });

  it("an answer that stalls half way is asked for again when the client's patience ends", async () => {
    const stalled = { body: good.slice(0, -20), missing: 20, stalls: () => undefined };
    const client = clientWith({ socketTimeout: 100 });
    expect(await askWith(client, how, stalled, { body: good })).toEqual([{ item: KEY }]);
    expect(asked.length).toBeGreaterThan(1);
  });

  it("an SDK that gives its answers in another way than this one is found out", async () => {
    const body = new Response(good).body;
    const handle = async () => ({ response: { statusCode: 200, headers: {}, body } });
    const reading = askWith(clientWith({ handle }), how, { body: good });
    await expect(reading).rejects.toThrow("has been read here");
  });

  const wrap = (item: string): string => (how === "a scan" ? scanned(item) : got(item));
  it.each([
    ["name that stands twice", `{"PK":{"S":"${VALUE}"},"a":{"S":"x"},"a":{"S":"y"}}`, "a stands twice"],
    [
      "name that stands twice, spelled in two ways",
      '{"PK":{"S":"1"},"a":{"S":"x"},"\\u0061":{"S":"y"}}',
      "a stands twice",
    ],
    ["type that stands twice", `{"PK":{"S":"1","S":"${VALUE}"}}`, "S stands twice"],
    ["map in which a name stands twice", '{"PK":{"S":"1"},"m":{"M":{"b":{"N":"1"},"b":{"N":"1"}}}}', "b stands twice"],
    ["type nobody knows", `{"PK":{"X":"${VALUE}"}}`, "PK"],
    ["number that is a double already", '{"PK":{"S":"x"},"n":{"N":1e3}}', "n:"],
    ["value without a type", `{"PK":"${VALUE}"}`, "PK"],
    ["binary that is no base64", `{"PK":{"B":"${VALUE}!"}}`, "PK"],
    ["null in place of an item", "null", "JSON object"],
  ])("I2: an item with a %s ends the reading, with what is wrong and without a value", async (_, item, told) => {
    const error = await refusal(how, { body: wrap(item) });
    expect(error).toMatchObject({ code: "source-unusable", message: expect.stringContaining(told) });
    expect(asked).toHaveLength(1);
  });
});

it("I2: a page that counts more items than it holds is asked for again", async () => {
  const body = '{"Count":2,"Items":[]}';
  expect(await ask("a scan", { body }, { body: scanned(ITEM) })).toEqual([{ item: KEY }]);
  expect(asked).toHaveLength(2);
});

it("keys that are left open and are none are asked for again", async () => {
  for (const open of ['{"t":{}}', '{"t":[]}', '{"t":{"Keys":{}}}', "[]"]) {
    const body = `{"Responses":{"t":[]},"UnprocessedKeys":${open}}`;
    expect(await ask("reading again", { body }, { body: got(ITEM) })).toEqual([{ item: KEY }]);
  }
});

it("I2: a name that stands twice beside items is found, too: a page could go on from a wrong place", async () => {
  const twice = scanned(ITEM, ',"LastEvaluatedKey":{"PK":{"S":"1"},"PK":{"S":"2"}}');
  expect(await refusal("a scan", { body: twice })).toMatchObject({
    message: expect.stringContaining("PK stands twice"),
  });
  expect(await refusal("a scan", { body: scanned(ITEM, ',"LastEvaluatedKey":null') })).toMatchObject({
    code: "source-unusable",
  });
});

it("I2: what a table holds comes as it was written, be it spelled as no other service would, and is gone on from there", async () => {
  const key = '{"P\\\\K":{"S":"\\ud83d"},"\\u0053K":{"N":"1.0000000000000000000000000000000000001E+1"}}';
  const strange = `{"P\\\\K":{"S":":"},"\\\\":{"M":{"\\\\":{"NULL":true},"\\"":{"BS":["AA==","AQ=="]}}},"__proto__":{"NS":["1","2"]},"L":{"L":[{"SS":[":","\\":"]},{"BOOL":false}]}}`;
  const more = `,"ConsumedCapacity":{"TableName":"t","CapacityUnits":128.5},"ScannedCount":1,"LastEvaluatedKey" : ${key}`;
  const [first, ...others] = await ask("a scan", { body: scanned(strange, more) }, { body: '\n{"Items" : [ ]}' });
  expect(others).toEqual([]);
  const expected = [
    ["P\\K", { S: ":" }],
    ["\\", { M: { "\\": { NULL: true }, '"': { BS: [new Uint8Array([0]), new Uint8Array([1])] } } }],
    ["__proto__", { NS: ["1", "2"] }],
    ["L", { L: [{ SS: [":", '":'] }, { BOOL: false }] }],
  ] as const;
  expect(first).toEqual({ item: Object.fromEntries(expected) });
  expect(JSON.parse(must(asked[1], "a second page")).ExclusiveStartKey).toEqual({
    "P\\K": { S: "\ud83d" },
    SK: { N: "1.0000000000000000000000000000000000001E+1" },
  });
});

it("I2: no name is taken for another, whatever the engine's JSON parser makes of it", async () => {
  const expected = ['"', "\n", "\u0001", "a\\"].flatMap((name) =>
    Array.from({ length: 50 }, (_, at) => ({ [`before ${at}`]: { S: "x" }, [name]: { M: { [name]: { N: "1" } } } })),
  );
  // What an engine has learned from one object must not be believed of the next.
  for (const item of expected) JSON.parse(`{${JSON.stringify(Object.keys(item)[0])}:1,"\\\\":{"M":{"\\\\":2}}}`);
  const given = await ask("a scan", { body: `{"Items":${JSON.stringify(expected)}}` });
  expect(given).toEqual(expected.map((item) => ({ item })));
});

it("I2: an item of 400 KB and a page without any come whole", async () => {
  const large = "é".repeat(200_000);
  const body = `{"Items":[{"PK":{"S":"${large}"}}],"LastEvaluatedKey":{"PK":{"S":"1"}}}`;
  const empty = '{"Items":[],"Count":0,"ScannedCount":7}';
  expect(await ask("a scan", { body, headers: crcOf(body) }, { body: empty, headers: crcOf(empty) })).toEqual([
    { item: { PK: { S: large } } },
  ]);
});

it("an abort ends an answer that stalls half way, without an error", async () => {
  const controller = new AbortController();
  replies.splice(0, replies.length, {
    body: scanned(ITEM).slice(0, -20),
    missing: 20,
    stalls: () => controller.abort(),
  });
  const client = clientWith();
  const source = dynamoDbSource({ table: "t", region: "local", endpoint, client });
  expect(await Array.fromAsync(source.read('{"segment":0,"of":1}', undefined, controller.signal))).toEqual([]);
  expect(asked).toHaveLength(1);
  client.destroy();
});
