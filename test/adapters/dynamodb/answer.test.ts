/** What a DynamoDB-compatible server answers is read as it was written: names of attributes are data, whatever they are. */
import { createServer, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamoDbSource } from "../../../lambda/adapters/dynamodb/source.ts";
import { must } from "../../../lambda/domain/must.ts";
import { listening } from "../../support/listening.ts";

/** As the service writes it: no client library has to have made it. */
const ITEM =
  '{"PK":{"S":"a"},"__proto__":{"S":"x"},"constructor":{"M":{"__proto__":{"L":[{"M":{"__proto__":{"B":"AQ=="}}}]},"hasOwnProperty":{"N":"1"}}}}';
const KEY = '{"PK":{"S":"a"},"__proto__":{"S":"x"}}';

const server = createServer(async (incoming: IncomingMessage, outgoing) => {
  const body = Buffer.concat(await incoming.toArray()).toString();
  const operation = String(incoming.headers["x-amz-target"]).split(".")[1];
  outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
  if (operation === "Scan" && body.includes("ExclusiveStartKey")) outgoing.end(`{"Items":[]}`);
  else if (operation === "Scan") outgoing.end(`{"Items":[${ITEM}],"LastEvaluatedKey":${KEY}}`);
  else outgoing.end(`{"Responses":{"t":[${ITEM}]},"UnprocessedKeys":{}}`);
});
let endpoint: string;
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listening(server)}`;
});
afterAll(() => new Promise((done) => server.close(done)));

const names = (item: object) => Object.getOwnPropertyNames(item);
const open = () => dynamoDbSource({ table: "t", region: "local", endpoint });

it("I2: no name of an attribute is lost on the way, however it is called", async () => {
  await using source = open();
  const pages = await Array.fromAsync(source.read('{"segment":0,"of":1}', undefined, new AbortController().signal));
  const [record] = must(pages[0], "a page").records;
  const item = must(record !== undefined && "item" in record ? record.item : undefined, "an item");
  expect(names(item)).toEqual(["PK", "__proto__", "constructor"]);
  expect(Object.getOwnPropertyDescriptor(item, "__proto__")?.value).toEqual({ S: "x" });
  const inner = must(Object.getOwnPropertyDescriptor(item, "constructor"), "a map").value;
  expect(names(inner.M)).toEqual(["__proto__", "hasOwnProperty"]);
  expect(pages[0]?.next).toBe(KEY);
});

it("an item read again has its names, too", async () => {
  await using source = open();
  const { reread } = source;
  const [item] = reread.how === "by-key" ? await reread.get([{ PK: { S: "a" } }]) : [];
  expect(Object.getOwnPropertyNames(item)).toEqual(["PK", "__proto__", "constructor"]);
});
